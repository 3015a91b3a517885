#include "inside.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "neap/inside.h"
#include "outcome.h"

static int release(lua_State *L)
{
    char **slot = lua_touserdata(L, 1);

    free(*slot);
    *slot = NULL;
    return 0;
}

/* What is owned there goes with the collector, whatever raises. */
static char **slot_new(lua_State *L)
{
    char **slot = lua_newuserdatauv(L, sizeof(char *), 0);

    *slot = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, release);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return slot;
}

int inside_read(lua_State *L)
{
    const char *root = luaL_checkstring(L, 1);
    const char *path = luaL_checkstring(L, 2);
    lua_Integer limit = luaL_checkinteger(L, 3);
    char **slot = slot_new(L);
    neap_error *err = outcome_new(L);
    size_t length;

    luaL_argcheck(L, limit >= 0, 3, "negative");
    if (!neap_inside_read(root, path, (size_t)limit, slot, &length, err)) {
        lua_pushnil(L);
        lua_pushstring(L, neap_errno_name(err->sys));
        return 2;
    }
    lua_pushlstring(L, *slot, length);
    free(*slot);
    *slot = NULL;
    return 1;
}
