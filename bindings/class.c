#include "class.h"

#include <stdbool.h>
#include <string.h>

static const char classes = 0; /* registry: core.classes */

#define PREFIX "neap."

void class_define(lua_State *L,
                  const char *name,
                  const luaL_Reg *methods,
                  const luaL_Reg *metamethods)
{
    luaL_newmetatable(L, lua_pushfstring(L, PREFIX "%s", name));
    if (metamethods != NULL)
        luaL_setfuncs(L, metamethods, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &classes);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
}

static bool is_ours(lua_State *L, int arg)
{
    const char *name;
    bool ours;

    if (lua_type(L, arg) != LUA_TUSERDATA ||
        !luaL_getmetafield(L, arg, "__name"))
        return false;
    name = lua_tostring(L, -1);
    ours = name != NULL && strncmp(name, PREFIX, strlen(PREFIX)) == 0;
    lua_pop(L, 1);
    return ours;
}

/* Lua: core.state(object): a table of the object's own, made on demand. */
static int core_state(lua_State *L)
{
    luaL_argexpected(L, is_ours(L, 1), 1, "neap object");
    switch (lua_getiuservalue(L, 1, 2)) {
    case LUA_TNIL:
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, 2);
        return 1;
    case LUA_TNONE:
        return luaL_argerror(L, 1, "has no state");
    default:
        return 1;
    }
}

/* Lua: core.metatable("client"): for policy that adds fields and the like. */
static int core_metatable(lua_State *L)
{
    luaL_getmetatable(L,
                      lua_pushfstring(L, PREFIX "%s", luaL_checkstring(L, 1)));
    return 1;
}

void class_open(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &classes) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &classes);
    }
    lua_setfield(L, -2, "classes");
    lua_pushcfunction(L, core_metatable);
    lua_setfield(L, -2, "metatable");
    lua_pushcfunction(L, core_state);
    lua_setfield(L, -2, "state");
}
