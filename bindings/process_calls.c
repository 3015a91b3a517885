#include "process_calls.h"

#include <lauxlib.h>

#include "call.h"
#include "client.h"
#include "options.h"
#include "process.h"

/* What is asked of a process that is there. */

typedef struct exit_call {
    call call;
    neap_exit exit;
    bool is_known;
} exit_call;

static int push_exit(lua_State *L, call *c)
{
    const neap_exit *x = &((exit_call *)c)->exit;

    if (!((exit_call *)c)->is_known)
        return call_push_true(L, c);
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
    c->is_known = x != NULL;
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

/* The id that errors are about. */
static const char *container_of(const neap_process *p)
{
    return neap_container_id(neap_process_container(p));
}

/* Lua: core.process_wait(process, { timeout= }?) */
static int process_wait(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    double timeout = options_timeout(L, 2);
    exit_call *c = new_about(L, sizeof *c, push_exit);

    c->call.op = neap_process_is_task(p) ? "task.wait" : "process.wait";
    c->call.id = container_of(p);
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
    c->call.op = neap_process_is_task(p) ? "task.delete" : "process.delete";
    c->call.id = container_of(p);
    c->call.req = neap_process_delete(p, on_exit, c);
    return call_await(L, &c->call);
}

static call *new_done(lua_State *L, const neap_process *p, const char *op)
{
    double seconds = patience(L);
    call *c = new_about(L, sizeof *c, call_push_true);

    c->change = true;
    c->timeout = seconds;
    c->op = op;
    c->id = container_of(p);
    return c;
}

/* Lua: core.process_kill(process, signal, all) */
static int process_kill(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    uint32_t signal = (uint32_t)luaL_checkinteger(L, 2);
    bool all = lua_toboolean(L, 3);
    call *c = new_done(L, p, "process.kill");

    c->req = neap_process_kill(p, signal, all, call_on_done, c);
    return call_await(L, c);
}

/* Lua: core.process_resize(process, width, height) */
static int process_resize(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    uint32_t width = (uint32_t)luaL_checkinteger(L, 2);
    uint32_t height = (uint32_t)luaL_checkinteger(L, 3);
    call *c = new_done(L, p, "process.resize");

    c->req = neap_process_resize(p, width, height, call_on_done, c);
    return call_await(L, c);
}

int task_pause(lua_State *L)
{
    neap_task *task = task_check(L, 1);
    call *c = new_done(L, task, "task.pause");

    c->req = neap_task_pause(task, call_on_done, c);
    return call_await(L, c);
}

int task_resume(lua_State *L)
{
    neap_task *task = task_check(L, 1);
    call *c = new_done(L, task, "task.resume");

    c->req = neap_task_resume(task, call_on_done, c);
    return call_await(L, c);
}

/* --- status --------------------------------------------------------------- */

typedef struct status_call {
    call call;
    neap_status status;
} status_call;

static int push_status(lua_State *L, call *c)
{
    lua_pushstring(L, process_status_name(((status_call *)c)->status));
    return 1;
}

static void on_status(void *arg, const neap_error *err, neap_status status)
{
    status_call *c = arg;

    c->status = status;
    call_done(&c->call, err);
}

int process_status(lua_State *L)
{
    neap_process *p = process_check(L, 1);
    double seconds = patience(L);
    status_call *c = new_about(L, sizeof *c, push_status);

    c->call.op = "task.status";
    c->call.id = container_of(p);
    c->call.timeout = seconds;
    c->call.req = neap_process_status(p, on_status, c);
    return call_await(L, &c->call);
}

static const luaL_Reg functions[] = {
    { "process_wait", process_wait },
    { "process_kill", process_kill },
    { "process_resize", process_resize },
    { "process_delete", process_delete },
    { NULL, NULL },
};

void process_calls_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
