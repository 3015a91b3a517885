#include "json.h"

#include <lauxlib.h>

#include "neap/json.h"
#include "uint.h"
#include "value.h"

static bool wants_pretty(lua_State *L, int arg)
{
    bool pretty;

    if (lua_isnoneornil(L, arg))
        return false;
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_getfield(L, arg, "pretty");
    pretty = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return pretty;
}

static int json_encode(lua_State *L)
{
    return json_write(L, 1, wants_pretty(L, 2));
}

static int json_decode(lua_State *L)
{
    return value_parse(L, neap_json_parse);
}

static int json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argcheck(L, value_mark_array(L, 1), 1,
                  "the table has a metatable of its own");
    lua_settop(L, 1);
    return 1;
}

static int json_is_array(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, value_is_array(L, 1));
    return 1;
}

void json_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "encode", json_encode },
        { "decode", json_decode },
        { "array", json_array },
        { "is_array", json_is_array },
        { "uint", uint_new },
        { "keep", json_keep },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    value_push_null(L);
    lua_setfield(L, -2, "null");
    lua_setfield(L, -2, "json");
}
