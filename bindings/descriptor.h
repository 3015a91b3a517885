#ifndef NEAP_BINDINGS_DESCRIPTOR_H
#define NEAP_BINDINGS_DESCRIPTOR_H

#include <lua.h>

/* With the core table on top: define the class and what makes it. */
void descriptor_open(lua_State *L);

#endif
