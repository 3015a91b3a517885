#ifndef NEAP_BINDINGS_HANGUP_H
#define NEAP_BINDINGS_HANGUP_H

#include <lua.h>

/*
 * Lua: hangup(fd). Wait until nobody is left at the other end of a pipe or a
 * socket: true. False, at once, for what has no other end, as a file.
 */
int hangup_wait(lua_State *L);

#endif
