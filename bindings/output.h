#ifndef NEAP_BINDINGS_OUTPUT_H
#define NEAP_BINDINGS_OUTPUT_H

#include <lua.h>

/*
 * Why writing to standard output failed. The stream itself keeps a mark, and
 * no reason.
 */

/* Lua: host.blame(errno): remember it; the first one counts */
int output_blame(lua_State *L);

/* An errno; 0: nothing was blamed. */
int output_reason(void);

#endif
