#include "fiber.h"

#include <lauxlib.h>

#include "cancel.h"
#include "class.h"
#include "failure.h"
#include "join.h"
#include "place.h"

#define GRACE 10000000000 /* nanoseconds that __close may wait in all */

/* --- which ---------------------------------------------------------------- */

fiber *fiber_check(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, FIBER_TYPE);
}

fiber *fiber_current(lua_State *L)
{
    fiber *f = context_get(L)->current;

    return f != NULL && f->top->L == L ? f : NULL;
}

void fiber_push(lua_State *L, const fiber *f)
{
    context_push(L, f->anchor);
}

bool fiber_has_ended(const fiber *f)
{
    return f->state >= FIBER_RETURNED;
}

/* --- living --------------------------------------------------------------- */

static void link_fiber(fiber *f)
{
    context *ctx = f->context;

    f->next = ctx->live;
    if (f->next != NULL)
        f->next->link = &f->next;
    ctx->live = f;
    f->link = &ctx->live;
    ctx->fibers += !f->daemon;
    ctx->idle = ctx->fibers == 0;
}

static void unlink_fiber(fiber *f)
{
    context *ctx = f->context;

    *f->link = f->next;
    if (f->next != NULL)
        f->next->link = f->link;
    ctx->fibers -= !f->daemon;
    ctx->idle = ctx->fibers == 0;
}

/* What a fiber that was cancelled does with its end: nothing, or fail. */
static fiber_state end_of_cancelled(fiber *f, fiber_state state)
{
    lua_State *L = f->body.L;

    if (state == FIBER_RAISED && !failure_is_cancelled(L))
        return FIBER_RAISED;
    lua_settop(L, 0);
    return FIBER_CANCELLED;
}

static void end(fiber *f, fiber_state state)
{
    context *ctx = f->context;
    bool joined;

    f->state = f->cancelled ? end_of_cancelled(f, state) : state;
    f->order = ++ctx->ended;
    unlink_fiber(f);
    joined = join_wake(f);
    if (f->state == FIBER_RAISED && !joined)
        failure_add(f);
    if (f->failed_link == NULL)
        context_release(ctx, f->anchor);
}

/* Its thread cannot go on: somebody closed it, or resumes it by hand. */
static void end_closed(fiber *f)
{
    if (f->call != NULL)
        call_leave(f->call);
    f->call = NULL;
    f->cancelled = true;
    end(f, FIBER_RETURNED);
}

static bool can_go_on(const fiber *f)
{
    return f->state == FIBER_NEW || lua_status(f->body.L) == LUA_YIELD;
}

static int resume(fiber *f, int *results)
{
    context *ctx = f->context;

    if (f->state == FIBER_LIVE)
        return lua_resume(f->body.L, ctx->runner, 0, results);
    f->state = FIBER_LIVE;
    return strand_begin(&f->body, ctx->runner, f->args, results);
}

/* True and results lie on the stack, or false and an error; or just an error */
static fiber_state outcome(lua_State *L, int status, int results)
{
    bool ok = status == LUA_OK && lua_toboolean(L, -results);

    if (status != LUA_OK)
        lua_resetthread(L); /* leaves the error alone on its stack */
    else
        lua_remove(L, -results);
    return ok ? FIBER_RETURNED : FIBER_RAISED;
}

static void take_turn(deferred *turn)
{
    fiber *f = (fiber *)turn;
    int status, results;

    if (f->state == FIBER_NEW && f->cancelled) {
        end(f, FIBER_RETURNED);
        return;
    }
    if (!can_go_on(f)) {
        end_closed(f);
        return;
    }
    if (f->state == FIBER_LIVE && f->call == NULL)
        cancel_on_turn(f);

    f->context->current = f;
    status = resume(f, &results);
    if (status != LUA_YIELD)
        f->state = outcome(f->body.L, status, results);
    f->context->current = NULL;

    if (status != LUA_YIELD) {
        end(f, f->state);
        return;
    }
    lua_pop(f->body.L, results);
    if (f->call == NULL) /* coroutine.yield(): the others' turn */
        context_defer(f->context, &f->turn);
}

/* --- Lua ------------------------------------------------------------------ */

/* Push a fiber for the function and arguments on the stack, from `at` on. */
static void new_fiber(lua_State *L, int at, bool daemon)
{
    context *ctx = context_get(L);
    fiber *f;

    context_loop(L); /* raises where the state closes */
    luaL_checktype(L, at, LUA_TFUNCTION);
    context_reserve_anchor(L);
    f = lua_newuserdatauv(L, sizeof *f, 3);
    *f = (fiber){ .turn.run = take_turn, .context = ctx, .grace = GRACE };
    f->daemon = daemon;
    f->args = lua_gettop(L) - 1 - at;
    f->top = &f->body;
    f->body.L = lua_newthread(L);
    lua_setiuservalue(L, -2, FIBER_THREAD);
    lua_insert(L, at);
    if (!lua_checkstack(f->body.L, f->args + 2))
        luaL_error(L, "too many arguments");
    lua_xmove(L, f->body.L, f->args + 1);
    luaL_setmetatable(L, FIBER_TYPE);
    f->anchor = context_anchor(L, -1);
    link_fiber(f);
    context_defer(ctx, &f->turn);
}

static int core_spawn(lua_State *L)
{
    new_fiber(L, 1, false);
    return 1;
}

static int core_daemon(lua_State *L)
{
    new_fiber(L, 1, true);
    return 1;
}

static int core_fibers(lua_State *L)
{
    lua_pushinteger(L, context_get(L)->fibers);
    return 1;
}

static int core_cancel_all(lua_State *L)
{
    fiber_cancel_all(L);
    return 0;
}

static int core_run(lua_State *L)
{
    context *ctx = context_get(L);

    place_check_host(L, "neap.loop");
    context_run_until(ctx, L, &ctx->idle);
    return 0;
}

static int cancel(lua_State *L)
{
    fiber_cancel(fiber_check(L, 1));
    lua_pushboolean(L, true);
    return 1;
}

static int to_string(lua_State *L)
{
    static const char *const names[] = { "new", "live", "returned", "raised",
                                         "cancelled" };
    const fiber *f = fiber_check(L, 1);

    lua_pushfstring(L, "neap.fiber (%s)", names[f->state]);
    return 1;
}

static const luaL_Reg methods[] = {
    { "cancel", cancel },
    { "join", join_fiber },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__tostring", to_string },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "cancel_all", core_cancel_all }, { "daemon", core_daemon },
    { "fibers", core_fibers },         { "run", core_run },
    { "spawn", core_spawn },           { NULL, NULL },
};

void fiber_open(lua_State *L)
{
    class_define(L, "fiber", methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
