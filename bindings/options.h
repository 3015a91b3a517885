#ifndef NEAP_BINDINGS_OPTIONS_H
#define NEAP_BINDINGS_OPTIONS_H

#include <lua.h>

/* The options table that a Lua call may have been given. */

/*
 * Check that the options table at `arg`, if any, has no field but `known`,
 * names parted by spaces. 0, or 2 with nil and an error of `op` pushed, to
 * return.
 */
int options_refuse(lua_State *L, int arg, const char *op, const char *known);

/* The `timeout` of the options table at `arg`, if any, for call.timeout. */
double options_timeout(lua_State *L, int arg);

#endif
