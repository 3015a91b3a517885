#include "walk.h"

#include <lauxlib.h>
#include <string.h>

#include "neap/value.h"

walk walk_into(const walk *up)
{
    return (walk){ .up = up, .depth = up->depth + 1, .arg = up->arg };
}

static void push_path(lua_State *L, const walk *at)
{
    if (at->up == NULL) {
        lua_pushliteral(L, "value");
        return;
    }
    push_path(L, at->up);
    if (at->up->key != NULL)
        lua_pushfstring(L, "%s.%s", lua_tostring(L, -1), at->up->key);
    else
        lua_pushfstring(L, "%s[%I]", lua_tostring(L, -1), at->up->index);
}

static int refuse(lua_State *L, const walk *at, const char *what)
{
    luaL_checkstack(L, at->depth + 4, NULL);
    push_path(L, at);
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), what);
    return luaL_argerror(L, at->arg, lua_tostring(L, -1));
}

int walk_refuse_type(lua_State *L, const walk *at)
{
    if (lua_isnil(L, -1) && at->up != NULL)
        return refuse(L, at, "nil in a list (core.json.null is null)");
    lua_pushfstring(L, "a %s is no value", luaL_typename(L, -1));
    return refuse(L, at, lua_tostring(L, -1));
}

void walk_enter(lua_State *L, walk *at)
{
    luaL_checkstack(L, 8, "too deep");
    at->table = lua_topointer(L, -1);
    for (const walk *up = at->up; up != NULL; up = up->up)
        if (up->table == at->table)
            refuse(L, at, "a table that holds itself");
    if (at->depth == NEAP_VALUE_DEPTH)
        refuse(L, at, "nested too deep");
}

void walk_check_list(lua_State *L, const walk *at)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);

    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_Integer key = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;

        if (key < 1 || key > count)
            refuse(L, at, "a list that has other keys too");
        lua_pop(L, 1);
    }
}

size_t walk_take_key(lua_State *L, walk *at, const walk *inner)
{
    size_t length;

    if (lua_type(L, -2) != LUA_TSTRING)
        refuse(L, at, "a map's keys are strings");
    at->key = lua_tolstring(L, -2, &length);
    if (strlen(at->key) != length)
        refuse(L, inner, "a key with a NUL byte");
    return length;
}
