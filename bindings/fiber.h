#ifndef NEAP_BINDINGS_FIBER_H
#define NEAP_BINDINGS_FIBER_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "context.h"
#include "strand.h"

/*
 * Fibers: the coroutines whose calls wait by suspending them.
 *
 * A fiber runs only between two turns of the loop, one at a time. While it
 * lives the module anchors it; when it has ended its handle alone keeps what it
 * returned, on the stack of its thread.
 */
#define FIBER_TYPE "neap.fiber"

typedef enum fiber_state {
    FIBER_NEW,       /* its function has not begun */
    FIBER_LIVE,      /* runs, waits, or gives others a turn */
    FIBER_RETURNED,  /* the results are on its stack */
    FIBER_RAISED,    /* the error is on top of its stack */
    FIBER_CANCELLED, /* its stack is empty */
} fiber_state;

typedef struct fiber fiber;

struct fiber {
    deferred turn; /* first member: queued when it may go on */
    strand body;   /* its own thread */
    strand *top;   /* the innermost thread whose waits reach it */
    context *context;
    fiber_state state;
    call *call;            /* what it waits for, or has not picked up yet */
    struct watch *watches; /* who waits for its end */
    fiber *next, **link;   /* among context->live */
    fiber *next_failed, **failed_link; /* among context->failed */
    uint64_t grace; /* nanoseconds that __close may still wait */
    uint64_t order; /* when it ended, among fibers */
    int anchor;     /* while it lives, or is among context->failed */
    int args;       /* for its first run */
    int shields;    /* cancellation is deferred while there are any */
    int refusals;   /* how often a wait raised `cancelled` */
    bool daemon;    /* does not keep neap.loop and the program going */
    bool cancelled;
    bool unjoined; /* a failure, counted in context->failures */
    lua_Hook hook; /* what cancelling has put aside */
    int hook_mask, hook_count;
};

/* User values of a fiber, beside those of every class: */
#define FIBER_THREAD    1
#define FIBER_TRACEBACK 3

/* With the core table on top: define the class, set spawn and the like. */
void fiber_open(lua_State *L);

/* The fiber at `arg`, ended or not. */
fiber *fiber_check(lua_State *L, int arg);

/* Push the handle of `f`, which lives. */
void fiber_push(lua_State *L, const fiber *f);

/* The fiber that a wait in `L` would suspend, or NULL. */
fiber *fiber_current(lua_State *L);

/* Has its function returned or raised, or will it never run? */
bool fiber_has_ended(const fiber *f);

/* Cancel `f`. Runs nothing now. Twice, and after the end, is nothing. */
void fiber_cancel(fiber *f);

/* Cancel every live fiber that is no daemon. For signals. */
void fiber_cancel_all(lua_State *L);

#endif
