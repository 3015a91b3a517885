#ifndef NEAP_BINDINGS_WRAP_H
#define NEAP_BINDINGS_WRAP_H

#include <lua.h>

/*
 * Generators through which waits pass: coroutine.wrap for code that waits. A
 * wait inside yields from the generator to whoever calls it, which yields on,
 * down to the fiber. With the core table on top: set core.wrap.
 */
void wrap_open(lua_State *L);

#endif
