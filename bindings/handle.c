#include "handle.h"

#include <lauxlib.h>

static const char known = 0; /* its address is our place in the registry */

void handle_open(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &known);
}

void **handle_new(lua_State *L, const char *type, int parent)
{
    void **slot;

    parent = lua_absindex(L, parent);
    slot = lua_newuserdatauv(L, sizeof *slot, 2);
    *slot = NULL;
    luaL_setmetatable(L, type);
    lua_pushvalue(L, parent);
    lua_setiuservalue(L, -2, 1);
    return slot;
}

bool handle_find(lua_State *L, const void *pointer)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known);
    if (lua_rawgetp(L, -1, pointer) == LUA_TNIL) {
        lua_pop(L, 2);
        return false;
    }
    lua_remove(L, -2);
    return true;
}

void handle_fill(lua_State *L, void **slot, void *pointer)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, pointer);
    lua_pop(L, 1);
    *slot = pointer; /* last: nothing can raise any more */
}

void *handle_check(lua_State *L, int arg, const char *type)
{
    void **slot = luaL_checkudata(L, arg, type);

    return *slot;
}

const char *field_string(lua_State *L, int index, const char *name)
{
    const char *text = NULL;
    int type = lua_getfield(L, index, name);

    if (type == LUA_TSTRING)
        text = lua_tostring(L, -1);
    else if (type != LUA_TNIL)
        luaL_error(L, "field '%s': string expected, got %s", name,
                   luaL_typename(L, -1));
    lua_pop(L, 1);
    return text;
}

double field_number(lua_State *L, int index, const char *name, double otherwise)
{
    double number = otherwise;
    int type = lua_getfield(L, index, name);

    if (type == LUA_TNUMBER)
        number = lua_tonumber(L, -1);
    else if (type != LUA_TNIL)
        luaL_error(L, "field '%s': number expected, got %s", name,
                   luaL_typename(L, -1));
    lua_pop(L, 1);
    return number;
}

bool field_bool(lua_State *L, int index, const char *name)
{
    bool truth;

    lua_getfield(L, index, name);
    truth = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return truth;
}
