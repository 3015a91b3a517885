#include "call.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cancel.h"
#include "context.h"
#include "error.h"
#include "fiber.h"
#include "place.h"

#define CALL_TYPE "neap.call"
#define SECOND    1e9 /* nanoseconds */
#define NEVER     UINT64_MAX

/* --- making one ----------------------------------------------------------- */

void *call_new(lua_State *L,
               size_t size,
               int (*push)(lua_State *L, call *c),
               void (*release)(call *c))
{
    fiber *f = place_check(L);
    bool graced = f != NULL && cancel_check(L, f);
    call *c;

    context_reserve_anchor(L);
    c = lua_newuserdatauv(L, size, 1);
    memset(c, 0, size);
    c->push = push;
    c->release = release;
    c->context = context_get(L);
    c->fiber = f;
    c->graced = graced;
    if (release != NULL)
        luaL_setmetatable(L, CALL_TYPE);
    return c;
}

int call_push_true(lua_State *L, call *c)
{
    (void)c;
    lua_pushboolean(L, true);
    return 1;
}

void call_on_done(void *arg, const neap_error *err)
{
    call_done(arg, err);
}

/* --- what is in flight ---------------------------------------------------- */

static void link_call(call *c)
{
    context *ctx = c->context;

    c->next = ctx->calls;
    if (c->next != NULL)
        c->next->link = &c->next;
    ctx->calls = c;
    c->link = &ctx->calls;
}

static void unlink_call(call *c)
{
    if (c->link == NULL)
        return;
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    c->link = NULL;
    if (c->context->open)
        context_release(c->context, c->anchor);
}

/* Nobody will pick it up, and it is done: release what it holds. */
static void drop(call *c)
{
    void (*release)(call *) = c->release;

    unlink_call(c);
    neap_error_clear(&c->err);
    c->release = NULL;
    if (release != NULL)
        release(c);
}

void call_leave(call *c)
{
    c->fiber = NULL;
    c->over = c->left = true;
    if (c->done)
        drop(c);
}

/* Collected without having been picked up, or while the state closes. */
static int call_gc(lua_State *L)
{
    call *c = lua_touserdata(L, 1);

    if (c->link == NULL || c->done)
        drop(c);
    return 0;
}

void call_open(lua_State *L)
{
    luaL_newmetatable(L, CALL_TYPE);
    lua_pushcfunction(L, call_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

void call_close_all(context *ctx)
{
    for (call *c = ctx->calls, *next; c != NULL; c = next) {
        next = c->next;
        if (c->done)
            drop(c);
        else if (c->req != NULL)
            neap_request_cancel(c->req);
    }
}

/* --- ending the wait ------------------------------------------------------ */

/* Let the waiter go on; one that does not wait yet will see that it may. */
static void wake(call *c)
{
    c->over = true;
    context_stop_alert(c->context, &c->alert);
    if (c->fiber != NULL && c->fiber->call == c)
        context_defer(c->context, &c->fiber->turn);
}

void call_done(call *c, const neap_error *err)
{
    if (err != NULL)
        neap_error_copy(&c->err, err);
    c->done = true;
    c->req = NULL;
    if (c->left || !c->context->open)
        drop(c);
    else if (!c->over)
        wake(c);
}

/* Ask what is in flight to end; what cannot be asked is left to itself. */
static void end(call *c)
{
    if (c->abort != NULL)
        c->abort(c);
    else if (c->req != NULL && !c->change)
        neap_request_cancel(c->req);
    else
        wake(c);
}

void call_interrupt(call *c)
{
    if (!c->change && !c->over)
        end(c);
}

static void on_alert(alert *a)
{
    call *c = (call *)((char *)a - offsetof(call, alert));

    c->timed_out = c->deadline <= a->at;
    if (c->timed_out)
        end(c);
    else
        call_interrupt(c); /* the grace of a cancelled fiber is over */
}

/* Set the alert to the deadline, or to the end of the fiber's grace. */
static void set_alert(call *c)
{
    uint64_t at = c->deadline;

    if (c->graced && c->started + c->fiber->grace < at)
        at = c->started + c->fiber->grace;
    c->alert.ring = on_alert;
    if (at != NEVER)
        context_set_alert(c->context, &c->alert, at);
}

void call_grace(call *c)
{
    c->graced = true;
    c->started = context_clock();
    if (!c->over)
        set_alert(c);
}

/* --- waiting -------------------------------------------------------------- */

/* Has the waiting been for nothing, because the fiber was cancelled? */
static bool is_cancelled(call *c, fiber *f)
{
    uint64_t spent;

    if (c->graced) {
        spent = context_clock() - c->started;
        f->grace -= spent < f->grace ? spent : f->grace;
    }
    return f->cancelled && f->shields == 0 && !(c->graced && f->grace > 0);
}

static int push_deadline(lua_State *L, const call *c)
{
    char message[64]; /* to the ms: what is shorter stands for no time at all */

    snprintf(message, sizeof message, "not done within %.4g s",
             round(c->timeout * 1000) / 1000);
    lua_pushnil(L);
    error_push_new(L, NEAP_DEADLINE_EXCEEDED,
                   c->err.op != NULL ? c->err.op : c->op, message);
    if (c->id != NULL) {
        lua_pushstring(L, c->id);
        lua_setfield(L, -2, "id");
    }
    if (c->change) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "pending");
    }
    return 2;
}

static int push_failure(lua_State *L, const call *c)
{
    if (c->timed_out && c->err.code == NEAP_CANCELLED)
        return push_deadline(L, c);
    return error_return_err(L, &c->err);
}

/* Turn the outcome into results. The call is on top, which keeps it alive. */
static int pick_up(lua_State *L, call *c)
{
    int results;

    if (!c->done) {
        call_leave(c);
        return push_deadline(L, c);
    }
    unlink_call(c);
    if (c->err.code == NEAP_OK) {
        results = c->push(L, c);
    } else {
        luaL_setmetatable(L, CALL_TYPE); /* pushing may raise */
        results = push_failure(L, c);
    }
    drop(c);
    return results;
}

/* The one place where a fiber is suspended, and where it goes on. */
static int await(lua_State *L, int status, lua_KContext ctx)
{
    call *c = (call *)ctx;
    fiber *f = c->fiber;

    (void)status;
    lua_settop(L, c->top);
    if (!c->over) /* at first, or resumed by somebody else */
        return lua_yieldk(L, 0, ctx, await);
    if (f == NULL)
        return pick_up(L, c);
    f->call = NULL;
    c->fiber = NULL;
    if (!is_cancelled(c, f))
        return pick_up(L, c);
    call_leave(c);
    return cancel_raise(L, f);
}

/* Put the call on top of whatever was pushed since. */
static void lift_call(lua_State *L, const call *c)
{
    int at = lua_gettop(L);

    while (lua_touserdata(L, at) != c)
        at--;
    if (at != lua_gettop(L))
        lua_pushvalue(L, at);
}

static uint64_t deadline(const call *c)
{
    double ns = c->timeout * SECOND;

    return c->timeout > 0 && ns < 9e18 ? c->started + (uint64_t)ceil(ns)
                                       : NEVER;
}

int call_await(lua_State *L, call *c)
{
    lift_call(L, c);
    c->top = lua_gettop(L);
    c->anchor = context_anchor(L, -1);
    link_call(c);
    c->started = context_clock();
    c->deadline = deadline(c);
    if (!c->over)
        set_alert(c);
    if (c->fiber != NULL)
        c->fiber->call = c;
    else
        context_run_until(c->context, L, &c->over);
    return await(L, LUA_OK, (lua_KContext)c);
}
