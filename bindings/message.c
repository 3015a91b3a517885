#include "message.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "error.h"
#include "neap/client.h"
#include "value.h"

static int fail(lua_State *L, neap_error *err)
{
    int n = error_return_err(L, err);

    neap_error_clear(err);
    return n;
}

static int free_bytes(lua_State *L)
{
    uint8_t **bytes = lua_touserdata(L, 1);

    free(*bytes);
    *bytes = NULL;
    return 0;
}

/* Lua: core.encode(type, table): bytes for an Any. */
static int message_encode(lua_State *L)
{
    const char *type = luaL_checkstring(L, 1);
    const neap_value *value = value_opt(L, 2);
    uint8_t **bytes = lua_newuserdatauv(L, sizeof *bytes, 0);
    neap_error err = { 0 };
    size_t size;

    *bytes = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, free_bytes);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    *bytes = neap_message_encode(type, value, &size, &err);
    if (*bytes == NULL)
        return fail(L, &err);
    lua_pushlstring(L, (const char *)*bytes, size);
    free(*bytes);
    *bytes = NULL;
    return 1;
}

/* Lua: core.decode(type, bytes) */
static int message_decode(lua_State *L)
{
    const char *type = luaL_checkstring(L, 1);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);
    neap_value **box = value_box(L);
    int index = lua_gettop(L);
    neap_error err = { 0 };

    *box = neap_message_decode(type, data, size, &err);
    if (*box == NULL)
        return fail(L, &err);
    value_push(L, *box);
    value_unbox(L, index);
    return 1;
}

static const luaL_Reg functions[] = {
    { "encode", message_encode },
    { "decode", message_decode },
    { NULL, NULL },
};

void message_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
