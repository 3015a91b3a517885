#include "process.h"

#include <lauxlib.h>

#include "class.h"
#include "container.h"
#include "error.h"
#include "handle.h"
#include "io.h"
#include "process_calls.h"
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

neap_task *task_check(lua_State *L, int arg)
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

const char *process_status_name(neap_status status)
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

    lua_createtable(L, 0, 10);
    lua_pushstring(L, neap_process_id(p));
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, neap_process_pid(p));
    lua_setfield(L, -2, "pid");
    lua_pushstring(L, process_status_name(neap_process_known_status(p)));
    lua_setfield(L, -2, "status");
    lua_pushboolean(L, neap_process_is_gone(p));
    lua_setfield(L, -2, "gone");
    lua_pushboolean(L, neap_process_has_vanished(p));
    lua_setfield(L, -2, "vanished");
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

/* Lua: core.process_stream(process, 0 | 1 | 2, nth): a Stream or nil. */
static int process_stream(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    int which = (int)luaL_checkinteger(L, 2);
    lua_Integer nth = luaL_optinteger(L, 3, 1);
    neap_stream *stream;

    luaL_argcheck(L, which >= 0 && which <= 2, 2, "0, 1 or 2 expected");
    luaL_argcheck(L, nth > 0, 3, "1 or more expected");
    stream = neap_process_outlet(p, which, (size_t)nth - 1);
    if (stream == NULL)
        return 0;
    stream_push(L, stream, 1);
    return 1;
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
    { "process_attach", process_attach },
    { "is_task", process_is_task },
    { "process_container", process_container },
    { "process_id", process_id },
    { "process_pid", process_pid },
    { "process_info", process_info },
    { "process_stream", process_stream },
    { NULL, NULL },
};

void process_open(lua_State *L)
{
    class_define(L, "task", task_methods, metamethods);
    class_define(L, "process", process_methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
