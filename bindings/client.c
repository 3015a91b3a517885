#include "client.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "call.h"
#include "class.h"
#include "context.h"
#include "error.h"
#include "handle.h"
#include "neap/engine.h"
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

    luaL_argcheck(L, client != NULL, arg, "client is closed");
    return client;
}

double client_patience(lua_State *L, int arg)
{
    return neap_client_timeout(client_check(L, arg));
}

/* Lua: core.connect { address=, namespace=, timeout=, grace= } */
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
    luaL_argcheck(L, config.address != NULL && config.ns != NULL, 1,
                  "address and namespace expected");
    slot = new_client(L);
    client = neap_client_open(loop, &config, &err);
    if (client == NULL) {
        int n = error_return_err(L, &err); /* raises for want of memory alone */

        neap_error_clear(&err);
        return n;
    }
    handle_fill(L, (void **)slot, client);
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

/* --- calling anything ------------------------------------------------------
 */

typedef struct any_call {
    call call;
    neap_value *reply;
} any_call;

static int push_reply(lua_State *L, call *c)
{
    value_push(L, ((any_call *)c)->reply);
    return 1;
}

static void release_reply(call *c)
{
    neap_value_free(((any_call *)c)->reply);
}

static void on_reply(void *arg, const neap_error *err, neap_value *reply)
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

static neap_call_options check_options(lua_State *L, int arg)
{
    neap_call_options options = { 0 };

    if (lua_isnoneornil(L, arg))
        return options;
    luaL_checktype(L, arg, LUA_TTABLE);
    options.timeout_s = field_number(L, arg, "timeout", 0);
    options.headers = check_headers(L, arg, &options.header_count);
    return options;
}

/* Lua: client:call("package.Service/Method", request?, { timeout=, headers= }?)
 */
static int client_call(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *method = luaL_checkstring(L, 2);
    neap_call_options options = check_options(L, 4);
    const neap_value *request = value_opt(L, 3);
    int box = lua_gettop(L);
    any_call *c = call_new(L, sizeof *c, push_reply, release_reply);

    c->call.req =
        neap_client_call(client, method, request, &options, on_reply, c);
    value_unbox(L, box);
    return call_await(L, &c->call);
}

/* --- exchanges -------------------------------------------------------------
 */

#define EXCHANGE_TYPE "neap.exchange"

static neap_exchange *check_exchange(lua_State *L, int arg)
{
    neap_exchange *x = handle_check(L, arg, EXCHANGE_TYPE);

    luaL_argcheck(L, x != NULL, arg, "stream is closed");
    return x;
}

/* Lua: client:stream("package.Service/Method", request?, options?) */
static int client_stream(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *method = luaL_checkstring(L, 2);
    neap_call_options options = check_options(L, 4);
    const neap_value *request = value_opt(L, 3);
    neap_error err = { 0 };
    neap_exchange *x;
    void **slot;

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

static int push_message(lua_State *L, call *c)
{
    any_call *any = (any_call *)c;

    if (any->reply == NULL)
        lua_pushnil(L);
    else
        value_push(L, any->reply);
    return 1;
}

static int exchange_read(lua_State *L)
{
    neap_exchange *x = check_exchange(L, 1);
    double timeout = call_timeout(L, 2);
    any_call *c = call_new(L, sizeof *c, push_message, release_reply);

    lua_pushvalue(L, 1); /* the request needs the exchange */
    lua_setiuservalue(L, -2, 1);
    c->call.timeout = timeout;
    c->call.req = neap_exchange_read(x, on_reply, c);
    return call_await(L, &c->call);
}

static int push_true(lua_State *L, call *c)
{
    (void)c;
    lua_pushboolean(L, true);
    return 1;
}

static void on_written(void *arg, const neap_error *err)
{
    call_done(arg, err);
}

static int exchange_write(lua_State *L)
{
    neap_exchange *x = check_exchange(L, 1);
    const neap_value *message;
    call *c;

    luaL_checktype(L, 2, LUA_TTABLE);
    message = value_check(L, 2);
    c = call_new(L, sizeof *c, push_true, NULL);
    c->req = neap_exchange_write(x, message, on_written, c);
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

/* --- messages alone --------------------------------------------------------
 */

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

/* --- registration ----------------------------------------------------------
 */

static const luaL_Reg methods[] = {
    { "close", client_close },
    { "address", client_address },
    { "namespace", client_namespace },
    { "is_closed", client_is_closed },
    { "call", client_call },
    { "stream", client_stream },
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

static const luaL_Reg exchange_methods[] = {
    { "read", exchange_read },
    { "write", exchange_write },
    { "finish", exchange_finish },
    { "close", exchange_close },
    { NULL, NULL },
};

static const luaL_Reg exchange_metamethods[] = {
    { "__gc", exchange_close },
    { "__close", exchange_close },
    { "__call", exchange_read },
    { "__tostring", exchange_tostring },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "connect", client_connect },
    { "encode", message_encode },
    { "decode", message_decode },
    { NULL, NULL },
};

void client_open(lua_State *L)
{
    class_define(L, "client", methods, metamethods);
    class_define(L, "exchange", exchange_methods, exchange_metamethods);
    luaL_setfuncs(L, functions, 0);
}
