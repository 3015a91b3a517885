#include "clock.h"

#include <lauxlib.h>
#include <time.h>

#include "call.h"
#include "context.h"

/* A sleep is a wait that only its deadline ends. */
static void wake_up(call *c)
{
    call_done(c, NULL);
}

/* Lua: core.sleep(seconds): true */
static int core_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    call *c = call_new(L, sizeof *c, call_push_true, NULL);

    c->abort = wake_up;
    c->timeout = seconds > 0 ? seconds : 1e-9;
    return call_await(L, c);
}

/* Lua: core.now(): seconds on a clock that never goes back */
static int core_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)context_clock() / 1e9);
    return 1;
}

/* Lua: core.time(): seconds since 1970, as os.time, with their fraction */
static int core_time(lua_State *L)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

static const luaL_Reg functions[] = {
    { "now", core_now },
    { "time", core_time },
    { "sleep", core_sleep },
    { NULL, NULL },
};

void clock_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
