#include "process.h"

#include <lauxlib.h>

#include "call.h"
#include "class.h"
#include "client.h"
#include "container.h"
#include "error.h"
#include "handle.h"
#include "io.h"
#include "stream.h"

/* --- the handle ----------------------------------------------------------- */

neap_process *process_check(lua_State *L, int arg)
{
    void **slot = luaL_testudata(L, arg, TASK_TYPE);

    if (slot == NULL)
        slot = luaL_checkudata(L, arg, PROCESS_TYPE);
    luaL_argcheck(L, *slot != NULL, arg, "process is empty");
    return *slot;
}

static neap_task *check_task(lua_State *L, int arg)
{
    neap_task *task = handle_check(L, arg, TASK_TYPE);

    luaL_argcheck(L, task != NULL, arg, "task is empty");
    return task;
}

void process_push(lua_State *L, neap_process **process, int container)
{
    neap_process *p = *process;
    void **slot;

    if (handle_find(L, p)) {
        *process = NULL;
        neap_process_unref(p);
        return;
    }
    slot = handle_new(L, neap_process_is_task(p) ? TASK_TYPE : PROCESS_TYPE,
                      container);
    handle_fill(L, slot, p);
    *process = NULL;
}

static int process_gc(lua_State *L)
{
    void **slot = lua_touserdata(L, 1);
    neap_process *p = *slot;

    *slot = NULL;
    neap_process_unref(p);
    return 0;
}

/* --- what it knows -------------------------------------------------------- */

static const char *status_name(neap_status status)
{
    static const char *const names[] = { "unknown", "created", "running",
                                         "stopped", "paused",  "pausing" };

    return status <= NEAP_STATUS_PAUSING ? names[status] : names[0];
}

/* Lua: core.process_info(process): what is known without asking. */
static int process_info(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    static const char *const names[] = { "stdin", "stdout", "stderr" };

    lua_createtable(L, 0, 9);
    lua_pushstring(L, neap_process_id(p));
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, neap_process_pid(p));
    lua_setfield(L, -2, "pid");
    lua_pushstring(L, status_name(neap_process_known_status(p)));
    lua_setfield(L, -2, "status");
    lua_pushboolean(L, neap_process_is_gone(p));
    lua_setfield(L, -2, "gone");
    lua_pushboolean(L, neap_process_has_terminal(p));
    lua_setfield(L, -2, "terminal");
    for (int i = 0; i < 3; i++) {
        lua_pushstring(L, neap_process_stdio_path(p, i));
        lua_setfield(L, -2, names[i]);
    }
    return 1;
}

static int process_id(lua_State *L)
{
    lua_pushstring(L, neap_process_id(process_check(L, 1)));
    return 1;
}

static int process_pid(lua_State *L)
{
    lua_pushinteger(L, neap_process_pid(process_check(L, 1)));
    return 1;
}

/* Lua: core.is_task(process) */
static int process_is_task(lua_State *L)
{
    lua_pushboolean(L, neap_process_is_task(process_check(L, 1)));
    return 1;
}

/* Lua: core.process_container(process): the handle of its container. */
static int process_container(lua_State *L)
{
    process_check(L, 1);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/* Lua: core.process_stream(process, 0 | 1 | 2): a Stream or nil. */
static int process_stream(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    neap_stream *stream = neap_process_stream(p, (int)luaL_checkinteger(L, 2));

    if (stream == NULL)
        return 0;
    stream_push(L, stream, 1);
    return 1;
}

/* --- calls that answer with a process ---------------------------------------
 */

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
    neap_task *task = check_task(L, 1);
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
    c->call.req = neap_task_exec(task, &config, on_process, c);
    return call_await(L, &c->call);
}

/* Lua: core.task_process(task, id, io?) */
static int task_process(lua_State *L)
{
    neap_task *task = check_task(L, 1);
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

/* Lua: core.process_attach(process, io) */
static int process_attach(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    neap_stdio io = io_check(L, 2);
    neap_error err = { 0 };
    int n;

    if (neap_process_attach(p, &io, &err)) {
        lua_pushboolean(L, true);
        return 1;
    }
    n = error_return_err(L, &err);
    neap_error_clear(&err);
    return n;
}

/* --- calls that answer with an exit ------------------------------------------
 */

typedef struct exit_call {
    call call;
    neap_exit exit;
} exit_call;

static int push_exit(lua_State *L, call *c)
{
    const neap_exit *x = &((exit_call *)c)->exit;

    lua_createtable(L, 0, 5);
    lua_pushinteger(L, x->code);
    lua_setfield(L, -2, "code");
    if (x->code > 128 && x->code <= 128 + 64) {
        lua_pushinteger(L, (lua_Integer)x->code - 128);
        lua_setfield(L, -2, "signal");
    }
    if (x->time != 0) {
        lua_pushnumber(L, x->time);
        lua_setfield(L, -2, "time");
    }
    if (x->lost) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "lost");
    }
    if (x->truncated != NULL) {
        lua_pushstring(L, x->truncated);
        lua_setfield(L, -2, "truncated");
    }
    return 1;
}

static void on_exit(void *arg, const neap_error *err, const neap_exit *x)
{
    exit_call *c = arg;

    if (x != NULL)
        c->exit = *x;
    call_done(&c->call, err);
}

/* The call keeps the process's handle. */
static void *
new_about(lua_State *L, size_t size, int (*push)(lua_State *, call *))
{
    call *c = call_new(L, size, push, NULL);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return c;
}

/* The patience of the client of the process at 1. */
static double patience(lua_State *L)
{
    double seconds;

    lua_getiuservalue(L, 1, 1);
    lua_getiuservalue(L, -1, 1);
    seconds = client_patience(L, -1);
    lua_pop(L, 2);
    return seconds;
}

/* Lua: core.process_wait(process, { timeout= }?) */
static int process_wait(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    double timeout = call_timeout(L, 2);
    exit_call *c = new_about(L, sizeof *c, push_exit);

    c->call.op = neap_process_is_task(p) ? "task.wait" : "process.wait";
    c->call.timeout = timeout;
    c->call.req = neap_process_wait(p, on_exit, c);
    return call_await(L, &c->call);
}

/* Lua: core.process_delete(process) */
static int process_delete(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    double seconds = patience(L);
    exit_call *c = new_about(L, sizeof *c, push_exit);

    c->call.change = true;
    c->call.timeout = seconds;
    c->call.req = neap_process_delete(p, on_exit, c);
    return call_await(L, &c->call);
}

/* --- calls that answer with true
 * ---------------------------------------------- */

static call *new_done(lua_State *L)
{
    double seconds = patience(L);
    call *c = new_about(L, sizeof *c, call_push_true);

    c->change = true;
    c->timeout = seconds;
    return c;
}

/* Lua: core.process_kill(process, signal, all) */
static int process_kill(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    uint32_t signal = (uint32_t)luaL_checkinteger(L, 2);
    bool all = lua_toboolean(L, 3);
    call *c = new_done(L);

    c->req = neap_process_kill(p, signal, all, call_on_done, c);
    return call_await(L, c);
}

/* Lua: core.process_resize(process, width, height) */
static int process_resize(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    uint32_t width = (uint32_t)luaL_checkinteger(L, 2);
    uint32_t height = (uint32_t)luaL_checkinteger(L, 3);
    call *c = new_done(L);

    c->req = neap_process_resize(p, width, height, call_on_done, c);
    return call_await(L, c);
}

static int task_pause(lua_State *L)
{
    neap_task *task = check_task(L, 1);
    call *c = new_done(L);

    c->req = neap_task_pause(task, call_on_done, c);
    return call_await(L, c);
}

static int task_resume(lua_State *L)
{
    neap_task *task = check_task(L, 1);
    call *c = new_done(L);

    c->req = neap_task_resume(task, call_on_done, c);
    return call_await(L, c);
}

/* --- status
 * -------------------------------------------------------------------- */

typedef struct status_call {
    call call;
    neap_status status;
} status_call;

static int push_status(lua_State *L, call *c)
{
    lua_pushstring(L, status_name(((status_call *)c)->status));
    return 1;
}

static void on_status(void *arg, const neap_error *err, neap_status status)
{
    status_call *c = arg;

    c->status = status;
    call_done(&c->call, err);
}

static int process_status(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    double seconds = patience(L);
    status_call *c = new_about(L, sizeof *c, push_status);

    c->call.op = "task.status";
    c->call.timeout = seconds;
    c->call.req = neap_process_status(p, on_status, c);
    return call_await(L, &c->call);
}

/* --- registration
 * --------------------------------------------------------------- */

static const luaL_Reg process_methods[] = {
    { "status", process_status },
    { NULL, NULL },
};

static const luaL_Reg task_methods[] = {
    { "status", process_status },
    { "pause", task_pause },
    { "resume", task_resume },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", process_gc },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "task_start", task_start },
    { "task_load", task_load },
    { "task_exec", task_exec },
    { "task_process", task_process },
    { "container_task", container_task },
    { "process_attach", process_attach },
    { "is_task", process_is_task },
    { "process_container", process_container },
    { "process_id", process_id },
    { "process_pid", process_pid },
    { "process_info", process_info },
    { "process_stream", process_stream },
    { "process_wait", process_wait },
    { "process_kill", process_kill },
    { "process_resize", process_resize },
    { "process_delete", process_delete },
    { NULL, NULL },
};

void process_open(lua_State *L)
{
    class_define(L, "task", task_methods, metamethods);
    class_define(L, "process", process_methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
