#ifndef NEAP_BINDINGS_CONDITION_H
#define NEAP_BINDINGS_CONDITION_H

#include <lua.h>

/*
 * A condition: fibers wait until somebody notifies it. It holds no state but
 * who waits; Lua builds queues, locks and semaphores on it.
 *
 * With the core table on top: define the class, set core.condition.
 */
void condition_open(lua_State *L);

#endif
