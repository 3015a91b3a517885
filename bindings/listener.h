#ifndef NEAP_BINDINGS_LISTENER_H
#define NEAP_BINDINGS_LISTENER_H

#include <lua.h>

/* With the core table on top: define the class, set core.listen. */
void listener_open(lua_State *L);

#endif
