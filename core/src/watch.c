#include "watch.h"

#include <fcntl.h>
#include <stdlib.h>

#include "memory.h"

struct watch {
    uv_poll_t handle; /* first: a watch is also its uv handle */
    int events;       /* watched for; 0: none */
    watch_cb cb;
    void *arg;
};

struct timer {
    uv_timer_t handle; /* first */
    timer_cb cb;
    void *arg;
};

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    watch *w = (watch *)handle;

    /* An error shows again in the read or write that follows; libuv stops. */
    if (status < 0)
        w->events = 0;
    w->cb(w->arg, status < 0 ? UV_READABLE | UV_WRITABLE : events);
}

watch *watch_open(neap_loop *loop, int fd, watch_cb cb, void *arg)
{
    watch *w = xcalloc(1, sizeof *w);
    int flags = fcntl(fd, F_GETFL);

    w->cb = cb;
    w->arg = arg;
    if (uv_poll_init(neap_loop_uv(loop), &w->handle, fd) != 0) {
        free(w);
        return NULL;
    }
    if ((flags & O_NONBLOCK) == 0) /* libuv makes it so for everybody */
        fcntl(fd, F_SETFL, flags);
    uv_unref((uv_handle_t *)&w->handle);
    return w;
}

/* Starting anew costs libuv two system calls; mostly nothing has changed. */
void watch_start(watch *w, int events)
{
    if (w->events == events)
        return;
    w->events = events;
    uv_poll_start(&w->handle, events, on_poll);
}

void watch_stop(watch *w)
{
    if (w->events == 0)
        return;
    w->events = 0;
    uv_poll_stop(&w->handle);
}

void watch_close(watch **w)
{
    if (*w != NULL)
        uv_close((uv_handle_t *)&(*w)->handle, on_closed);
    *w = NULL;
}

static void on_time(uv_timer_t *handle)
{
    timer *t = (timer *)handle;

    t->cb(t->arg);
}

timer *timer_open(neap_loop *loop, double seconds, timer_cb cb, void *arg)
{
    timer *t = xcalloc(1, sizeof *t);

    t->cb = cb;
    t->arg = arg;
    uv_timer_init(neap_loop_uv(loop), &t->handle);
    uv_unref((uv_handle_t *)&t->handle);
    timer_again(t, seconds);
    return t;
}

void timer_again(timer *t, double seconds)
{
    uv_update_time(t->handle.loop);
    uv_timer_start(&t->handle, on_time, (uint64_t)(seconds * 1e3 + 0.999), 0);
}

void timer_close(timer **t)
{
    if (*t != NULL)
        uv_close((uv_handle_t *)&(*t)->handle, on_closed);
    *t = NULL;
}
