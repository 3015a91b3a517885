#ifndef NEAP_BINDINGS_UINT_H
#define NEAP_BINDINGS_UINT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Integers from 2^63 to 2^64 - 1, which Lua's own cannot hold: RLIM_INFINITY,
 * limits of cgroup v2. A userdata that compares with numbers, prints its digits
 * and goes back into JSON and messages as it came. Smaller ones are integers.
 */

/* Push `number`: an integer where that holds it. */
void uint_push(lua_State *L, uint64_t number);

/* Whether `index` is such a userdata, and which number it is. */
bool uint_test(lua_State *L, int index, uint64_t *number);

/* core.json.uint(digits): the number that a decimal string names. */
int uint_new(lua_State *L);

#endif
