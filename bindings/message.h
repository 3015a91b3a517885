#ifndef NEAP_BINDINGS_MESSAGE_H
#define NEAP_BINDINGS_MESSAGE_H

#include <lua.h>

/* With the core table on top: set core.encode and core.decode. */
void message_open(lua_State *L);

#endif
