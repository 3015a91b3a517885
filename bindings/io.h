#ifndef NEAP_BINDINGS_IO_H
#define NEAP_BINDINGS_IO_H

#include <lua.h>

#include "neap/stream.h"

/*
 * The table at `index` as the core has it; its strings are borrowed from it:
 * { stdin=END, stdout=END, stderr=END, terminal=, adopt=, drain= } with END
 * { kind=, path=, file=, fd=, limit=, holds= }. lua/neap/stdio.lua makes it.
 */
neap_stdio io_check(lua_State *L, int index);

/* The policy in the table at `index`, and what it needs: strings borrowed. */
void io_check_policy(lua_State *L, int index, neap_stdio_end *end);

#endif
