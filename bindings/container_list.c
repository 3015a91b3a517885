#include "container_list.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "call.h"
#include "client.h"
#include "container.h"
#include "process.h"

typedef struct list_call {
    call call;
    neap_found *found; /* owned, with its references until they are pushed */
    size_t count;
} list_call;

static void release_list(call *c)
{
    list_call *list = (list_call *)c;

    for (size_t i = 0; i < list->count; i++) {
        neap_container_unref(list->found[i].container);
        neap_process_unref(list->found[i].task);
    }
    free(list->found);
}

/* A list of { container, task or nil }. */
static int push_list(lua_State *L, call *c)
{
    list_call *list = (list_call *)c;

    lua_getiuservalue(L, -1, 1);
    lua_createtable(L, (int)list->count, 0);
    for (size_t i = 0; i < list->count; i++) {
        neap_found *found = &list->found[i];

        lua_createtable(L, 2, 0);
        container_push(L, &found->container, -3);
        if (found->task != NULL)
            process_push(L, &found->task, -1);
        else
            lua_pushnil(L);
        lua_rawseti(L, -3, 2);
        lua_rawseti(L, -2, 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static void
on_list(void *arg, const neap_error *err, neap_found *found, size_t count)
{
    list_call *c = arg;

    c->found = found;
    c->count = count;
    call_done(&c->call, err);
}

static const char **check_filters(lua_State *L, int arg, size_t *count)
{
    const char **filters;

    *count = 0;
    if (lua_isnoneornil(L, arg))
        return NULL;
    luaL_checktype(L, arg, LUA_TTABLE);
    filters =
        lua_newuserdatauv(L, (size_t)luaL_len(L, arg) * sizeof *filters, 0);
    for (lua_Integer i = 1; lua_geti(L, arg, i) != LUA_TNIL; i++) {
        filters[(*count)++] = luaL_checkstring(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return filters;
}

/* Lua: core.container_list(client, filters?, with_tasks) */
static int container_list(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    bool tasks = lua_toboolean(L, 3);
    size_t count;
    const char **filters = check_filters(L, 2, &count);
    list_call *c = call_new(L, sizeof *c, push_list, release_list);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->call.req =
        neap_container_list(client, filters, count, tasks, on_list, c);
    return call_await(L, &c->call);
}

void container_list_open(lua_State *L)
{
    lua_pushcfunction(L, container_list);
    lua_setfield(L, -2, "container_list");
}
