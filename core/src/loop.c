#include <stdlib.h>

#include "loop_private.h"
#include "memory.h"

/* --- deferring ------------------------------------------------------------ */

static void on_turn(uv_idle_t *turn)
{
    neap_loop *loop = turn->data;
    loop_task *task = loop->first, *next;

    loop->first = NULL;
    loop->last = &loop->first;
    for (; task != NULL; task = next) {
        next = task->next;
        task->run(task);
    }
    if (loop->first == NULL)
        uv_idle_stop(&loop->turn);
}

void loop_defer(neap_loop *loop, loop_task *task)
{
    task->next = NULL;
    *loop->last = task;
    loop->last = &task->next;
    uv_idle_start(&loop->turn, on_turn);
}

/* --- what keeps the loop going -------------------------------------------- */

rpc_queue *loop_queue(const neap_loop *loop)
{
    return loop->queue;
}

char *loop_scratch(neap_loop *loop)
{
    if (loop->scratch == NULL)
        loop->scratch = xmalloc(LOOP_SCRATCH);
    return loop->scratch;
}

char *loop_pages(neap_loop *loop)
{
    if (loop->pages == NULL)
        loop->pages = xpages();
    return loop->pages;
}

void loop_hold(neap_loop *loop)
{
    if (loop->holding++ == 0 && loop->mode == NEAP_LOOP_HOSTED)
        uv_ref((uv_handle_t *)&loop->wake);
}

void loop_release(neap_loop *loop)
{
    if (--loop->holding == 0 && loop->mode == NEAP_LOOP_HOSTED)
        uv_unref((uv_handle_t *)&loop->wake);
}

void loop_flight_begin(neap_loop *loop, bool background)
{
    loop->flying++;
    if (!background)
        loop_hold(loop);
}

void loop_flight_end(neap_loop *loop, bool background)
{
    loop->flying--;
    if (!background)
        loop_release(loop);
}

void loop_linger_begin(neap_loop *loop)
{
    loop->lingering++;
}

void loop_linger_end(neap_loop *loop)
{
    loop->lingering--;
}

/* --- open and close ------------------------------------------------------- */

static void on_wake(uv_async_t *wake)
{
    neap_loop *loop = wake->data;

    if (loop->mode == NEAP_LOOP_HOSTED)
        loop_take_over(loop);
}

neap_loop *neap_loop_open(uv_loop_t *uv, neap_loop_mode mode)
{
    neap_loop *loop = xcalloc(1, sizeof *loop);

    loop->uv = uv;
    loop->mode = mode;
    loop->queue = rpc_queue_new();
    loop->last = &loop->first;
    uv_idle_init(uv, &loop->turn);
    loop->turn.data = loop;
    uv_async_init(uv, &loop->wake, on_wake);
    loop->wake.data = loop;
    uv_unref((uv_handle_t *)&loop->wake);
    if (mode == NEAP_LOOP_DRIVEN)
        loop_watch(loop);
    else
        loop_start_thread(loop);
    return loop;
}

uv_loop_t *neap_loop_uv(const neap_loop *loop)
{
    return loop->uv;
}

static void on_handle_closed(uv_handle_t *handle)
{
    neap_loop *loop = handle->data;

    if (++loop->closed_handles < 2)
        return;
    free(loop->scratch);
    free(loop->pages);
    free(loop);
}

void loop_run_batch(neap_loop *loop, int timeout_ms)
{
    rpc_batch *batch;
    bool ok;

    if (!rpc_queue_next(loop->queue, timeout_ms, &batch, &ok))
        return;
    if (batch != NULL) {
        rpc_batch_done(batch, ok);
    } else { /* the watcher's */
        loop->armed = false;
        loop->rung = true;
    }
}

/* A turn without libuv: what is deferred, and what gRPC has completed. */
static void turn_queue(neap_loop *loop)
{
    on_turn(&loop->turn);
    loop_run_batch(loop, loop->flying > 0 && loop->first == NULL ? -1 : 0);
}

void neap_loop_settle(neap_loop *loop)
{
    while (loop != NULL && loop->lingering > 0)
        turn_queue(loop);
}

void neap_loop_close(neap_loop *loop)
{
    if (loop == NULL)
        return;
    if (loop->mode == NEAP_LOOP_DRIVEN)
        loop_stop_watching(loop);
    else
        loop_stop_thread(loop);
    while (loop->flying > 0 || loop->first != NULL)
        turn_queue(loop);
    rpc_queue_free(loop->queue);
    uv_close((uv_handle_t *)&loop->turn, on_handle_closed);
    uv_close((uv_handle_t *)&loop->wake, on_handle_closed);
}
