#include "condition.h"

#include <lauxlib.h>

#include "call.h"
#include "class.h"
#include "options.h"

#define CONDITION_TYPE "neap.condition"

typedef struct waiter waiter;

typedef struct condition {
    waiter *first, **last;
} condition;

/* User value 1 keeps the condition. */
struct waiter {
    call call;
    condition *condition;
    waiter *next, **link; /* link NULL: was notified */
};

static condition *check_condition(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, CONDITION_TYPE);
}

static void unlink_waiter(waiter *w)
{
    *w->link = w->next;
    if (w->next != NULL)
        w->next->link = w->link;
    else
        w->condition->last = w->link;
    w->link = NULL;
}

static void stop(call *c)
{
    static const neap_error cancelled = { .code = NEAP_CANCELLED };

    unlink_waiter((waiter *)c);
    call_done(c, &cancelled);
}

/* Lua: condition:wait{timeout=}: true, or nil, deadline_exceeded */
static int condition_wait(lua_State *L)
{
    condition *x = check_condition(L, 1);
    double timeout = options_timeout(L, 2);
    waiter *w = call_new(L, sizeof *w, call_push_true, NULL);

    w->call.abort = stop;
    w->call.op = "condition.wait";
    w->call.timeout = timeout;
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    w->condition = x;
    w->link = x->last;
    *x->last = w;
    x->last = &w->next;
    return call_await(L, &w->call);
}

/* Lua: condition:notify(): wake all who wait; how many they were */
static int condition_notify(lua_State *L)
{
    condition *x = check_condition(L, 1);
    lua_Integer count = 0;

    while (x->first != NULL) {
        waiter *w = x->first;

        unlink_waiter(w);
        call_done(&w->call, NULL);
        count++;
    }
    lua_pushinteger(L, count);
    return 1;
}

static int condition_tostring(lua_State *L)
{
    const condition *x = check_condition(L, 1);

    lua_pushstring(L, x->first != NULL ? "neap.condition (awaited)"
                                       : "neap.condition");
    return 1;
}

/* Lua: core.condition() */
static int core_condition(lua_State *L)
{
    condition *x = lua_newuserdatauv(L, sizeof *x, 2);

    x->first = NULL;
    x->last = &x->first;
    luaL_setmetatable(L, CONDITION_TYPE);
    return 1;
}

static const luaL_Reg methods[] = {
    { "notify", condition_notify },
    { "wait", condition_wait },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__tostring", condition_tostring },
    { NULL, NULL },
};

void condition_open(lua_State *L)
{
    class_define(L, "condition", methods, metamethods);
    lua_pushcfunction(L, core_condition);
    lua_setfield(L, -2, "condition");
}
