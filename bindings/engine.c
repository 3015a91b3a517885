#include "engine.h"

#include <lauxlib.h>

#include "call.h"
#include "context.h"
#include "neap/engine.h"
#include "outcome.h"

typedef struct engine_call {
    call call; /* first */
    neap_engine_peer peer;
    bool started;
} engine_call;

/* --- the configuration ---------------------------------------------------- */

/* Strings stay on the stack, and are valid as long as they do. */
static const char *check_text(lua_State *L, int table, const char *name)
{
    if (lua_getfield(L, table, name) != LUA_TSTRING)
        luaL_error(L, "field '%s': string expected, got %s", name,
                   luaL_typename(L, -1));
    return lua_tostring(L, -1);
}

static double check_number(lua_State *L, int table, const char *name)
{
    double number;

    if (lua_getfield(L, table, name) != LUA_TNUMBER)
        luaL_error(L, "field '%s': number expected, got %s", name,
                   luaL_typename(L, -1));
    number = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return number;
}

/* The array is scratch on the stack; its strings stay owned by the table. */
static const char *const *check_list(lua_State *L, int table, const char *name)
{
    lua_Integer count;
    const char **list;

    if (lua_getfield(L, table, name) != LUA_TTABLE)
        luaL_error(L, "field '%s': table expected, got %s", name,
                   luaL_typename(L, -1));
    count = luaL_len(L, -1);
    list = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *list, 0);
    for (lua_Integer i = 0; i < count; i++) {
        if (lua_geti(L, -2, i + 1) != LUA_TSTRING)
            luaL_error(L, "field '%s': strings expected", name);
        list[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    list[count] = NULL;
    return list;
}

static neap_engine_config check_place(lua_State *L, int table)
{
    luaL_checktype(L, table, LUA_TTABLE);
    luaL_checkstack(L, 20, NULL);
    return (neap_engine_config){
        .lock = check_text(L, table, "lock"),
        .socket = check_text(L, table, "socket"),
        .name = check_text(L, table, "name"),
        .timeout_s = check_number(L, table, "timeout"),
    };
}

static neap_engine_config check_config(lua_State *L, int table)
{
    neap_engine_config config = check_place(L, table);

    config.log = check_text(L, table, "log");
    config.config_path = check_text(L, table, "config_path");
    config.config_text = check_text(L, table, "config_text");
    config.argv = check_list(L, table, "argv");
    config.env = check_list(L, table, "env");
    config.nofile = (unsigned long)check_number(L, table, "nofile");
    lua_getfield(L, table, "launcher");
    config.launcher = lua_toboolean(L, -1);
    luaL_argcheck(L, config.argv[0] != NULL, table, "argv is empty");
    return config;
}

/* --- calls ---------------------------------------------------------------- */

static void push_peer(lua_State *L, const neap_engine_peer *peer)
{
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, peer->pid);
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, peer->uid);
    lua_setfield(L, -2, "uid");
    lua_pushstring(L, peer->exe);
    lua_setfield(L, -2, "exe");
}

static int push_outcome(lua_State *L, call *c)
{
    engine_call *e = (engine_call *)c;

    push_peer(L, &e->peer);
    lua_pushboolean(L, e->started);
    return 2;
}

static void on_outcome(void *arg,
                       const neap_error *err,
                       const neap_engine_peer *peer,
                       bool started)
{
    engine_call *e = arg;

    if (peer != NULL)
        e->peer = *peer;
    e->started = started;
    call_done(&e->call, err);
}

static engine_call *new_call(lua_State *L)
{
    engine_call *e = call_new(L, sizeof *e, push_outcome, NULL);

    e->call.change = true;
    return e;
}

static int engine_start(lua_State *L)
{
    neap_engine_config config = check_config(L, 1);
    neap_loop *loop = context_loop(L);
    engine_call *e = new_call(L);

    e->call.req = neap_engine_start(loop, &config, on_outcome, e);
    return call_await(L, &e->call);
}

static int engine_stop(lua_State *L)
{
    neap_engine_config config = check_place(L, 1);
    neap_loop *loop = context_loop(L);
    engine_call *e = new_call(L);

    e->call.req = neap_engine_stop(loop, &config, on_outcome, e);
    return call_await(L, &e->call);
}

static int engine_identify(lua_State *L)
{
    const char *socket = luaL_checkstring(L, 1);
    const char *name = luaL_checkstring(L, 2);
    neap_error *err = outcome_new(L);
    neap_engine_peer peer;

    if (!neap_engine_identify(socket, &peer, err))
        return outcome_return(L, false, err);
    push_peer(L, &peer);
    lua_pushboolean(L, neap_engine_is_ours(&peer, name));
    lua_setfield(L, -2, "ours");
    return 1;
}

static int engine_user(lua_State *L)
{
    lua_pushinteger(L, neap_engine_user());
    return 1;
}

static const luaL_Reg functions[] = {
    { "start", engine_start },
    { "stop", engine_stop },
    { "identify", engine_identify },
    { "user", engine_user },
    { NULL, NULL },
};

void engine_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "engine");
}
