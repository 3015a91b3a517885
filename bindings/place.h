#ifndef NEAP_BINDINGS_PLACE_H
#define NEAP_BINDINGS_PLACE_H

#include <lua.h>

#include "fiber.h"

/*
 * Where code runs, and whether a call may wait there.
 *
 * Return the fiber that a wait would suspend, or NULL where a wait would run
 * the loop. Raises "cannot wait here: ..." where neither is possible.
 */
fiber *place_check(lua_State *L);

/* Raise unless the loop may be run here; `what` names who wants to. */
void place_check_host(lua_State *L, const char *what);

#endif
