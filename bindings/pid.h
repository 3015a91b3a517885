#ifndef NEAP_BINDINGS_PID_H
#define NEAP_BINDINGS_PID_H

#include <lua.h>

/* Make `core.pid` in the table at the top of the stack. */
void pid_open(lua_State *L);

#endif
