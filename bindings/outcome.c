#include "outcome.h"

#include <lauxlib.h>

#include "error.h"

#define OUTCOME_TYPE "neap.outcome"

static int outcome_gc(lua_State *L)
{
    neap_error_clear(luaL_checkudata(L, 1, OUTCOME_TYPE));
    return 0;
}

neap_error *outcome_new(lua_State *L)
{
    neap_error *err = lua_newuserdatauv(L, sizeof *err, 0);

    *err = (neap_error){ .code = NEAP_OK };
    if (luaL_newmetatable(L, OUTCOME_TYPE)) {
        lua_pushcfunction(L, outcome_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return err;
}

int outcome_return(lua_State *L, bool ok, neap_error *err)
{
    if (ok) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    error_push(L, err);
    return 2;
}
