#ifndef NEAP_BINDINGS_MACHINE_H
#define NEAP_BINDINGS_MACHINE_H

#include <lua.h>

/* With the core table on top: set core.uname. */
void machine_open(lua_State *L);

#endif
