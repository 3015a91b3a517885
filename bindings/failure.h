#ifndef NEAP_BINDINGS_FAILURE_H
#define NEAP_BINDINGS_FAILURE_H

#include <lua.h>
#include <stdbool.h>

#include "fiber.h"

/*
 * What fibers raise: how it is described, and what becomes of it when nobody
 * joins the fiber. It is reported at once, and remembered until somebody does.
 */

/* Message handler of strands: keep the traceback of a string, return that. */
int failure_trace(lua_State *L);

/* Turn the string (or nil) on top of `L` into an error with its traceback. */
void failure_describe(lua_State *L);

/* Is the value on top of `L` the error `cancelled`? */
bool failure_is_cancelled(lua_State *L);

/* `f` raised and nobody was joining it: report and remember it. */
void failure_add(fiber *f);

/* Somebody joined `f`: forget its failure, if it was one. */
void failure_forget(fiber *f);

/* With the core table on top: set core.on_unjoined and core.failures. */
void failure_open(lua_State *L);

#endif
