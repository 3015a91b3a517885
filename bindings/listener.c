#include "listener.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "call.h"
#include "class.h"
#include "client.h"
#include "handle.h"
#include "heard.h"
#include "options.h"

/*
 * Events for Lua: a queue between the core, whose reader never waits, and a
 * fiber that takes them out one by one. When it is full the oldest goes, and
 * the next one taken out says how many went.
 */
#define LISTENER_TYPE "neap.listener"

typedef struct listener {
    neap_listener *source; /* NULL once closed */
    heard *first, **last;
    size_t count, limit, dropped;
    struct take_call *taker;
    bool over; /* closed, or its client was: nothing comes any more */
} listener;

typedef struct take_call {
    call call;
    listener *from;
    heard *event;
    size_t dropped;
} take_call;

/* --- the queue ---------------------------------------------------------------
 */

static heard *take(listener *l)
{
    heard *h = l->first;

    if (h == NULL)
        return NULL;
    l->first = h->next;
    if (l->first == NULL)
        l->last = &l->first;
    l->count--;
    return h;
}

static void hand_over(listener *l)
{
    take_call *c = l->taker;

    l->taker = NULL;
    c->event = take(l);
    c->dropped = l->dropped;
    l->dropped = 0;
    call_done(&c->call, NULL);
}

static void on_event(void *arg, const neap_event *event)
{
    listener *l = arg;
    heard *h;

    if (event == NULL) {
        l->over = true;
        if (l->taker != NULL && l->first == NULL)
            hand_over(l);
        return;
    }
    h = heard_copy(event);
    if (h == NULL) {
        l->dropped++;
        return;
    }
    if (l->count == l->limit) {
        free(take(l));
        l->dropped++;
    }
    *l->last = h;
    l->last = &h->next;
    l->count++;
    if (l->taker != NULL)
        hand_over(l);
}

/* --- taking
 * ------------------------------------------------------------------- */

static int push_event(lua_State *L, call *c)
{
    const take_call *t = (take_call *)c;

    if (t->event == NULL)
        return 0; /* closed */
    heard_push(L, t->event, t->dropped);
    return 1;
}

static void release_event(call *c)
{
    free(((take_call *)c)->event);
}

static void stop_taking(call *c)
{
    static const neap_error cancelled = { .code = NEAP_CANCELLED };

    ((take_call *)c)->from->taker = NULL;
    call_done(c, &cancelled);
}

static listener *check_listener(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, LISTENER_TYPE);
}

/* Lua: listener:take{ timeout= }: the next event; nil once closed. */
static int listener_take(lua_State *L)
{
    listener *l = check_listener(L, 1);
    double timeout = options_timeout(L, 2);
    take_call *c;

    if (options_refuse(L, 2, "events.read", "timeout") != 0)
        return 2;
    luaL_argcheck(L, l->taker == NULL, 1, "somebody takes from it already");
    c = call_new(L, sizeof *c, push_event, release_event);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->from = l;
    c->call.timeout = timeout;
    c->call.op = "events.read";
    c->call.abort = stop_taking;
    l->taker = c;
    if (l->first != NULL || l->over)
        hand_over(l);
    return call_await(L, &c->call);
}

/* --- life
 * ---------------------------------------------------------------------- */

/* Lua: core.listen(client, limit) */
static int listen_to(lua_State *L)
{
    neap_client *client = client_check(L, 1);
    lua_Integer limit = luaL_checkinteger(L, 2);
    listener *l;

    luaL_argcheck(L, limit > 0, 2, "positive number expected");
    l = lua_newuserdatauv(L, sizeof *l, 2);
    *l = (listener){ .limit = (size_t)limit };
    l->last = &l->first;
    luaL_setmetatable(L, LISTENER_TYPE);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    l->source = neap_events_listen(client, on_event, l);
    return 1;
}

static int listener_close(lua_State *L)
{
    listener *l = check_listener(L, 1);
    neap_listener *source = l->source;

    l->source = NULL;
    l->over = true;
    neap_listener_close(source);
    while (l->first != NULL)
        free(take(l));
    if (l->taker != NULL)
        hand_over(l);
    lua_pushboolean(L, true);
    return 1;
}

static int listener_tostring(lua_State *L)
{
    bool open = check_listener(L, 1)->source != NULL;

    lua_pushstring(L, open ? "neap.listener" : "neap.listener (closed)");
    return 1;
}

static const luaL_Reg methods[] = {
    { "take", listener_take },
    { "close", listener_close },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", listener_close },
    { "__close", listener_close },
    { "__tostring", listener_tostring },
    { NULL, NULL },
};

void listener_open(lua_State *L)
{
    class_define(L, "listener", methods, metamethods);
    lua_pushcfunction(L, listen_to);
    lua_setfield(L, -2, "listen");
}
