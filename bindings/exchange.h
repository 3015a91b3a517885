#ifndef NEAP_BINDINGS_EXCHANGE_H
#define NEAP_BINDINGS_EXCHANGE_H

#include <lua.h>

#define EXCHANGE_TYPE "neap.exchange"

/* Define the class. */
void exchange_open(lua_State *L);

/* Lua: client:stream("package.Service/Method", request?, options?) */
int exchange_open_on(lua_State *L);

#endif
