#include "place.h"

#include <lauxlib.h>
#include <string.h>

#include "context.h"

#define REFUSAL "cannot wait here: "

/* Lua calls finalizers from whatever allocates; only the name tells. */
static bool finalizes(lua_State *L)
{
    lua_Debug frame;

    for (int level = 0; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "n", &frame);
        if (frame.name != NULL && strcmp(frame.name, "__gc") == 0 &&
            strcmp(frame.namewhat, "metamethod") == 0)
            return true;
    }
    return false;
}

/* luv's callbacks run inside uv_run of luv's own loop. */
static bool luv_runs(lua_State *L)
{
    int top = lua_gettop(L);
    bool runs = false;

    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, "luv") == LUA_TTABLE &&
        lua_getfield(L, -1, "loop_mode") == LUA_TFUNCTION &&
        lua_pcall(L, 0, 1, 0) == LUA_OK)
        runs = lua_toboolean(L, -1);
    lua_settop(L, top);
    return runs;
}

/* Is `L` the thread of a fiber that somebody resumed by hand? */
static bool is_fiber_thread(const context *ctx, const lua_State *L)
{
    for (const fiber *f = ctx->live; f != NULL; f = f->next)
        if (f->body.L == L)
            return true;
    return false;
}

static bool is_main(lua_State *L)
{
    bool is = lua_pushthread(L) == 1;

    lua_pop(L, 1);
    return is;
}

/* Why a wait in `L` cannot run the loop, or NULL where it can. */
static const char *why_not_run(lua_State *L, const context *ctx)
{
    if (!ctx->open)
        return "the Lua state is closing";
    if (ctx->runner != NULL)
        return "this is a callback, and no fiber";
    if (!is_main(L) && is_fiber_thread(ctx, L))
        return "the fiber was resumed by hand";
    if (finalizes(L))
        return "this is a finalizer";
    if (luv_runs(L))
        return "this is a callback of luv";
    return NULL;
}

/* Why a wait in `L` cannot suspend the running fiber, or NULL where it can. */
static const char *why_not_suspend(lua_State *L, const fiber *f)
{
    if (f->top->L != L)
        return is_main(L) ? "this is a callback, and no fiber"
                          : "this is a coroutine of your own in a fiber "
                            "(neap.wrap makes one that may wait)";
    if (!lua_isyieldable(L))
        return "a C function (table.sort, string.gsub, require, ...) or a "
               "finalizer called this";
    return NULL;
}

fiber *place_check(lua_State *L)
{
    const context *ctx = context_get(L);
    fiber *f = ctx->open ? ctx->current : NULL;
    const char *why = f != NULL ? why_not_suspend(L, f) : why_not_run(L, ctx);

    if (why != NULL)
        luaL_error(L, REFUSAL "%s", why);
    return f;
}

void place_check_host(lua_State *L, const char *what)
{
    const context *ctx = context_get(L);
    const char *why = ctx->current != NULL ? "it is for hosts, not for fibers"
                                           : why_not_run(L, ctx);

    if (why != NULL)
        luaL_error(L, "%s: cannot run here: %s", what, why);
}
