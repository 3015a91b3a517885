#ifndef NEAP_BINDINGS_CLIENT_H
#define NEAP_BINDINGS_CLIENT_H

#include <lua.h>

#include "neap/client.h"

#define CLIENT_TYPE "neap.client"

/* With the core table on top: define the class, set connect and the like. */
void client_open(lua_State *L);

/* The client at `arg`; raises if it is something else, or closed. */
neap_client *client_check(lua_State *L, int arg);

/* How long a change of `client` may take before its outcome is pending. */
double client_patience(lua_State *L, int arg);

#endif
