#ifndef NEAP_BINDINGS_HANDLE_H
#define NEAP_BINDINGS_HANDLE_H

#include <lua.h>
#include <stdbool.h>

/*
 * Userdata that holds one pointer of the core's. NULL is closed, or not filled
 * yet: a handle is made first and filled after, so that nothing is half-owned.
 *
 * There is one userdata per pointer, found again by a weak table: one object
 * per live record. Only what holds its pointer until it is collected may be
 * filled so: a pointer that was freed is given out again.
 */

/* Push an empty handle of class `type`, with `parent` (a stack index) kept. */
void **handle_new(lua_State *L, const char *type, int parent);

/* Push the handle that holds `pointer` already. False: none is there. */
bool handle_find(lua_State *L, const void *pointer);

/* The handle on top holds `pointer` from now on. */
void handle_fill(lua_State *L, void **slot, void *pointer);

/* What the handle at `arg` holds; NULL is closed. Raises on another type. */
void *handle_check(lua_State *L, int arg, const char *type);

/* The string in field `name` of the table at `index`; NULL where it is nil. It
 * stays valid as long as the table has it. Raises on another type. */
const char *field_string(lua_State *L, int index, const char *name);
double
field_number(lua_State *L, int index, const char *name, double otherwise);
bool field_bool(lua_State *L, int index, const char *name);

/* Define the weak table. */
void handle_open(lua_State *L);

#endif
