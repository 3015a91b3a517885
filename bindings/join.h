#ifndef NEAP_BINDINGS_JOIN_H
#define NEAP_BINDINGS_JOIN_H

#include <lua.h>
#include <stdbool.h>

#include "fiber.h"

/* Waiting for fibers to end. */

/* Lua: fiber:join{timeout=} */
int join_fiber(lua_State *L);

/* `f` has ended: wake who waits for it. Is anybody joining it? */
bool join_wake(fiber *f);

/* With the core table on top: set core.first, core.settled. */
void join_open(lua_State *L);

#endif
