#ifndef NEAP_BINDINGS_QUEUE_H
#define NEAP_BINDINGS_QUEUE_H

#include <lua.h>

/* With the core table on top: define the class and what makes it. */
void queue_open(lua_State *L);

#endif
