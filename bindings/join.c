#include "join.h"

#include <lauxlib.h>

#include "call.h"
#include "cancel.h"
#include "failure.h"
#include "options.h"

/* One fiber that a call waits for; lies in the fiber's list until picked up. */
typedef struct watch {
    struct watch *next, **link;
    fiber *fiber;
    struct join_call *join;
} watch;

/* User value 1 keeps the fibers: one, or a table of them. */
typedef struct join_call {
    call call;
    bool takes; /* joins: what the fiber raised is the waiter's from now on */
    int count;
    watch watches[];
} join_call;

/* --- watching ------------------------------------------------------------- */

static void add_watch(join_call *j, fiber *f)
{
    watch *w = &j->watches[j->count++], **last = &f->watches;

    while (*last != NULL)
        last = &(*last)->next;
    *w = (watch){ .link = last, .fiber = f, .join = j };
    *last = w;
}

static void release(call *c)
{
    join_call *j = (join_call *)c;

    for (int i = 0; i < j->count; i++) {
        watch *w = &j->watches[i];

        *w->link = w->next;
        if (w->next != NULL)
            w->next->link = w->link;
    }
    j->count = 0;
}

static void stop(call *c)
{
    static const neap_error cancelled = { .code = NEAP_CANCELLED };

    call_done(c, &cancelled);
}

/* Is the waiter of `j` going to look at what the fiber did? */
static bool is_joining(const join_call *j)
{
    return j->takes && (!j->call.over || j->call.err.code == NEAP_OK);
}

bool join_wake(fiber *f)
{
    bool joined = false;

    for (watch *w = f->watches, *next; w != NULL; w = next) {
        next = w->next;
        joined |= is_joining(w->join);
        if (!w->join->call.over)
            call_done(&w->join->call, NULL);
    }
    return joined;
}

static join_call *
new_join(lua_State *L, int (*push)(lua_State *, call *), int n)
{
    size_t size = sizeof(join_call) + (size_t)n * sizeof(watch);
    join_call *j = call_new(L, size, push, release);

    j->call.abort = stop;
    j->call.op = "fiber.join";
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return j;
}

static void check_not_itself(lua_State *L, const fiber *f)
{
    if (f == context_get(L)->current)
        luaL_error(L, "cannot wait here: a fiber cannot join itself");
}

/* --- join ----------------------------------------------------------------- */

static int push_returned(lua_State *L, lua_State *from)
{
    int count = lua_gettop(from);

    if (count == 0) {
        lua_pushboolean(L, true);
        return 1;
    }
    luaL_checkstack(L, count, "too many results");
    if (!lua_checkstack(from, count))
        return luaL_error(L, "too many results");
    for (int i = 1; i <= count; i++)
        lua_pushvalue(from, i);
    lua_xmove(from, L, count);
    return count;
}

static int push_outcome(lua_State *L, fiber *f)
{
    failure_forget(f);
    if (f->state == FIBER_RETURNED)
        return push_returned(L, f->body.L);
    lua_pushnil(L);
    if (f->state == FIBER_CANCELLED) {
        cancel_push(L);
    } else {
        lua_pushvalue(f->body.L, -1);
        lua_xmove(f->body.L, L, 1);
    }
    return 2;
}

static int push_join(lua_State *L, call *c)
{
    return push_outcome(L, ((join_call *)c)->watches[0].fiber);
}

int join_fiber(lua_State *L)
{
    fiber *f = fiber_check(L, 1);
    double timeout = options_timeout(L, 2);
    join_call *j;

    if (options_refuse(L, 2, "fiber.join", "timeout") != 0)
        return 2;
    if (fiber_has_ended(f))
        return push_outcome(L, f);
    check_not_itself(L, f);
    j = new_join(L, push_join, 1);
    j->takes = true;
    j->call.timeout = timeout;
    add_watch(j, f);
    return call_await(L, &j->call);
}

/* --- settled: wait for the end without taking the outcome ----------------- */

static int push_settled(lua_State *L, call *c)
{
    (void)c;
    lua_pushboolean(L, true);
    return 1;
}

/* Lua: core.settled(fiber, {timeout=}?): true, or nil, deadline_exceeded */
static int core_settled(lua_State *L)
{
    fiber *f = fiber_check(L, 1);
    double timeout = options_timeout(L, 2);
    join_call *j;

    if (fiber_has_ended(f))
        return push_settled(L, NULL);
    check_not_itself(L, f);
    j = new_join(L, push_settled, 1);
    j->call.timeout = timeout;
    add_watch(j, f);
    return call_await(L, &j->call);
}

/* --- first of several ----------------------------------------------------- */

/* Push the key of the fiber in the table at 1 that ended first, or nil. */
static int push_first(lua_State *L, call *c)
{
    const fiber *first = NULL;

    (void)c;
    lua_pushnil(L);
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        const fiber *f = lua_touserdata(L, -1);

        lua_pop(L, 1);
        if (fiber_has_ended(f) && (first == NULL || f->order < first->order)) {
            first = f;
            lua_copy(L, -1, -2);
        }
    }
    return 1;
}

/* Count the fibers in the table at 1; has one ended? */
static int count_fibers(lua_State *L, bool *ended)
{
    int count = 0;

    *ended = false;
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        const fiber *f = fiber_check(L, -1);

        check_not_itself(L, f);
        *ended |= fiber_has_ended(f);
        count++;
        lua_pop(L, 1);
    }
    return count;
}

/* Lua: core.first(fibers, {timeout=}?): the key of the first to have ended; nil
 * if empty; nil, deadline_exceeded */
static int core_first(lua_State *L)
{
    double timeout = options_timeout(L, 2);
    join_call *j;
    bool ended;
    int count;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    count = count_fibers(L, &ended);
    if (count == 0 || ended)
        return push_first(L, NULL);
    j = new_join(L, push_first, count);
    j->takes = true;
    j->call.timeout = timeout;
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        add_watch(j, lua_touserdata(L, -1));
        lua_pop(L, 1);
    }
    return call_await(L, &j->call);
}

static const luaL_Reg functions[] = {
    { "first", core_first },
    { "settled", core_settled },
    { NULL, NULL },
};

void join_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
