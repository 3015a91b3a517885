#include "options.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "error.h"

static bool is_word_of(const char *words, const char *word, size_t length)
{
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

int options_refuse(lua_State *L, int arg, const char *op, const char *known)
{
    if (!lua_istable(L, arg))
        return 0;
    for (lua_pushnil(L); lua_next(L, arg) != 0; lua_pop(L, 1)) {
        size_t length;
        const char *name = luaL_tolstring(L, -2, &length);

        if (length == 0 || !is_word_of(known, name, length))
            return error_return(L, NEAP_INVALID_ARGUMENT, op,
                                "%s: unknown field (%s)", name, known);
        lua_pop(L, 1);
    }
    return 0;
}

double options_timeout(lua_State *L, int arg)
{
    double seconds = 0;

    if (lua_isnoneornil(L, arg))
        return 0;
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_getfield(L, arg, "timeout");
    if (lua_toboolean(L, -1)) {
        if (lua_type(L, -1) != LUA_TNUMBER)
            luaL_error(L, "field 'timeout': number expected, got %s",
                       luaL_typename(L, -1));
        seconds = lua_tonumber(L, -1);
        seconds = seconds > 0 ? seconds : 1e-9;
    }
    lua_pop(L, 1);
    return seconds;
}
