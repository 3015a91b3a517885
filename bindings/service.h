#ifndef NEAP_BINDINGS_SERVICE_H
#define NEAP_BINDINGS_SERVICE_H

#include <lua.h>

/* With the core table on top, set core.services. */
void service_open(lua_State *L);

#endif
