#include "exchange.h"

#include <lauxlib.h>

#include "any_call.h"
#include "class.h"
#include "client.h"
#include "error.h"
#include "handle.h"
#include "options.h"
#include "value.h"

static neap_exchange *check_exchange(lua_State *L, int arg)
{
    neap_exchange *x = handle_check(L, arg, EXCHANGE_TYPE);

    luaL_argcheck(L, x != NULL, arg, "stream is closed");
    return x;
}

int exchange_open_on(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *method = luaL_checkstring(L, 2);
    neap_call_options options = any_call_options(L, 4);
    const neap_value *request;
    neap_error err = { 0 };
    neap_exchange *x;
    void **slot;

    if (options_refuse(L, 4, "client.stream", ANY_CALL_OPTIONS) != 0)
        return 2;
    request = value_opt(L, 3);
    slot = handle_new(L, EXCHANGE_TYPE, 1);
    x = neap_exchange_open(client, method, request, &options, &err);
    if (x == NULL) {
        int n = error_return_err(L, &err);

        neap_error_clear(&err);
        return n;
    }
    *slot = x;
    return 1;
}

static int exchange_read(lua_State *L)
{
    neap_exchange *x = check_exchange(L, 1);
    double timeout = options_timeout(L, 2);
    any_call *c;

    if (options_refuse(L, 2, "stream.read", "timeout") != 0)
        return 2;
    c = call_new(L, sizeof *c, any_call_push, any_call_release);
    lua_pushvalue(L, 1); /* the request needs the exchange */
    lua_setiuservalue(L, -2, 1);
    c->call.timeout = timeout;
    c->call.req = neap_exchange_read(x, any_call_on_reply, c);
    return call_await(L, &c->call);
}

static int exchange_write(lua_State *L)
{
    neap_exchange *x = check_exchange(L, 1);
    const neap_value *message;
    call *c;

    luaL_checktype(L, 2, LUA_TTABLE);
    message = value_check(L, 2);
    c = call_new(L, sizeof *c, call_push_true, NULL);
    c->req = neap_exchange_write(x, message, call_on_done, c);
    return call_await(L, c);
}

static int exchange_finish(lua_State *L)
{
    neap_exchange_end(check_exchange(L, 1));
    lua_pushboolean(L, true);
    return 1;
}

static int exchange_close(lua_State *L)
{
    neap_exchange **slot = luaL_checkudata(L, 1, EXCHANGE_TYPE);
    neap_exchange *x = *slot;

    *slot = NULL;
    neap_exchange_close(x);
    lua_pushboolean(L, true);
    return 1;
}

static int exchange_tostring(lua_State *L)
{
    bool open = handle_check(L, 1, EXCHANGE_TYPE) != NULL;

    lua_pushstring(L, open ? "neap.exchange" : "neap.exchange (closed)");
    return 1;
}

static const luaL_Reg methods[] = {
    { "read", exchange_read },
    { "write", exchange_write },
    { "finish", exchange_finish },
    { "close", exchange_close },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", exchange_close },
    { "__close", exchange_close },
    { "__tostring", exchange_tostring },
    { NULL, NULL },
};

void exchange_open(lua_State *L)
{
    class_define(L, "exchange", methods, metamethods);
}
