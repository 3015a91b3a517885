#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loop_private.h"

/*
 * DRIVEN: the thread that runs the loop waits in gRPC's queue, which is where
 * replies come first. A watcher thread sees what libuv would have woken for: it
 * waits for libuv's own epoll descriptor, one shot, armed before each wait, and
 * rings the queue.
 */

/* Waits shorter than this, in milliseconds, are for libuv: they are exact. */
#define SHORT_WAIT 3

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

void loop_watch(neap_loop *loop)
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

void loop_stop_watching(neap_loop *loop)
{
    eventfd_write(loop->stop, 1);
    uv_thread_join(&loop->thread);
    close(loop->stop);
    close(loop->epoll);
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
    loop_run_batch(loop, timeout_ms);
}

/*
 * A reply of gRPC's alone costs no turn of libuv. What libuv waits for rings,
 * in this turn or in one that follows: the watcher stays armed until then.
 */
static bool uv_is_due(neap_loop *loop)
{
    return loop->rung || has_unwatched(loop->uv) || uv_patience(loop) == 0;
}

static bool is_alive(const neap_loop *loop)
{
    return loop->holding > 0 || uv_loop_alive(loop->uv);
}

/*
 * Waiting comes first: who drives the loop looks after each turn whether what
 * it waits for has come, and callbacks that have run must be looked at.
 */
bool neap_loop_turn(neap_loop *loop, bool wait)
{
    bool waits_for_both = wait && loop->flying > 0;

    if (!wait)
        loop_run_batch(loop, 0);
    else if (waits_for_both)
        wait_for_both(loop);
    else if (is_alive(loop) && !has_unwatched(loop->uv))
        wait_for_uv(loop, uv_patience(loop));
    if (!waits_for_both || uv_is_due(loop))
        run_uv(loop);
    return is_alive(loop);
}
