#ifndef LOOP_PRIVATE_H
#define LOOP_PRIVATE_H

/* What the files of the loop share. Nobody else includes it. */

#include "loop.h"

typedef struct completed completed;

struct neap_loop {
    uv_loop_t *uv;
    neap_loop_mode mode;
    rpc_queue *queue;
    int flying, holding; /* batches on their way; those that hold the loop */
    int lingering;       /* closed clients some of whose calls go on */

    uv_idle_t turn; /* active while something is deferred */
    loop_task *first, **last;

    uv_async_t wake; /* HOSTED: the list has something; DRIVEN: an anchor */
    uv_thread_t thread;
    int closed_handles;
    char *scratch, *pages;

    int epoll, stop;  /* DRIVEN: the watcher's */
    bool armed, rung; /* it watches; it has seen something for libuv */

    uv_mutex_t lock; /* HOSTED: guards what follows */
    completed *done, **done_last;
    bool stopping;
};

/* DRIVEN: the watcher of libuv's epoll. */
void loop_watch(neap_loop *loop);
void loop_stop_watching(neap_loop *loop);

/* HOSTED: the thread in gRPC's queue, and what it has handed over. */
void loop_start_thread(neap_loop *loop);
void loop_stop_thread(neap_loop *loop);
void loop_take_over(neap_loop *loop);

/*
 * Run one thing that gRPC has completed, waiting for it. To ask for more before
 * what it began goes out would be a poll in vain for most.
 */
void loop_run_batch(neap_loop *loop, int timeout_ms);

#endif
