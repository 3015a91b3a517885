#ifndef NEAP_BINDINGS_CONTAINER_FIELD_H
#define NEAP_BINDINGS_CONTAINER_FIELD_H

#include <lua.h>

/* With the core table on top: set what reads a record. */
void container_field_open(lua_State *L);

#endif
