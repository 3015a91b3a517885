#ifndef NEAP_BINDINGS_PROCESS_CALLS_H
#define NEAP_BINDINGS_PROCESS_CALLS_H

#include <lua.h>

/* With the core table on top: set core.process_wait and the like. */
void process_calls_open(lua_State *L);

/* Methods of the classes, which process.c defines. */
int process_status(lua_State *L);
int task_pause(lua_State *L);
int task_resume(lua_State *L);

#endif
