#ifndef NEAP_BINDINGS_VALUE_H
#define NEAP_BINDINGS_VALUE_H

#include <lua.h>
#include <stdbool.h>

#include "neap/error.h"
#include "neap/value.h"

/*
 * Lua values <-> the core's neutral ones.
 *
 *    null       value_push_null's sentinel, core.json.null
 *    integers   integers; beyond 2^63 - 1 a neap.uint (uint.h)
 *    list       a table marked as an array, so that an empty one stays a list
 *    map        a table; Lua gives its keys no order, here they are sorted
 *
 * Towards the core a table is a list when it is marked or has a [1], else a
 * map.
 */

/*
 * Push a userdata that owns the value stored in it and frees it when it is
 * collected: what is owned across calls of Lua that may raise.
 */
neap_value **value_box(lua_State *L);

/* Free what the box at `index` owns now: the collector does not see its size.
 */
void value_unbox(lua_State *L, int index);

/*
 * The argument `arg` as a value: borrowed from a box that is left on top of the
 * stack. Raises for what is no value: functions, tables that mix list and map
 * or hold themselves, more than NEAP_VALUE_DEPTH levels; the message says
 * where.
 */
const neap_value *value_check(lua_State *L, int arg);

/* The same for an argument that may be nil or missing: NULL, and a box too. */
const neap_value *value_opt(lua_State *L, int arg);

/* Push `value`, which stays the caller's. */
void value_push(lua_State *L, const neap_value *value);

/* What a function of Lua's returns that parses the text at 1 by the core's
 * `parse`: the value, or nil and an error. */
int value_parse(lua_State *L,
                neap_value *(*parse)(const char *text,
                                     size_t length,
                                     neap_error *err));

/* Push the sentinel that stands for null. */
void value_push_null(lua_State *L);

/* Mark the table at `index` as an array. False if it has another metatable. */
bool value_mark_array(lua_State *L, int index);

/* Whether the table at `index` would become a list. */
bool value_is_array(lua_State *L, int index);

#endif
