#ifndef NEAP_BINDINGS_ENGINE_H
#define NEAP_BINDINGS_ENGINE_H

#include <lua.h>

/* Make `core.engine` in the table at the top of the stack. */
void engine_open(lua_State *L);

#endif
