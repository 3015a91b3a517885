#ifndef NEAP_BINDINGS_CORE_H
#define NEAP_BINDINGS_CORE_H

#include <lua.h>

/* The entry point: require "neap.core". */
int luaopen_neap_core(lua_State *L);

#endif
