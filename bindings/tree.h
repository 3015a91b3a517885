#ifndef NEAP_BINDINGS_TREE_H
#define NEAP_BINDINGS_TREE_H

#include <lua.h>

/* Make `core.tree` in the table at the top of the stack. */
void tree_open(lua_State *L);

#endif
