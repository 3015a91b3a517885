#ifndef NEAP_BINDINGS_CLASS_H
#define NEAP_BINDINGS_CLASS_H

#include <lauxlib.h>
#include <lua.h>

/*
 * Classes of userdata. Each has user value 1 for its parent, which it keeps
 * alive, and user value 2 for its private table (core.state).
 *
 * Define class `name` ("client") with metatable "neap.client". Its methods are
 * core.classes.client, the metatable's __index, where Lua adds its own.
 * `metamethods` may be NULL.
 */
void class_define(lua_State *L,
                  const char *name,
                  const luaL_Reg *methods,
                  const luaL_Reg *metamethods);

/* With the core table on top: set core.classes and core.state. */
void class_open(lua_State *L);

#endif
