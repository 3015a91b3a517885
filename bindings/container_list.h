#ifndef NEAP_BINDINGS_CONTAINER_LIST_H
#define NEAP_BINDINGS_CONTAINER_LIST_H

#include <lua.h>

/* With the core table on top: set core.container_list. */
void container_list_open(lua_State *L);

#endif
