#ifndef LOOP_H
#define LOOP_H

#include <stddef.h>

#include "neap/loop.h"
#include "rpc.h"

/* Something to run on the loop's next turn; embed it. */
typedef struct loop_task {
    struct loop_task *next;
    void (*run)(struct loop_task *task);
} loop_task;

/* Run `task` later, never before this returns. It must stay in place. */
void loop_defer(neap_loop *loop, loop_task *task);

rpc_queue *loop_queue(const neap_loop *loop);

/*
 * LOOP_SCRATCH bytes to read into; whoever else is called may use them, too.
 * Not a thread's own variable: each thread of gRPC would get them as well.
 */
#define LOOP_SCRATCH (256 << 10)
char *loop_scratch(neap_loop *loop);

/* The same for who needs much at once: HUGE_PAGE bytes in whole pages. */
char *loop_pages(neap_loop *loop);

/* Count a call that is on its way; `background` ones do not keep it going. */
void loop_flight_begin(neap_loop *loop, bool background);
void loop_flight_end(neap_loop *loop, bool background);

/*
 * Calls of a closed client that were left to end: they do not keep the loop
 * going, but neap_loop_settle waits for them.
 */
void loop_linger_begin(neap_loop *loop);
void loop_linger_end(neap_loop *loop);

/* Keep the loop going for somebody who waits; each hold is released once. */
void loop_hold(neap_loop *loop);
void loop_release(neap_loop *loop);

#endif
