#include "any_call.h"

#include <lauxlib.h>

#include "handle.h"
#include "value.h"

int any_call_push(lua_State *L, call *c)
{
    const any_call *any = (const any_call *)c;

    if (any->reply == NULL)
        lua_pushnil(L);
    else
        value_push(L, any->reply);
    return 1;
}

void any_call_release(call *c)
{
    neap_value_free(((any_call *)c)->reply);
}

void any_call_on_reply(void *arg, const neap_error *err, neap_value *reply)
{
    any_call *c = arg;

    c->reply = reply;
    call_done(&c->call, err);
}

/* The table at `arg` of { ["containerd-lease"] = "x" } as headers, scratch. */
static neap_header *check_headers(lua_State *L, int arg, size_t *count)
{
    neap_header *headers;

    *count = 0;
    if (lua_getfield(L, arg, "headers") == LUA_TNIL)
        return NULL;
    luaL_checktype(L, -1, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
        ++*count;
    headers = lua_newuserdatauv(L, *count * sizeof *headers, 0);
    *count = 0;
    for (lua_pushnil(L); lua_next(L, -3) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "headers: strings expected");
        headers[*count].key = lua_tostring(L, -2);
        headers[(*count)++].value = lua_tostring(L, -1);
    }
    return headers;
}

neap_call_options any_call_options(lua_State *L, int arg)
{
    neap_call_options options = { 0 };

    if (lua_isnoneornil(L, arg))
        return options;
    luaL_checktype(L, arg, LUA_TTABLE);
    options.timeout_s = field_number(L, arg, "timeout", 0);
    options.headers = check_headers(L, arg, &options.header_count);
    return options;
}
