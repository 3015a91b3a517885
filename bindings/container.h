#ifndef NEAP_BINDINGS_CONTAINER_H
#define NEAP_BINDINGS_CONTAINER_H

#include <lua.h>

#include "neap/container.h"

#define CONTAINER_TYPE "neap.container"

/* With the core table on top: define the class, set container_create etc. */
void container_open(lua_State *L);

neap_container *container_check(lua_State *L, int arg);

/*
 * Push the handle of `*container`, whose reference goes to it and clears it;
 * `client` is the stack index of its client's handle.
 */
void container_push(lua_State *L, neap_container **container, int client);

#endif
