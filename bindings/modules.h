#ifndef NEAP_BINDINGS_MODULES_H
#define NEAP_BINDINGS_MODULES_H

#include <lua.h>

/*
 * lua/neap, compiled into the program: reading it from files would take as long
 * as everything else that happens at a start.
 */

/* Let `require` find them, after package.preload and before any file. */
void modules_open(lua_State *L);

#endif
