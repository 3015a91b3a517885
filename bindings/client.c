#include "client.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "any_call.h"
#include "class.h"
#include "context.h"
#include "error.h"
#include "exchange.h"
#include "handle.h"
#include "neap/engine.h"
#include "options.h"
#include "value.h"

/* --- the handle ----------------------------------------------------------- */

static neap_client **new_client(lua_State *L)
{
    lua_pushnil(L); /* a client has no parent */
    return (neap_client **)handle_new(L, CLIENT_TYPE, -1);
}

neap_client *client_check(lua_State *L, int arg)
{
    neap_client *client = handle_check(L, arg, CLIENT_TYPE);

    if (client == NULL)
        luaL_error(L, "the client is closed"); /* maybe that of an argument */
    return client;
}

double client_patience(lua_State *L, int arg)
{
    return neap_client_timeout(client_check(L, arg));
}

/* Lua: core.connect { address=, namespace=, timeout=, grace=, linger= } */
static int client_connect(lua_State *L)
{
    neap_loop *loop = context_loop(L);
    neap_client_config config = { 0 };
    neap_client **slot;
    neap_error err = { 0 };
    neap_client *client;

    luaL_checktype(L, 1, LUA_TTABLE);
    config.address = field_string(L, 1, "address");
    config.ns = field_string(L, 1, "namespace");
    config.timeout_s = field_number(L, 1, "timeout", 0);
    config.grace_s = field_number(L, 1, "grace", 0.25);
    config.linger_s = field_number(L, 1, "linger", 0);
    luaL_argcheck(L, config.address != NULL && config.ns != NULL, 1,
                  "address and namespace expected");
    slot = new_client(L);
    client = neap_client_open(loop, &config, &err);
    if (client == NULL) {
        int n = error_return_err(L, &err); /* raises for want of memory alone */

        neap_error_clear(&err);
        return n;
    }
    *slot = client; /* not to be found by it: closed, another may lie there */
    return 1;
}

/* Also __gc and __close: closing twice is fine. */
static int client_close(lua_State *L)
{
    neap_client **slot = luaL_checkudata(L, 1, CLIENT_TYPE);
    neap_client *client = *slot;

    *slot = NULL;
    if (client != NULL)
        neap_client_close(client);
    lua_pushboolean(L, true);
    return 1;
}

static int client_tostring(lua_State *L)
{
    neap_client *client = handle_check(L, 1, CLIENT_TYPE);

    if (client == NULL)
        lua_pushliteral(L, "neap.client (closed)");
    else
        lua_pushfstring(L, "neap.client %s (%s)", neap_client_address(client),
                        neap_client_namespace(client));
    return 1;
}

static int client_address(lua_State *L)
{
    lua_pushstring(L, neap_client_address(client_check(L, 1)));
    return 1;
}

static int client_namespace(lua_State *L)
{
    lua_pushstring(L, neap_client_namespace(client_check(L, 1)));
    return 1;
}

static int client_is_closed(lua_State *L)
{
    lua_pushboolean(L, handle_check(L, 1, CLIENT_TYPE) == NULL);
    return 1;
}

/* Lua: client:count(method?): calls started, of one method or of any. */
static int client_count(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *method = luaL_optstring(L, 2, NULL);

    lua_pushinteger(L, (lua_Integer)neap_client_count(client, method));
    return 1;
}

/* Lua: client:trace(fd) */
static int client_trace(lua_State *L)
{
    neap_client_trace(client_check(L, 1), (int)luaL_optinteger(L, 2, -1));
    return 0;
}

/* --- calling anything ----------------------------------------------------- */

/* Lua: client:call("package.Service/Method", request?, { timeout=, headers= }?)
 */
static int client_call(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *method = luaL_checkstring(L, 2);
    neap_call_options options = any_call_options(L, 4);
    const neap_value *request;
    int box;
    any_call *c;

    if (options_refuse(L, 4, "client.call", ANY_CALL_OPTIONS) != 0)
        return 2;
    request = value_opt(L, 3);
    box = lua_gettop(L);
    c = call_new(L, sizeof *c, any_call_push, any_call_release);
    c->call.req = neap_client_call(client, method, request, &options,
                                   any_call_on_reply, c);
    value_unbox(L, box);
    return call_await(L, &c->call);
}

/* --- registration ----------------------------------------------------------
 */

static const luaL_Reg methods[] = {
    { "close", client_close },
    { "address", client_address },
    { "namespace", client_namespace },
    { "is_closed", client_is_closed },
    { "call", client_call },
    { "stream", exchange_open_on },
    { "count", client_count },
    { "trace", client_trace },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", client_close },
    { "__close", client_close },
    { "__tostring", client_tostring },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "connect", client_connect },
    { NULL, NULL },
};

void client_open(lua_State *L)
{
    class_define(L, "client", methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
