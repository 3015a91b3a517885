#ifndef NEAP_BINDINGS_SERVICE_H
#define NEAP_BINDINGS_SERVICE_H

#include <lua.h>

/* core.services(): the list that neap/service.h describes. */
int service_list(lua_State *L);

#endif
