#ifndef NEAP_BINDINGS_WALK_H
#define NEAP_BINDINGS_WALK_H

#include <lua.h>
#include <stddef.h>

/*
 * A way into a Lua value: a table that is being read, and the place in it. The
 * chain of them leads to the value at hand: it names that in errors and finds
 * tables in themselves. The table, or the value, is on top of the stack.
 */
typedef struct walk {
    const struct walk *up;
    const void *table;
    const char *key; /* NULL: an index */
    lua_Integer index;
    int depth;
    int arg; /* of the function that was called */
} walk;

/* For what is in the table at `up`. */
walk walk_into(const walk *up);

/* Go into the table; raises where it holds itself, or is too deep. */
void walk_enter(lua_State *L, walk *at);

/* Raises where a list has another key than its indices. */
void walk_check_list(lua_State *L, const walk *at);

/* Take the key below the value on top for the place; its length. Raises where
 * it is no string, or has a NUL byte; `inner` is the way to the value. */
size_t walk_take_key(lua_State *L, walk *at, const walk *inner);

/* Raise, naming the value at `at`: what is on top is no value. */
int walk_refuse_type(lua_State *L, const walk *at);

#endif
