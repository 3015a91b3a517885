#ifndef NEAP_BINDINGS_PATH_H
#define NEAP_BINDINGS_PATH_H

#include <lua.h>

/* Make `core.path` in the table at the top of the stack. */
void path_open(lua_State *L);

#endif
