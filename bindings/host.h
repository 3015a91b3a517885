#ifndef NEAP_BINDINGS_HOST_H
#define NEAP_BINDINGS_HOST_H

#include <lua.h>

/*
 * The module neap.host: what the program alone may do with its process. It is
 * linked into the program, and in no other host.
 */
int luaopen_neap_host(lua_State *L);

#endif
