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

static int found(lua_State *L, int status, lua_KContext ctx)
{
    (void)L, (void)status, (void)ctx;
    return 1;
}

/* A method, or what the field's function says of the object. */
static int find_field(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TNIL)
        return 1;
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 1, 0, found);
    return found(L, LUA_OK, 0);
}

/* Lua: core.set_fields("container", methods, fields): from now on an object's
 * fields are `methods`, and what the functions of `fields`, which may wait, say
 * of it. */
static int core_set_fields(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);

    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    luaL_argcheck(L,
                  luaL_getmetatable(L, lua_pushfstring(L, PREFIX "%s", name)) ==
                      LUA_TTABLE,
                  1, "no class of neap's");
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_pushcclosure(L, find_field, 2);
    lua_setfield(L, -2, "__index");
    return 0;
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
    lua_pushcfunction(L, core_set_fields);
    lua_setfield(L, -2, "set_fields");
}
