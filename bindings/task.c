#include "task.h"

#include <lauxlib.h>

#include "call.h"
#include "client.h"
#include "container.h"
#include "container_config.h"
#include "handle.h"
#include "io.h"
#include "process.h"

/* Starting and finding: the calls that answer with a task or an exec. */

typedef struct process_call {
    call call;
    neap_process *process;
} process_call;

static void release(call *c)
{
    neap_process_unref(((process_call *)c)->process);
}

/* User value 1 of the call is the container's handle. */
static int push_process(lua_State *L, call *c)
{
    lua_getiuservalue(L, -1, 1);
    process_push(L, &((process_call *)c)->process, -1);
    return 1;
}

static void on_process(void *arg, const neap_error *err, neap_process *process)
{
    process_call *c = arg;

    c->process = process;
    call_done(&c->call, err);
}

/* `container` is the stack index of the container's handle. */
static process_call *new_call(lua_State *L, int container, bool change)
{
    double patience;
    process_call *c;

    container = lua_absindex(L, container);
    lua_getiuservalue(L, container, 1);
    patience = client_patience(L, -1);
    c = call_new(L, sizeof *c, push_process, release);
    lua_pushvalue(L, container);
    lua_setiuservalue(L, -2, 1);
    c->call.change = change;
    c->call.timeout = patience;
    return c;
}

/* The mounts in field "rootfs", in scratch memory left on the stack. */
static neap_mount *check_mounts(lua_State *L, int index, size_t *count)
{
    neap_mount *mounts;

    *count = 0;
    if (lua_getfield(L, index, "rootfs") == LUA_TNIL)
        return NULL;
    luaL_checktype(L, -1, LUA_TTABLE);
    *count = (size_t)luaL_len(L, -1);
    mounts =
        lua_newuserdatauv(L, (*count + 1) * sizeof *mounts, (int)*count + 1);
    for (size_t i = 0; i < *count; i++) {
        const char **options;
        size_t n;

        lua_geti(L, -2, (lua_Integer)i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        mounts[i].type = field_string(L, -1, "type");
        mounts[i].source = field_string(L, -1, "source");
        lua_getfield(L, -1, "options");
        n = lua_istable(L, -1) ? (size_t)luaL_len(L, -1) : 0;
        options = lua_newuserdatauv(L, (n + 1) * sizeof *options, 0);
        for (size_t k = 0; k < n; k++) {
            lua_geti(L, -2, (lua_Integer)k + 1);
            options[k] = luaL_checkstring(L, -1);
            lua_pop(L, 1);
        }
        mounts[i].options = options;
        mounts[i].option_count = n;
        lua_setiuservalue(L, -4, (int)i + 1); /* the mounts keep the options */
        lua_pop(L, 2);
    }
    return mounts;
}

/* Lua: core.task_start(container, { io=, options=Any, rootfs=, checkpoint= })
 */
static int task_start(lua_State *L)
{
    neap_container *container = container_check(L, 1);
    neap_task_config config = { 0 };
    process_call *c;

    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "io");
    config.io = io_check(L, -1);
    config.options = field_any(L, 2, "options");
    config.rootfs = check_mounts(L, 2, &config.rootfs_count);
    if (lua_getfield(L, 2, "checkpoint") == LUA_TTABLE) {
        config.checkpoint_type = field_string(L, -1, "media_type");
        config.checkpoint_digest = field_string(L, -1, "digest");
        config.checkpoint_size = (int64_t)field_number(L, -1, "size", 0);
    }
    c = new_call(L, 1, true);
    c->call.op = "container.start";
    c->call.id = neap_container_id(container);
    c->call.req = neap_task_start(container, &config, on_process, c);
    return call_await(L, &c->call);
}

/* The io table at `arg`, or none. */
static const neap_stdio *opt_stdio(lua_State *L, int arg, neap_stdio *io)
{
    if (lua_isnoneornil(L, arg))
        return NULL;
    *io = io_check(L, arg);
    return io;
}

/* Lua: core.task_load(container, io?) */
static int task_load(lua_State *L)
{
    neap_container *container = container_check(L, 1);
    neap_stdio space;
    const neap_stdio *io = opt_stdio(L, 2, &space);
    process_call *c = new_call(L, 1, false);

    c->call.timeout = 0; /* the call has the client's deadline itself */
    c->call.req = neap_task_load(container, io, on_process, c);
    return call_await(L, &c->call);
}

/* Lua: core.container_task(container): the task this client knows, or nil. */
static int container_task(lua_State *L)
{
    neap_task *task = neap_container_task(container_check(L, 1));

    if (task == NULL)
        return 0;
    if (!handle_find(L, task)) {
        void **slot = handle_new(L, TASK_TYPE, 1);

        handle_fill(L, slot, task);
        neap_process_ref(task);
    }
    return 1;
}

/* Lua: core.task_exec(task, { id=, spec=Any, io= }) */
static int task_exec(lua_State *L)
{
    neap_task *task = task_check(L, 1);
    neap_exec_config config = { 0 };
    process_call *c;

    luaL_checktype(L, 2, LUA_TTABLE);
    config.id = field_string(L, 2, "id");
    luaL_argcheck(L, config.id != NULL, 2, "id expected");
    config.spec = field_any(L, 2, "spec");
    lua_getfield(L, 2, "io");
    config.io = io_check(L, -1);
    lua_getiuservalue(L, 1, 1);
    c = new_call(L, -1, true);
    c->call.op = "task.exec";
    c->call.id = neap_container_id(neap_process_container(task));
    c->call.req = neap_task_exec(task, &config, on_process, c);
    return call_await(L, &c->call);
}

/* Lua: core.task_process(task, id, io?) */
static int task_process(lua_State *L)
{
    neap_task *task = task_check(L, 1);
    const char *id = luaL_checkstring(L, 2);
    neap_stdio space;
    const neap_stdio *io = opt_stdio(L, 3, &space);
    process_call *c;

    lua_getiuservalue(L, 1, 1);
    c = new_call(L, -1, false);
    c->call.timeout = 0;
    c->call.req = neap_task_process(task, id, io, on_process, c);
    return call_await(L, &c->call);
}

static const luaL_Reg functions[] = {
    { "task_start", task_start },         { "task_load", task_load },
    { "task_exec", task_exec },           { "task_process", task_process },
    { "container_task", container_task }, { NULL, NULL },
};

void task_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
