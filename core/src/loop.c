#include "loop.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "memory.h"

/*
 * DRIVEN: the thread that runs the loop waits in gRPC's queue, which is where
 * replies come first. A watcher thread sees what libuv would have woken for: it
 * waits for libuv's own epoll descriptor, one shot, armed before each wait, and
 * rings the queue.
 *
 * HOSTED: somebody else is inside uv_run. A thread waits in the queue and hands
 * each completed batch over through a list and a uv_async.
 */

/* Waits shorter than this, in milliseconds, are for libuv: they are exact. */
#define SHORT_WAIT 3

typedef struct completed {
    struct completed *next;
    rpc_batch *batch;
    bool ok;
} completed;

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
    char *scratch;

    int epoll, stop;  /* DRIVEN: the watcher's */
    bool armed, rung; /* it watches; it has seen something for libuv */

    uv_mutex_t lock; /* HOSTED: guards what follows */
    completed *done, **done_last;
    bool stopping;
};

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

static bool is_alive(const neap_loop *loop)
{
    return loop->holding > 0 || uv_loop_alive(loop->uv);
}

/* --- DRIVEN --------------------------------------------------------------- */

static void watch(void *arg)
{
    neap_loop *loop = arg;
    struct epoll_event event;

    for (;;) {
        if (epoll_wait(loop->epoll, &event, 1, -1) != 1)
            continue; /* a signal */
        if (event.data.fd == loop->stop)
            return;
        rpc_queue_ring(loop->queue);
    }
}

static void arm_watcher(neap_loop *loop)
{
    int fd = uv_backend_fd(loop->uv);
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
                                 .data.fd = fd };

    if (!loop->armed)
        epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
    loop->armed = true;
}

static void start_watcher(neap_loop *loop)
{
    int fd = uv_backend_fd(loop->uv);
    struct epoll_event event = { .events = EPOLLONESHOT, .data.fd = fd };
    struct epoll_event stop = { .events = EPOLLIN };

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->stop = eventfd(0, EFD_CLOEXEC);
    stop.data.fd = loop->stop;
    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->stop, &stop);
    if (uv_thread_create(&loop->thread, watch, loop) != 0)
        abort();
}

static void stop_watcher(neap_loop *loop)
{
    eventfd_write(loop->stop, 1);
    uv_thread_join(&loop->thread);
    close(loop->stop);
    close(loop->epoll);
}

static void on_ring(neap_loop *loop)
{
    loop->armed = false;
    loop->rung = true;
}

/*
 * Run one thing that gRPC has completed, waiting for it. To ask for more before
 * what it began goes out would be a poll in vain for most.
 */
static void run_batch(neap_loop *loop, int timeout_ms)
{
    rpc_batch *batch;
    bool ok;

    if (!rpc_queue_next(loop->queue, timeout_ms, &batch, &ok))
        return;
    if (batch != NULL)
        rpc_batch_done(batch, ok);
    else
        on_ring(loop);
}

/*
 * libuv hands new descriptors to epoll when it polls, so those that the last
 * callbacks added are not watched yet. The field is libuv 1.x's own.
 */
static bool has_unwatched(const uv_loop_t *uv)
{
    return uv->watcher_queue[0] != (const void *)&uv->watcher_queue;
}

/*
 * How long libuv would wait, from now: its own now is when it last polled. The
 * anchor makes it count unreferenced timers.
 */
static int uv_patience(neap_loop *loop)
{
    int timeout_ms;

    uv_update_time(loop->uv);
    uv_ref((uv_handle_t *)&loop->wake);
    timeout_ms = uv_backend_timeout(loop->uv);
    uv_unref((uv_handle_t *)&loop->wake);
    return timeout_ms;
}

/* The anchor again: libuv does not even poll when nothing holds it. */
static void run_uv(neap_loop *loop)
{
    loop->rung = false;
    uv_ref((uv_handle_t *)&loop->wake);
    uv_run(loop->uv, UV_RUN_NOWAIT);
    uv_unref((uv_handle_t *)&loop->wake);
}

/*
 * Wait for what libuv would wait for. Its own UV_RUN_ONCE is no good: it runs
 * timers before it waits, and these may begin what it does not know of; then it
 * sleeps until its next timer, however far that is.
 */
static void wait_for_uv(neap_loop *loop, int timeout_ms)
{
    struct pollfd fd = { .fd = uv_backend_fd(loop->uv), .events = POLLIN };

    poll(&fd, 1, timeout_ms);
}

/*
 * Wait for whichever comes first. What is there already is what libuv says it
 * would not wait for, or has not handed to its epoll yet. Batches are run at
 * every turn: a row of short waits must not keep them waiting.
 */
static void wait_for_both(neap_loop *loop)
{
    int timeout_ms = has_unwatched(loop->uv) ? 0 : uv_patience(loop);

    if (timeout_ms > 0 && timeout_ms < SHORT_WAIT) {
        wait_for_uv(loop, timeout_ms);
        loop->rung = true;
        timeout_ms = 0;
    }
    if (timeout_ms != 0)
        arm_watcher(loop);
    run_batch(loop, timeout_ms);
}

/*
 * A reply of gRPC's alone costs no turn of libuv. What libuv waits for rings,
 * in this turn or in one that follows: the watcher stays armed until then.
 */
static bool uv_is_due(neap_loop *loop)
{
    return loop->rung || has_unwatched(loop->uv) || uv_patience(loop) == 0;
}

/*
 * Waiting comes first: who drives the loop looks after each turn whether what
 * it waits for has come, and callbacks that have run must be looked at.
 */
bool neap_loop_turn(neap_loop *loop, bool wait)
{
    bool waits_for_both = wait && loop->flying > 0;

    if (!wait)
        run_batch(loop, 0);
    else if (waits_for_both)
        wait_for_both(loop);
    else if (is_alive(loop) && !has_unwatched(loop->uv))
        wait_for_uv(loop, uv_patience(loop));
    if (!waits_for_both || uv_is_due(loop))
        run_uv(loop);
    return is_alive(loop);
}

/* --- HOSTED --------------------------------------------------------------- */

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

static void on_wake(uv_async_t *wake)
{
    neap_loop *loop = wake->data;
    completed *c, *next;

    if (loop->mode == NEAP_LOOP_DRIVEN)
        return;
    for (c = take_completed(loop); c != NULL; c = next) {
        next = c->next;
        rpc_batch_done(c->batch, c->ok);
        free(c);
    }
}

static void start_thread(neap_loop *loop)
{
    uv_mutex_init(&loop->lock);
    loop->done_last = &loop->done;
    if (uv_thread_create(&loop->thread, hand_over, loop) != 0)
        abort();
}

static void stop_thread(neap_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    loop->stopping = true;
    uv_mutex_unlock(&loop->lock);
    rpc_queue_ring(loop->queue);
    uv_thread_join(&loop->thread);
    on_wake(&loop->wake);
    uv_mutex_destroy(&loop->lock);
}

/* --- open and close ------------------------------------------------------- */

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
        start_watcher(loop);
    else
        start_thread(loop);
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
    free(loop);
}

/* A turn without libuv: what is deferred, and what gRPC has completed. */
static void turn_queue(neap_loop *loop)
{
    on_turn(&loop->turn);
    run_batch(loop, loop->flying > 0 && loop->first == NULL ? -1 : 0);
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
        stop_watcher(loop);
    else
        stop_thread(loop);
    while (loop->flying > 0 || loop->first != NULL)
        turn_queue(loop);
    rpc_queue_free(loop->queue);
    uv_close((uv_handle_t *)&loop->turn, on_handle_closed);
    uv_close((uv_handle_t *)&loop->wake, on_handle_closed);
}
