#include "container.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "call.h"
#include "class.h"
#include "client.h"
#include "container_config.h"
#include "handle.h"
#include "process.h"

/* --- the handle ----------------------------------------------------------- */

neap_container *container_check(lua_State *L, int arg)
{
    neap_container *container = handle_check(L, arg, CONTAINER_TYPE);

    luaL_argcheck(L, container != NULL, arg, "container is empty");
    return container;
}

static void push_empty(lua_State *L, int client)
{
    handle_new(L, CONTAINER_TYPE, client);
}

/* The handle on top, still empty, takes `container`; or gives way to its own.
 */
static void fill(lua_State *L, neap_container *container)
{
    void **slot = lua_touserdata(L, -1);

    if (handle_find(L, container)) {
        lua_remove(L, -2);
        neap_container_unref(container);
        return;
    }
    handle_fill(L, slot, container);
}

void container_push(lua_State *L, neap_container **container, int client)
{
    neap_container *c = *container;

    push_empty(L, client);
    *container = NULL;
    fill(L, c);
}

static int container_gc(lua_State *L)
{
    neap_container **slot = luaL_checkudata(L, 1, CONTAINER_TYPE);
    neap_container *container = *slot;

    *slot = NULL;
    neap_container_unref(container);
    return 0;
}

/* --- calls that answer with a container ------------------------------------
 */

typedef struct container_call {
    call call;
    neap_container *container;
} container_call;

static void release(call *c)
{
    neap_container_unref(((container_call *)c)->container);
}

/* User value 1 of the call is the client. */
static int push_container(lua_State *L, call *c)
{
    lua_getiuservalue(L, -1, 1);
    container_push(L, &((container_call *)c)->container, -1);
    return 1;
}

static void
on_container(void *arg, const neap_error *err, neap_container *container)
{
    container_call *c = arg;

    c->container = container;
    call_done(&c->call, err);
}

static container_call *new_call(lua_State *L, bool change)
{
    double patience = client_patience(L, 1);
    container_call *c = call_new(L, sizeof *c, push_container, release);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->call.change = change;
    if (change)
        c->call.timeout = patience;
    return c;
}

/* Lua: core.container_create(client, { id=, image=, runtime=,
 * runtime_options=Any, spec=Any, snapshotter=, snapshot_key=, labels=,
 * extensions={ name=Any } }) */
static int container_create(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    neap_container_config config;
    container_call *c;

    container_config_check(L, 2, &config);
    lua_getfield(L, 2, "id"); /* for the call */
    c = new_call(L, true);
    c->call.op = "container.create";
    c->call.id = config.id;
    c->call.req = neap_container_create(client, &config, on_container, c);
    return call_await(L, &c->call);
}

/* Lua: core.container_load(client, id) */
static int container_load(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    const char *id = luaL_checkstring(L, 2);
    container_call *c = new_call(L, false);

    c->call.req = neap_container_load(client, id, on_container, c);
    return call_await(L, &c->call);
}

/* Lua: core.container_known(client, id): the handle there is, or nil. */
static int container_known(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    neap_container *c = neap_container_known(client, luaL_checkstring(L, 2));

    return c != NULL && handle_find(L, c) ? 1 : 0;
}

/* --- calls that answer with true -------------------------------------------
 */

/* `op`: of a change, which the client's patience bounds; else NULL. */
static call *
new_done(lua_State *L, const neap_container *container, const char *op)
{
    double patience;
    call *c;

    lua_getiuservalue(L, 1, 1);
    patience = client_patience(L, -1);
    c = call_new(L, sizeof *c, call_push_true, NULL);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->change = op != NULL;
    c->timeout = op != NULL ? patience : 0;
    c->op = op;
    c->id = neap_container_id(container);
    return c;
}

/* Lua: core.container_refresh(container) */
static int container_refresh(lua_State *L)
{
    neap_container *container = container_check(L, 1);
    call *c = new_done(L, container, NULL);

    c->req = neap_container_refresh(container, call_on_done, c);
    return call_await(L, c);
}

/* Lua: core.container_update(container, labels) */
static int container_update(lua_State *L)
{
    neap_container *container = container_check(L, 1);
    neap_label *labels;
    size_t count;
    call *c;

    luaL_checktype(L, 2, LUA_TTABLE);
    labels = container_labels_check(L, 2, &count);
    c = new_done(L, container, "container.update");
    c->req = neap_container_update(container, labels, count, call_on_done, c);
    return call_await(L, c);
}

/* Lua: core.container_delete(container) */
static int container_delete(lua_State *L)
{
    neap_container *container = container_check(L, 1);
    call *c = new_done(L, container, "container.delete");

    c->req = neap_container_delete(container, call_on_done, c);
    return call_await(L, c);
}

/* --- registration -----------------------------------------------------------
 */

static const luaL_Reg methods[] = {
    { NULL, NULL }, /* lua/neap/container.lua has them */
};

static const luaL_Reg metamethods[] = {
    { "__gc", container_gc },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "container_create", container_create },
    { "container_load", container_load },
    { "container_known", container_known },
    { "container_refresh", container_refresh },
    { "container_update", container_update },
    { "container_delete", container_delete },
    { NULL, NULL },
};

void container_open(lua_State *L)
{
    class_define(L, "container", methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
