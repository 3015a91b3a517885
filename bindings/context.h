#ifndef NEAP_BINDINGS_CONTEXT_H
#define NEAP_BINDINGS_CONTEXT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "alert.h"
#include "neap/loop.h"

/*
 * What the module knows about one Lua state: its loop, and what runs on it.
 *
 * The context is the first userdata the module makes, so Lua finalizes it last:
 * every handle is released before the loop is drained and closed.
 *
 * No Lua code runs inside a callback of the core. A callback stores what came
 * and defers the rest; deferred work runs between two turns of the loop. So the
 * core is never entered twice, and a Lua error never unwinds through it.
 */
typedef struct context context;

/* Work for after the loop's present turn. Embed it; `queued` is ours. */
typedef struct deferred {
    struct deferred *next;
    void (*run)(struct deferred *);
    bool queued;
} deferred;

struct context {
    neap_loop *loop;
    struct fiber *current; /* the fiber whose code runs now, or NULL */
    struct fiber *live;    /* every fiber that has not ended */
    struct call *calls;    /* every call that nobody has picked up */
    struct fiber *failed, **failed_last; /* unjoined failures, the first few */
    int failures;                        /* how many nobody has joined */
    int fibers;                          /* live ones that are not daemons */
    bool idle;                           /* there are none */
    uint64_t forgotten; /* failures of fibers up to this one were taken */
    uint64_t ended;     /* counts fibers that ended, to order them */
    lua_State *runner;  /* whose code runs the loop, or NULL */
    lua_State *scratch; /* a thread for moves that need a few slots */
    bool open;          /* false once the Lua state closes; before that, and
                           the loop is not taken down, only settled */

    /* ours alone */
    uv_loop_t uv;
    uv_async_t hold; /* keeps the loop waiting while we want it to */
    uv_idle_t busy;  /* keeps it from waiting while work is deferred */
    uv_timer_t timer;
    alerts alerts;
    deferred *first, **last;
    int anchors, anchored;
};

void context_open(lua_State *L);
context *context_get(lua_State *L);

/* The loop to start requests on. Raises where the Lua state is closing. */
neap_loop *context_loop(lua_State *L);

/* Run `d` between two turns of the loop. Once queued, again is nothing. */
void context_defer(context *ctx, deferred *d);

/* Run the loop from `L` until `*done`. The loop must not be running. */
void context_run_until(context *ctx, lua_State *L, const bool *done);

/* Nanoseconds since some moment; never goes back. */
uint64_t context_clock(void);

/* Ring `a` once the clock reads `at`; a later call replaces the time. */
void context_set_alert(context *ctx, alert *a, uint64_t at);
void context_stop_alert(context *ctx, alert *a);

/*
 * Keep a value from collection. Reserving may raise, anchoring then cannot:
 * reserve before a request is sent, anchor afterwards.
 */
void context_reserve_anchor(lua_State *L);
int context_anchor(lua_State *L, int index);
void context_push(lua_State *L, int anchor);
void context_release(context *ctx, int anchor);

#endif
