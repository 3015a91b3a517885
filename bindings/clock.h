#ifndef NEAP_BINDINGS_CLOCK_H
#define NEAP_BINDINGS_CLOCK_H

#include <lua.h>

/* With the core table on top: set core.sleep and core.now. */
void clock_open(lua_State *L);

#endif
