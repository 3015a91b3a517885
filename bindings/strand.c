#include "strand.h"

#include <lauxlib.h>
#include <string.h>

#include "failure.h"

/* Registry: Lua's own pcall and xpcall, to be recognized on the stack. */
static const char lua_pcall_key = 0, lua_xpcall_key = 0;

/* --- the body ------------------------------------------------------------- */

/* Stack: handler, then the results, or the error on top. */
static int body_ends(lua_State *L, int status, lua_KContext ctx)
{
    bool ok = status == LUA_OK || status == LUA_YIELD;

    (void)ctx;
    if (!ok)
        failure_describe(L);
    lua_pushboolean(L, ok);
    lua_replace(L, 1);
    return lua_gettop(L);
}

static int body(lua_State *L)
{
    int status;

    lua_pushcfunction(L, failure_trace);
    lua_insert(L, 1);
    status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, body_ends);
    return body_ends(L, status, 0);
}

int strand_begin(strand *s, lua_State *from, int nargs, int *results)
{
    lua_pushcfunction(s->L, body);
    lua_insert(s->L, 1);
    return lua_resume(s->L, from, nargs + 1, results);
}

/* --- __close -------------------------------------------------------------- */

/* How many values a protected call keeps below the function that it calls. */
static int kept_below(lua_State *L, lua_CFunction f)
{
    lua_CFunction its_pcall, its_xpcall;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &lua_pcall_key);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &lua_xpcall_key);
    its_pcall = lua_tocfunction(L, -2);
    its_xpcall = lua_tocfunction(L, -1);
    lua_pop(L, 2);
    if (f == body || f == its_pcall)
        return 1; /* the handler; true */
    if (f == its_xpcall)
        return 3; /* the function, the handler, true */
    return -1;
}

/*
 * Does the protected call in `frame` call over remains? The function that it
 * calls is on top of the stack. One with `...` leaves itself below its own
 * frame, and is no remains.
 */
static bool unwinds(lua_State *L, lua_Debug *frame)
{
    lua_CFunction f;
    int kept;
    bool remains;

    lua_getinfo(L, "f", frame);
    f = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    if (f == NULL || (kept = kept_below(L, f)) < 0)
        return false;
    if (lua_getlocal(L, frame, kept + 1) == NULL)
        return false;
    remains = !lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    return remains;
}

static bool is_close_method(lua_State *L, lua_Debug *frame)
{
    lua_getinfo(L, "n", frame);
    return frame->name != NULL && strcmp(frame->namewhat, "metamethod") == 0 &&
           strcmp(frame->name, "close") == 0;
}

bool strand_closes(lua_State *L)
{
    lua_Debug frame;
    bool closes = false;

    lua_pushnil(L); /* the function of the level above */
    for (int level = 0; !closes && lua_getstack(L, level, &frame); level++) {
        closes =
            is_close_method(L, &frame) || (level > 0 && unwinds(L, &frame));
        lua_pop(L, 1);
        lua_getinfo(L, "f", &frame);
    }
    lua_pop(L, 1);
    return closes;
}

void strand_open(lua_State *L)
{
    lua_getglobal(L, "pcall");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &lua_pcall_key);
    lua_getglobal(L, "xpcall");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &lua_xpcall_key);
}
