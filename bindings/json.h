#ifndef NEAP_BINDINGS_JSON_H
#define NEAP_BINDINGS_JSON_H

#include <lua.h>

/* With the core table on top, set core.json: encode, decode, array, is_array,
 * uint, null. */
void json_open(lua_State *L);

#endif
