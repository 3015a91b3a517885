#include "wrap.h"

#include <lauxlib.h>

#include "fiber.h"

/* Its thread is user value 1. */
typedef struct generator {
    strand strand;
    fiber *fiber; /* whose waits pass through, while it runs or waits */
    bool begun, ended;
} generator;

static int resume(lua_State *L, generator *g, int nargs);

/* Lie on top of the fiber that runs `L`, if its waits can pass here. */
static void link_strand(lua_State *L, generator *g)
{
    fiber *f = fiber_current(L);

    if (f == NULL || !lua_isyieldable(L))
        return;
    g->fiber = f;
    g->strand.under = f->top;
    f->top = &g->strand;
}

static void unlink_strand(generator *g)
{
    if (g->fiber != NULL)
        g->fiber->top = g->strand.under;
    g->fiber = NULL;
}

/* The fiber goes on: pass it on to the generator. */
static int go_on(lua_State *L, int status, lua_KContext ctx)
{
    generator *g = (generator *)ctx;
    const call *c = g->fiber->call;

    (void)status;
    if (c != NULL && !c->over) /* resumed by somebody else */
        return lua_yieldk(L, 0, ctx, go_on);
    return resume(L, g, 0);
}

static int move_results(lua_State *L, lua_State *from, int count)
{
    if (!lua_checkstack(L, count)) {
        lua_pop(from, count);
        return luaL_error(L, "too many results");
    }
    lua_xmove(from, L, count);
    return count;
}

/* What came on top of the generator's stack: yields, results or an error. */
static int answer(lua_State *L, generator *g, int status, int count)
{
    lua_State *from = g->strand.L;
    bool ok;

    unlink_strand(g);
    if (status == LUA_YIELD)
        return move_results(L, from, count);
    g->ended = true;
    if (status != LUA_OK) {
        lua_xmove(from, L, 1);
        return lua_error(L);
    }
    ok = lua_toboolean(from, -count);
    count = move_results(L, from, count - 1);
    return ok ? count : lua_error(L);
}

static int resume(lua_State *L, generator *g, int nargs)
{
    int status, count;

    if (g->begun) {
        status = lua_resume(g->strand.L, L, nargs, &count);
    } else {
        g->begun = true;
        status = strand_begin(&g->strand, L, nargs, &count);
    }
    if (status == LUA_YIELD && g->fiber != NULL && g->fiber->call != NULL)
        return lua_yieldk(L, 0, (lua_KContext)g, go_on);
    return answer(L, g, status, count);
}

/* Raise where the generator cannot be called now. */
static void check_callable(lua_State *L, const generator *g)
{
    lua_State *thread = g->strand.L;

    if (g->ended)
        luaL_error(L, "cannot resume dead coroutine");
    if (g->fiber != NULL || (g->begun && lua_status(thread) != LUA_YIELD))
        luaL_error(L, "cannot resume non-suspended coroutine");
}

static int call_generator(lua_State *L)
{
    generator *g = lua_touserdata(L, lua_upvalueindex(1));
    int nargs = lua_gettop(L);

    check_callable(L, g);
    if (!lua_checkstack(g->strand.L, nargs + 2))
        return luaL_error(L, "too many arguments");
    lua_xmove(L, g->strand.L, nargs);
    link_strand(L, g);
    return resume(L, g, nargs);
}

/* Lua: core.wrap(fn) */
static int core_wrap(lua_State *L)
{
    generator *g;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    g = lua_newuserdatauv(L, sizeof *g, 1);
    *g = (generator){ .begun = false };
    g->strand.L = lua_newthread(L);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, 1);
    lua_xmove(L, g->strand.L, 1);
    lua_pushcclosure(L, call_generator, 1);
    return 1;
}

void wrap_open(lua_State *L)
{
    lua_pushcfunction(L, core_wrap);
    lua_setfield(L, -2, "wrap");
}
