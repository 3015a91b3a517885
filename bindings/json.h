#ifndef NEAP_BINDINGS_JSON_H
#define NEAP_BINDINGS_JSON_H

#include <lua.h>

/* Push core.json: encode, decode, array, is_array, uint, null. */
int json_push(lua_State *L);

#endif
