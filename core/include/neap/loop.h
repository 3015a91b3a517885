#ifndef NEAP_LOOP_H
#define NEAP_LOOP_H

#include <stdbool.h>
#include <uv.h>

/*
 * How what gRPC completes reaches a libuv loop. One per uv loop; every client
 * opened on it shares it.
 *
 * gRPC puts what it completes on a queue that somebody has to wait for.
 * DRIVEN: who drives the loop calls neap_loop_turn, which waits for both at
 * once on the calling thread; the fastest way. HOSTED: somebody else calls
 * uv_run; a thread of ours waits for the queue and wakes the loop.
 *
 * Threads: everything in this library belongs to the loop's thread.
 */
typedef struct neap_loop neap_loop;

typedef enum neap_loop_mode {
    NEAP_LOOP_DRIVEN,
    NEAP_LOOP_HOSTED,
} neap_loop_mode;

/* `uv` is borrowed and must outlive the loop. */
neap_loop *neap_loop_open(uv_loop_t *uv, neap_loop_mode mode);

/*
 * Release `loop`. Every client on it must have been closed before; what these
 * left to end (neap_client_close) is waited for. Run `uv` once more afterwards:
 * its handles close there. NULL is ignored.
 */
void neap_loop_close(neap_loop *loop);

/*
 * Wait for what closed clients left to end, and for nothing else: for who exits
 * without closing a DRIVEN loop. Does not run `uv`. NULL is ignored.
 */
void neap_loop_settle(neap_loop *loop);

/* Borrowed. */
uv_loop_t *neap_loop_uv(const neap_loop *loop);

/*
 * Run what is ready: one turn of a DRIVEN loop. With `wait`, wait until
 * something is. False when nothing is left that could ever become ready.
 */
bool neap_loop_turn(neap_loop *loop, bool wait);

#endif
