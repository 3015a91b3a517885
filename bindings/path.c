#include "path.h"

#include <lauxlib.h>

#include "neap/path.h"
#include "outcome.h"

static const char *type_name(char type)
{
    switch (type) {
    case 'd':
        return "directory";
    case '-':
        return "file";
    case 'l':
        return "link";
    case 's':
        return "socket";
    default:
        return "other";
    }
}

/* nil where nothing is: that is an answer and no failure. */
static int path_inspect(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    neap_error *err = outcome_new(L);
    neap_path_facts facts;

    if (!neap_path_inspect(path, &facts, err))
        return outcome_return(L, false, err);
    if (facts.type == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 7);
    lua_pushstring(L, type_name(facts.type));
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, facts.uid);
    lua_setfield(L, -2, "uid");
    lua_pushinteger(L, facts.mode);
    lua_setfield(L, -2, "mode");
    if (facts.type != 'd')
        return 1;
    lua_pushboolean(L, facts.empty);
    lua_setfield(L, -2, "empty");
    lua_pushboolean(L, facts.noexec);
    lua_setfield(L, -2, "noexec");
    lua_pushboolean(L, facts.readonly);
    lua_setfield(L, -2, "readonly");
    lua_pushinteger(L, (lua_Integer)facts.free);
    lua_setfield(L, -2, "free");
    return 1;
}

static int path_resolve(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char *real = lua_newuserdatauv(L, NEAP_PATH_MAX, 0);
    neap_error *err = outcome_new(L);

    if (!neap_path_resolve(path, real, err))
        return outcome_return(L, false, err);
    lua_pushstring(L, real);
    return 1;
}

static int path_make(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    unsigned mode = (unsigned)luaL_checkinteger(L, 2);
    neap_error *err = outcome_new(L);

    return outcome_return(L, neap_path_make(path, mode, err), err);
}

static int path_touch(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    unsigned mode = (unsigned)luaL_checkinteger(L, 2);
    neap_error *err = outcome_new(L);

    return outcome_return(L, neap_path_touch(path, mode, err), err);
}

static int path_write(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);
    unsigned mode = (unsigned)luaL_checkinteger(L, 3);
    neap_error *err = outcome_new(L);

    return outcome_return(L, neap_path_write(path, data, size, mode, err), err);
}

static int path_trim(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    lua_Integer limit = luaL_checkinteger(L, 2);
    lua_Integer keep = luaL_checkinteger(L, 3);
    neap_error *err = outcome_new(L);

    luaL_argcheck(L, limit >= 0, 2, "negative");
    luaL_argcheck(L, keep >= 0, 3, "negative");
    return outcome_return(
        L, neap_path_trim(path, (uint64_t)limit, (size_t)keep, err), err);
}

static const luaL_Reg functions[] = {
    { "inspect", path_inspect },
    { "resolve", path_resolve },
    { "make", path_make },
    { "write", path_write },
    { "trim", path_trim },
    { "touch", path_touch },
    { NULL, NULL },
};

void path_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "path");
}
