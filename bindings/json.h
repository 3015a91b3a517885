#ifndef NEAP_BINDINGS_JSON_H
#define NEAP_BINDINGS_JSON_H

#include <lua.h>
#include <stdbool.h>

/* With the core table on top, set core.json: encode, decode, array, is_array,
 * uint, keep, null. */
void json_open(lua_State *L);

/* Push the argument `arg` as JSON, and answer 1; nil and an error where JSON
 * has no word for it. Raises for what is no value, as value_check does. */
int json_write(lua_State *L, int arg, bool pretty);

/* core.json.keep(table): keep its text, for it is written to no more: what it
 * is in is encoded with that text. Answers the table; nil and an error as
 * encode. */
int json_keep(lua_State *L);

#endif
