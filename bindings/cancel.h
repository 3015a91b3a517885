#ifndef NEAP_BINDINGS_CANCEL_H
#define NEAP_BINDINGS_CANCEL_H

#include <lua.h>
#include <stdbool.h>

#include "fiber.h"

/*
 * What a cancelled fiber meets: `cancelled`, raised by its present wait and by
 * each later one. Not by those in `__close` handlers, for a while, nor by those
 * under core.shield, nor by a change in flight, which is finished first.
 */

/*
 * Raise `cancelled` where a wait of `f` must not begin. True where it may only
 * because a __close handler makes it, so that it is on the fiber's grace.
 */
bool cancel_check(lua_State *L, fiber *f);

/* Raise `cancelled` in `L`, code of `f`. Does not return. */
int cancel_raise(lua_State *L, fiber *f);

/* `f` goes on after a coroutine.yield(), which is a wait like any other. */
void cancel_on_turn(fiber *f);

/* Push the error that a cancelled fiber is. */
void cancel_push(lua_State *L);

/* With the core table on top: set core.shield, core.cancelled. */
void cancel_open(lua_State *L);

#endif
