#ifndef NEAP_BINDINGS_CONTAINER_CONFIG_H
#define NEAP_BINDINGS_CONTAINER_CONFIG_H

#include <lua.h>

#include "neap/container.h"

/*
 * What a record is made of, from Lua's tables. It borrows from these, and from
 * scratch memory that is left on the stack.
 */

/* The table at `arg`: see core.container_create. */
void container_config_check(lua_State *L,
                            int arg,
                            neap_container_config *config);

/* The table at `index` as labels; NULL for nil. Values that are false remove.
 */
neap_label *container_labels_check(lua_State *L, int index, size_t *count);

/* The Any { type_url=, value= } in field `name` of the table at `index`. */
neap_any field_any(lua_State *L, int index, const char *name);

#endif
