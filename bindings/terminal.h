#ifndef NEAP_BINDINGS_TERMINAL_H
#define NEAP_BINDINGS_TERMINAL_H

#include <lua.h>

/*
 * The program's own terminal: raw while a container's terminal is shown on it,
 * and as it was on every way out.
 */

/* Undo what terminal_raw did, if anything. Safe in a signal handler. */
void terminal_restore(void);

/* Lua: is_terminal(fd); a boolean. */
int terminal_is(lua_State *L);

/* Lua: raw(fd); true, or nil and a message. One terminal at a time. */
int terminal_raw(lua_State *L);

/* Lua: restore(). */
int terminal_undo(lua_State *L);

/* Lua: size(fd); columns and rows, or nil and a message. */
int terminal_size(lua_State *L);

#endif
