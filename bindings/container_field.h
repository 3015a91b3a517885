#ifndef NEAP_BINDINGS_CONTAINER_FIELD_H
#define NEAP_BINDINGS_CONTAINER_FIELD_H

#include <lua.h>

/* With the core table on top: set container_field, which reads a record. */
void container_field_open(lua_State *L);

#endif
