#ifndef NEAP_BINDINGS_INFLATE_H
#define NEAP_BINDINGS_INFLATE_H

#include <lua.h>

/* With the core table on top: define the class and what makes it. */
void inflate_open(lua_State *L);

#endif
