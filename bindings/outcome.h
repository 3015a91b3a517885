#ifndef NEAP_BINDINGS_OUTCOME_H
#define NEAP_BINDINGS_OUTCOME_H

#include <lua.h>
#include <stdbool.h>

#include "neap/error.h"

/*
 * The error of a core function that answers at once. It lives in a userdata, so
 * that its strings are released even when pushing them raises.
 */

/* Push room for an error, for the core to fill. Borrowed from the stack. */
neap_error *outcome_new(lua_State *L);

/* true, or nil and what was filled in. */
int outcome_return(lua_State *L, bool ok, neap_error *err);

#endif
