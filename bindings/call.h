#ifndef NEAP_BINDINGS_CALL_H
#define NEAP_BINDINGS_CALL_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert.h"
#include "neap/error.h"
#include "neap/request.h"

/*
 * How an asynchronous operation becomes a plain Lua call:
 *
 *     start_call *c = call_new(L, sizeof *c, push_pid, NULL);
 *     c->call.req = neap_task_start(task, on_start, c);
 *     return call_await(L, &c->call);
 *
 * In a fiber the call suspends the fiber; anywhere else it runs the loop until
 * the operation is over. Lua code reads the same in both.
 *
 * The core's callback builds no Lua value: it stores the outcome in the call
 * and says call_done, and the waiter pushes the result. So a Lua error can
 * never unwind through the core, and running out of memory while pushing is an
 * ordinary Lua error in the caller.
 *
 * A call in flight stays in memory until call_done, whatever becomes of its
 * waiter. Between starting the request and call_await nothing may raise.
 */
typedef struct call call;

struct call {
    neap_request *req; /* in flight, for cancelling; NULL where there is none */
    bool change;       /* not to be torn: finished first, then `cancelled` */
    double timeout;    /* seconds; 0 for none. See options_timeout */
    const char *op;    /* names a deadline's error; static, may be NULL */
    const char *id;    /* whom that is about, borrowed from what the call keeps
                          alive or what lies below it; may be NULL */

    /* End the wait at once, by call_done; for waits without a request. */
    void (*abort)(call *c);

    /* ours alone */
    int (*push)(lua_State *L, call *c);
    void (*release)(call *c);
    struct context *context;
    struct fiber *fiber; /* who waits; NULL: who runs the loop */
    call *next, **link;  /* among context->calls; link NULL: picked up */
    alert alert;
    uint64_t started, deadline; /* on context_clock */
    neap_error err;
    int top, anchor;
    bool over; /* the waiter goes on: done, or given up */
    bool done; /* call_done was said */
    bool left; /* its waiter has gone on without it */
    bool timed_out;
    bool graced; /* waits in a __close handler of a cancelled fiber */
};

/*
 * Push a new call of `size` bytes, zeroed after its `call`, which comes first.
 * Raises where waiting is impossible, and `cancelled` in a cancelled fiber.
 *
 * User value 1 of the call is the caller's, for what the request needs alive.
 *
 * `push` pushes the results and returns how many, with the call on top of the
 * stack. `release` (may be NULL) frees what the call holds in C; it runs once,
 * after `push` or instead of it.
 */
void *call_new(lua_State *L,
               size_t size,
               int (*push)(lua_State *L, call *c),
               void (*release)(call *c));

/* Wait for `c`, then return its results, or nil and an error. */
int call_await(lua_State *L, call *c);

/*
 * Record the outcome (NULL is success; copied) and wake the waiter, which goes
 * on later, never from inside this. `c` may be gone afterwards.
 */
void call_done(call *c, const neap_error *err);

/* A `push` for calls that answer with true. */
int call_push_true(lua_State *L, call *c);

/* A callback of the core's for them; `arg` is the call. */
void call_on_done(void *arg, const neap_error *err);

/* --- for fibers and the context ------------------------------------------- */

/* The fiber of `c` was cancelled: end the wait, unless it must be finished. */
void call_interrupt(call *c);

/* The fiber of `c` was cancelled while `c` waits in a __close handler. */
void call_grace(call *c);

/* Nobody will pick `c` up: release what it holds, as soon as it is done. */
void call_leave(call *c);

/* With the core table on top: define the metatable of calls. */
void call_open(lua_State *L);

/* The Lua state closes: cancel what is in flight, drop what is done. */
void call_close_all(struct context *ctx);

#endif
