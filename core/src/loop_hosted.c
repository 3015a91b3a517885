#include <stdlib.h>

#include "loop_private.h"
#include "memory.h"

/*
 * HOSTED: somebody else is inside uv_run. A thread waits in the queue and hands
 * each completed batch over through a list and a uv_async.
 */

struct completed {
    struct completed *next;
    rpc_batch *batch;
    bool ok;
};

static void hand_over(void *arg)
{
    neap_loop *loop = arg;
    rpc_batch *batch;
    bool ok, stopping = false;

    while (!stopping) {
        if (!rpc_queue_next(loop->queue, -1, &batch, &ok))
            continue;
        uv_mutex_lock(&loop->lock);
        stopping = loop->stopping;
        if (batch != NULL) {
            completed *c = xmalloc(sizeof *c);

            *c = (completed){ .batch = batch, .ok = ok };
            *loop->done_last = c;
            loop->done_last = &c->next;
        }
        uv_mutex_unlock(&loop->lock);
        if (batch != NULL)
            uv_async_send(&loop->wake);
    }
}

static completed *take_completed(neap_loop *loop)
{
    completed *c;

    uv_mutex_lock(&loop->lock);
    c = loop->done;
    loop->done = NULL;
    loop->done_last = &loop->done;
    uv_mutex_unlock(&loop->lock);
    return c;
}

void loop_take_over(neap_loop *loop)
{
    completed *c, *next;

    for (c = take_completed(loop); c != NULL; c = next) {
        next = c->next;
        rpc_batch_done(c->batch, c->ok);
        free(c);
    }
}

void loop_start_thread(neap_loop *loop)
{
    uv_mutex_init(&loop->lock);
    loop->done_last = &loop->done;
    if (uv_thread_create(&loop->thread, hand_over, loop) != 0)
        abort();
}

void loop_stop_thread(neap_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    loop->stopping = true;
    uv_mutex_unlock(&loop->lock);
    rpc_queue_ring(loop->queue);
    uv_thread_join(&loop->thread);
    loop_take_over(loop);
    uv_mutex_destroy(&loop->lock);
}
