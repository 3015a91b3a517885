#include "cancel.h"

#include <lauxlib.h>

#include "error.h"

/* From here on a fiber that swallows `cancelled` is taken for an endless loop
 */
#define PATIENCE 100

static const char guard = 0; /* registry: ends a shield when it is closed */

/* --- raising -------------------------------------------------------------- */

static bool closes(const fiber *f)
{
    for (const strand *s = f->top; s != NULL; s = s->under)
        if (strand_closes(s->L))
            return true;
    return false;
}

static bool is_graced(const fiber *f)
{
    return f->grace > 0 && closes(f);
}

void cancel_push(lua_State *L)
{
    error_push_new(L, NEAP_CANCELLED, "fiber.wait", "the fiber was cancelled");
}

static void raise_soon(lua_State *L, lua_Debug *frame);

/*
 * Raise at the next instruction, which is outside the pcall that the last wait
 * was in: the way out of loops that swallow the error or never wait.
 */
static void set_hook(fiber *f, lua_State *L)
{
    lua_Hook hook = lua_gethook(L);

    if (hook == raise_soon)
        return;
    if (L == f->body.L) {
        f->hook = hook;
        f->hook_mask = lua_gethookmask(L);
        f->hook_count = lua_gethookcount(L);
    }
    lua_sethook(L, raise_soon, LUA_MASKCOUNT, 1);
}

static void unset_hook(fiber *f, lua_State *L)
{
    if (L == f->body.L)
        lua_sethook(L, f->hook, f->hook_mask, f->hook_count);
    else
        lua_sethook(L, NULL, 0, 0);
}

/* Count a raise. One that has swallowed too many has each instruction raise. */
static void refuse(fiber *f)
{
    if (++f->refusals <= PATIENCE)
        return;
    for (strand *s = f->top; s != NULL; s = s->under)
        set_hook(f, s->L);
}

static void raise_soon(lua_State *L, lua_Debug *frame)
{
    fiber *f = fiber_current(L);

    (void)frame;
    if (f == NULL)
        return;
    if (f->refusals <= PATIENCE)
        unset_hook(f, L);
    if (f->shields == 0 && !is_graced(f))
        cancel_raise(L, f);
}

int cancel_raise(lua_State *L, fiber *f)
{
    refuse(f);
    cancel_push(L);
    return lua_error(L);
}

bool cancel_check(lua_State *L, fiber *f)
{
    if (!f->cancelled || f->shields > 0)
        return false;
    if (!is_graced(f))
        cancel_raise(L, f);
    return true;
}

void cancel_on_turn(fiber *f)
{
    if (f->cancelled && f->shields == 0 && !is_graced(f))
        set_hook(f, f->body.L);
}

/* --- cancelling ----------------------------------------------------------- */

void fiber_cancel(fiber *f)
{
    if (f->cancelled || fiber_has_ended(f) || !f->context->open)
        return;
    f->cancelled = true;
    if (f->call == NULL || f->call->over || f->shields > 0)
        return;
    if (is_graced(f))
        call_grace(f->call);
    else
        call_interrupt(f->call);
}

void fiber_cancel_all(lua_State *L)
{
    for (fiber *f = context_get(L)->live; f != NULL; f = f->next)
        if (!f->daemon)
            fiber_cancel(f);
}

/* --- shields -------------------------------------------------------------- */

/*
 * A shield is a to-be-closed value, so that it ends however its function does,
 * and the function's errors keep their traceback.
 */
static int end_shield(lua_State *L)
{
    fiber *f = fiber_current(L);

    if (f != NULL && f->shields > 0)
        f->shields--;
    return 0;
}

static int shielded(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    return lua_gettop(L) - 1; /* all but the guard */
}

/* Lua: core.shield(fn, ...) */
static int core_shield(lua_State *L)
{
    fiber *f = fiber_current(L);

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &guard);
    lua_insert(L, 1);
    lua_toclose(L, 1);
    if (f != NULL)
        f->shields++;
    lua_callk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, shielded);
    return shielded(L, LUA_OK, 0);
}

/* Lua: core.cancelled() */
static int core_cancelled(lua_State *L)
{
    const fiber *f = fiber_current(L);

    lua_pushboolean(L, f != NULL && f->cancelled);
    return 1;
}

static const luaL_Reg functions[] = {
    { "cancelled", core_cancelled },
    { "shield", core_shield },
    { NULL, NULL },
};

void cancel_open(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, end_shield);
    lua_setfield(L, -2, "__close");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &guard);
    luaL_setfuncs(L, functions, 0);
}
