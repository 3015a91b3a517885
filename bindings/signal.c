#include "signal.h"

#include <errno.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "context.h"
#include "terminal.h"

typedef struct wait_call {
    call call;
    int number;
} wait_call;

static atomic_bool arrived[NSIG]; /* heard, and not yet waited for */
static atomic_bool ends[NSIG];
static atomic_bool ending;
static uv_async_t bell;
static wait_call *waiter;

/* Runs on any thread, at any moment. */
static void on_signal(int number)
{
    int kept = errno;

    if (ends[number] && atomic_exchange(&ending, true)) {
        terminal_restore();
        _exit(128 + number);
    }
    arrived[number] = true;
    uv_async_send(&bell);
    errno = kept;
}

static int take(void)
{
    for (int number = 1; number < NSIG; number++)
        if (atomic_exchange(&arrived[number], false))
            return number;
    return 0;
}

static void on_bell(uv_async_t *handle)
{
    wait_call *w = waiter;

    (void)handle;
    if (w == NULL || (w->number = take()) == 0)
        return;
    waiter = NULL;
    call_done(&w->call, NULL);
}

static void abort_wait(call *c)
{
    neap_error err = { 0 };

    waiter = NULL;
    neap_error_set(&err, NEAP_CANCELLED, "signal", "the wait was given up");
    call_done(c, &err);
    neap_error_clear(&err);
}

static int push_number(lua_State *L, call *c)
{
    lua_pushinteger(L, ((wait_call *)c)->number);
    return 1;
}

int signal_wait(lua_State *L)
{
    wait_call *w;

    if (waiter != NULL)
        return luaL_error(L, "somebody waits for signals already");
    w = call_new(L, sizeof *w, push_number, NULL);
    w->call.abort = abort_wait;
    waiter = w;
    uv_async_send(&bell); /* for what arrived before */
    return call_await(L, &w->call);
}

static int check_number(lua_State *L)
{
    lua_Integer number = luaL_checkinteger(L, 1);

    luaL_argcheck(L, number > 0 && number < NSIG, 1, "not a signal");
    return (int)number;
}

static int set(lua_State *L, int number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

    sigfillset(&action.sa_mask);
    if (sigaction(number, &action, NULL) == 0)
        return 0;
    return luaL_error(L, "signal %d: %s", number, strerror(errno));
}

int signal_listen(lua_State *L)
{
    int number = check_number(L);

    ends[number] = lua_toboolean(L, 2);
    return set(L, number, on_signal);
}

int signal_ignore(lua_State *L)
{
    return set(L, check_number(L), SIG_DFL);
}

/* Before the loop goes, nothing may ring on it any more. */
static int on_gc(lua_State *L)
{
    (void)L;
    for (int number = 1; number < NSIG; number++) {
        struct sigaction present;

        if (sigaction(number, NULL, &present) == 0 &&
            present.sa_handler == on_signal)
            signal(number, SIG_DFL);
    }
    uv_close((uv_handle_t *)&bell, NULL);
    return 0;
}

/* Made after the context, and so finalized before it. */
void signal_open(lua_State *L)
{
    static const char key = 0;

    uv_async_init(neap_loop_uv(context_loop(L)), &bell, on_bell);
    uv_unref((uv_handle_t *)&bell);
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, on_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}
