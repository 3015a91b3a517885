#ifndef NEAP_BINDINGS_TASK_H
#define NEAP_BINDINGS_TASK_H

#include <lua.h>

/* With the core table on top: set core.task_start and the like. */
void task_open(lua_State *L);

#endif
