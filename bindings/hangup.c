#include "hangup.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "call.h"
#include "context.h"
#include "error.h"

/*
 * The loop polls an epoll, which has the descriptor: uv_poll on that itself
 * would make it non-blocking, for everybody who has it.
 */
typedef struct line {
    uv_poll_t poll;
    int epoll;
    struct hangup_call *call; /* NULL once it has been told */
} line;

typedef struct hangup_call {
    call call;
    line *line; /* owned, until closing */
} hangup_call;

static int watch(int fd)
{
    struct epoll_event event = { .events = 0 }; /* its end is always told */
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return epoll;
    close(epoll);
    return -1;
}

static void on_closed(uv_handle_t *handle)
{
    line *l = (line *)handle;

    close(l->epoll);
    free(l);
}

static void release(call *c)
{
    line *l = ((hangup_call *)c)->line;

    if (l == NULL)
        return;
    l->call = NULL;
    uv_close((uv_handle_t *)&l->poll, on_closed);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    hangup_call *c = ((line *)poll)->call;

    (void)status;
    (void)events;
    uv_poll_stop(poll);
    if (c != NULL)
        call_done(&c->call, NULL);
}

static void abort_wait(call *c)
{
    static const neap_error cancelled = { .code = NEAP_CANCELLED };

    call_done(c, &cancelled);
}

int hangup_wait(lua_State *L)
{
    int fd = (int)luaL_checkinteger(L, 1);
    uv_loop_t *loop = neap_loop_uv(context_loop(L));
    hangup_call *c = call_new(L, sizeof *c, call_push_true, release);
    int epoll = watch(fd);
    line *l = epoll < 0 ? NULL : malloc(sizeof *l);

    if (l == NULL || uv_poll_init(loop, &l->poll, epoll) != 0) {
        if (epoll >= 0)
            close(epoll);
        free(l);
        lua_pushboolean(L, false);
        return 1;
    }
    l->epoll = epoll;
    l->call = c;
    c->line = l;
    c->call.abort = abort_wait;
    uv_unref((uv_handle_t *)&l->poll);
    uv_poll_start(&l->poll, UV_READABLE, on_event);
    return call_await(L, &c->call);
}
