#include "stream.h"

#include <lauxlib.h>

#include "call.h"
#include "chunk.h"
#include "class.h"
#include "handle.h"
#include "io.h"
#include "options.h"

static neap_stream *check_stream(lua_State *L, int arg)
{
    neap_stream *stream = handle_check(L, arg, STREAM_TYPE);

    luaL_argcheck(L, stream != NULL, arg, "stream is empty");
    return stream;
}

void stream_push(lua_State *L, neap_stream *stream, int parent)
{
    void **slot;

    if (handle_find(L, stream))
        return;
    slot = handle_new(L, STREAM_TYPE, parent);
    handle_fill(L, slot, stream);
    neap_stream_ref(stream);
}

static int stream_gc(lua_State *L)
{
    void **slot = luaL_checkudata(L, 1, STREAM_TYPE);
    neap_stream *stream = *slot;

    *slot = NULL;
    neap_stream_unref(stream);
    return 0;
}

/* --- reading ----------------------------------------------------------------
 */

/* Lua: core.stream_read(stream, { timeout= }?): the next chunk, nil at the end
 */
static int stream_read(lua_State *L)
{
    neap_stream *stream = check_stream(L, 1);
    double timeout = options_timeout(L, 2);
    chunk_call *c = chunk_new(L);

    c->call.op = "stream.read";
    c->call.id = neap_stream_id(stream);
    c->call.timeout = timeout;
    c->call.req = neap_stream_read(stream, chunk_on_read, c);
    return call_await(L, &c->call);
}

/* --- writing ----------------------------------------------------------------
 */

/* A call about a stream, which it keeps alive. */
static void *new_about(lua_State *L,
                       const neap_stream *stream,
                       size_t size,
                       int (*push)(lua_State *, call *))
{
    call *c = call_new(L, size, push, NULL);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->id = neap_stream_id(stream);
    return c;
}

/* Lua: core.stream_write(stream, bytes, { timeout= }?) */
static int stream_write(lua_State *L)
{
    neap_stream *stream = check_stream(L, 1);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);
    double timeout = options_timeout(L, 3);
    call *c = new_about(L, stream, sizeof *c, call_push_true);

    c->op = "stream.write";
    c->timeout = timeout;
    c->req = neap_stream_write(stream, data, size, call_on_done, c);
    return call_await(L, c);
}

/* --- connecting -------------------------------------------------------------
 */

typedef struct connect_call {
    call call;
    uint64_t count;
} connect_call;

static int push_count(lua_State *L, call *c)
{
    lua_pushinteger(L, (lua_Integer)((connect_call *)c)->count);
    return 1;
}

static void on_connected(void *arg, const neap_error *err, uint64_t count)
{
    connect_call *c = arg;

    c->count = count;
    call_done(&c->call, err);
}

/* Lua: core.stream_connect(output, input, { timeout= }?): bytes moved. The
 * call keeps both streams: the core's request does. */
static int stream_connect(lua_State *L)
{
    neap_stream *output = check_stream(L, 1), *input = check_stream(L, 2);
    double timeout = options_timeout(L, 3);
    connect_call *c = new_about(L, output, sizeof *c, push_count);

    c->call.op = "stream.connect";
    c->call.timeout = timeout;
    c->call.req = neap_stream_connect(output, input, on_connected, c);
    return call_await(L, &c->call);
}

/* --- taps --------------------------------------------------------------------
 */

/* Lua: core.stream_tap(output, { policy=, buffer=, ... }): a Stream. */
static int stream_tap(lua_State *L)
{
    neap_stream *output = check_stream(L, 1);
    neap_stdio_end how = { 0 };
    void **slot;

    luaL_checktype(L, 2, LUA_TTABLE);
    io_check_policy(L, 2, &how);
    luaL_argcheck(L, neap_stream_is_output(output), 1, "output expected");
    slot = handle_new(L, STREAM_TYPE, 1);
    handle_fill(L, slot, neap_stream_tap(output, &how));
    return 1;
}

/* Lua: core.stream_dropped(stream): bytes that its policy has forgotten. */
static int stream_dropped(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)neap_stream_dropped(check_stream(L, 1)));
    return 1;
}

/* --- the rest ----------------------------------------------------------------
 */

static int stream_close(lua_State *L)
{
    neap_stream_close(check_stream(L, 1));
    lua_pushboolean(L, true);
    return 1;
}

/* Lua: core.stream_done(stream): its consumer has taken everything. */
static int stream_done(lua_State *L)
{
    neap_stream_done(check_stream(L, 1));
    return 0;
}

/* Lua: core.stream_captured(stream): what it kept, why some is missing. */
static int stream_captured(lua_State *L)
{
    neap_stream *stream = check_stream(L, 1);
    size_t size;
    const char *data = neap_stream_captured(stream, &size);
    const char *why = neap_stream_truncated(stream);

    lua_pushlstring(L, data != NULL ? data : "", size);
    if (why == NULL)
        return 1;
    lua_pushstring(L, why);
    return 2;
}

/* Lua: core.stream_id(stream): the container's, as its errors say, or nil. */
static int stream_id(lua_State *L)
{
    lua_pushstring(L, neap_stream_id(check_stream(L, 1)));
    return 1;
}

static int stream_is_closed(lua_State *L)
{
    lua_pushboolean(L, neap_stream_is_closed(check_stream(L, 1)));
    return 1;
}

static int stream_is_output(lua_State *L)
{
    lua_pushboolean(L, neap_stream_is_output(check_stream(L, 1)));
    return 1;
}

static int stream_tostring(lua_State *L)
{
    bool closed = neap_stream_is_closed(check_stream(L, 1));

    lua_pushstring(L, closed ? "neap.stream (closed)" : "neap.stream");
    return 1;
}

static const luaL_Reg methods[] = {
    { "close", stream_close },
    { "is_closed", stream_is_closed },
    { "is_output", stream_is_output },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", stream_gc },
    { "__close", stream_close },
    { "__tostring", stream_tostring },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "stream_read", stream_read },
    { "stream_write", stream_write },
    { "stream_connect", stream_connect },
    { "stream_tap", stream_tap },
    { "stream_dropped", stream_dropped },
    { "stream_done", stream_done },
    { "stream_captured", stream_captured },
    { "stream_id", stream_id },
    { NULL, NULL },
};

void stream_open(lua_State *L)
{
    class_define(L, "stream", methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
