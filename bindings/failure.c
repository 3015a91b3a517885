#include "failure.h"

#include <lauxlib.h>
#include <string.h>

#include "error.h"

/* Failures kept whole; of more than these only the number is known. */
#define KEPT 16

static const char hook = 0; /* registry: core.on_unjoined's function */

/* --- describing ----------------------------------------------------------- */

/* Push the traceback that `f` keeps, if it is one of `text`. */
static bool push_trace(lua_State *L, const fiber *f, const char *text)
{
    const char *trace;

    fiber_push(L, f);
    lua_getiuservalue(L, -1, FIBER_TRACEBACK);
    lua_remove(L, -2);
    trace = lua_tostring(L, -1);
    if (trace != NULL && strncmp(trace, text, strlen(text)) == 0)
        return true;
    lua_pop(L, 1);
    return false;
}

/* An error that passes a generator is seen twice; the first look is deeper. */
int failure_trace(lua_State *L)
{
    const fiber *f = fiber_current(L);
    const char *text;

    if (f == NULL || lua_type(L, 1) != LUA_TSTRING)
        return 1;
    text = lua_tostring(L, 1);
    if (push_trace(L, f, text)) {
        lua_settop(L, 1);
        return 1;
    }
    fiber_push(L, f);
    luaL_traceback(L, L, text, 1);
    lua_setiuservalue(L, -2, FIBER_TRACEBACK);
    lua_settop(L, 1);
    return 1;
}

void failure_describe(lua_State *L)
{
    const fiber *f = fiber_current(L);
    const char *text = "nil";

    if (f == NULL || f->body.L != L) /* a generator's: told to its caller */
        return;
    if (lua_type(L, -1) == LUA_TSTRING)
        text = lua_tostring(L, -1);
    else if (!lua_isnil(L, -1))
        return;
    if (push_trace(L, f, text)) {
        lua_remove(L, -2);
        text = lua_tostring(L, -1);
    }
    error_push_new(L, NEAP_UNKNOWN, "fiber.run", text);
    lua_remove(L, -2);
}

bool failure_is_cancelled(lua_State *L)
{
    const char *code;
    bool is;

    if (!lua_istable(L, -1) || !lua_getmetatable(L, -1))
        return false;
    luaL_getmetatable(L, ERROR_TYPE);
    is = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (!is)
        return false;
    lua_getfield(L, -1, "code");
    code = lua_tostring(L, -1);
    is = code != NULL && strcmp(code, neap_code_name(NEAP_CANCELLED)) == 0;
    lua_pop(L, 1);
    return is;
}

/* --- reporting ------------------------------------------------------------ */

/* Push what `f` raised. */
static void push_error(lua_State *L, const fiber *f)
{
    lua_pushvalue(f->body.L, -1);
    lua_xmove(f->body.L, L, 1);
}

static void report(lua_State *L, const fiber *f)
{
    int top = lua_gettop(L);

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &hook) == LUA_TFUNCTION) {
        push_error(L, f);
        fiber_push(L, f);
        lua_pcall(L, 2, 0, 0);
    }
    lua_settop(L, top);
}

/* Lua: core.report(err): tell the same function of a failure of no fiber */
static int core_report(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &hook) == LUA_TFUNCTION) {
        lua_insert(L, 1);
        lua_pcall(L, 1, 0, 0);
    }
    return 0;
}

void failure_add(fiber *f)
{
    context *ctx = f->context;

    f->unjoined = true;
    if (ctx->failures++ < KEPT) {
        f->next_failed = NULL;
        f->failed_link = ctx->failed_last;
        *ctx->failed_last = f;
        ctx->failed_last = &f->next_failed;
    }
    report(ctx->runner, f);
}

void failure_forget(fiber *f)
{
    context *ctx = f->context;

    if (!f->unjoined)
        return;
    f->unjoined = false;
    if (f->order > ctx->forgotten)
        ctx->failures--;
    if (f->failed_link == NULL)
        return;
    *f->failed_link = f->next_failed;
    if (f->next_failed != NULL)
        f->next_failed->failed_link = f->failed_link;
    else
        ctx->failed_last = f->failed_link;
    f->failed_link = NULL;
    context_release(ctx, f->anchor);
}

/* Lua: core.on_unjoined(fn): fn(err, fiber) hears of each at once */
static int core_on_unjoined(lua_State *L)
{
    if (!lua_isnoneornil(L, 1))
        luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hook);
    return 0;
}

/* Lua: core.failures(forget?): how many there are, and the first's error */
static int core_failures(lua_State *L)
{
    context *ctx = context_get(L);
    bool forget = lua_toboolean(L, 1);

    lua_pushinteger(L, ctx->failures);
    if (ctx->failed != NULL)
        push_error(L, ctx->failed);
    else
        lua_pushnil(L);
    if (forget) {
        while (ctx->failed != NULL)
            failure_forget(ctx->failed);
        ctx->failures = 0;
        ctx->forgotten = ctx->ended;
    }
    return 2;
}

static const luaL_Reg functions[] = {
    { "failures", core_failures },
    { "on_unjoined", core_on_unjoined },
    { "report", core_report },
    { NULL, NULL },
};

void failure_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
