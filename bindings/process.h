#ifndef NEAP_BINDINGS_PROCESS_H
#define NEAP_BINDINGS_PROCESS_H

#include <lua.h>

#include "neap/process.h"

#define TASK_TYPE    "neap.task"
#define PROCESS_TYPE "neap.process"

/* With the core table on top: define the classes, set task_start and so on. */
void process_open(lua_State *L);

/* The task or process at `arg`. */
neap_process *process_check(lua_State *L, int arg);

/* The task at `arg`. */
neap_task *task_check(lua_State *L, int arg);

/* "running" and so on. Static storage. */
const char *process_status_name(neap_status status);

/* Push the handle of `*process`, whose reference goes to it and clears it;
 * `container` is the stack index of its container's handle. */
void process_push(lua_State *L, neap_process **process, int container);

#endif
