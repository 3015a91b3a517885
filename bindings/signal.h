#ifndef NEAP_BINDINGS_SIGNAL_H
#define NEAP_BINDINGS_SIGNAL_H

#include <lua.h>

/*
 * Signals that the program is sent, as something to wait for.
 *
 * Not uv_signal: whoever asks twice for the end must get it while a script
 * computes and the loop stands still. The handler itself sees to that.
 */

/* Prepare the bell on the loop of `L`; it is closed with the Lua state. */
void signal_open(lua_State *L);

/*
 * Lua: listen(number, ends). Hear it from now on. The second signal heard with
 * `ends` restores the terminal and ends the program with 128 + number.
 */
int signal_listen(lua_State *L);

/* Lua: ignore(number). Let it do again what it does by default. */
int signal_ignore(lua_State *L);

/* Lua: signal(). Wait for one; its number. One waiter at a time. */
int signal_wait(lua_State *L);

#endif
