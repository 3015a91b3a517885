#ifndef NEAP_BINDINGS_ERROR_H
#define NEAP_BINDINGS_ERROR_H

#include <lua.h>

#include "neap/error.h"

/* Registry key and __name of the metatable of errors. */
#define ERROR_TYPE "neap.error"

/* Define the metatable; with the core table on top, set core.error. */
void error_open(lua_State *L);

/*
 * Push `err` as { code = "not_found", op = "container.start", message = ... }
 * and id, errno, pending where it has them.
 */
void error_push(lua_State *L, const neap_error *err);

/* Push an error that has only these three. `op` may be NULL. */
void error_push_new(lua_State *L,
                    neap_code code,
                    const char *op,
                    const char *message);

/* Push nil and a new error; `return error_return(L, ...)` in a function. */
int error_return(lua_State *L,
                 neap_code code,
                 const char *op,
                 const char *fmt,
                 ...) NEAP_PRINTF(4, 5);

/* Push nil and `err`, which stays the caller's. */
int error_return_err(lua_State *L, const neap_error *err);

#endif
