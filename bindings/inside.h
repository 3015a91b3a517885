#ifndef NEAP_BINDINGS_INSIDE_H
#define NEAP_BINDINGS_INSIDE_H

#include <lua.h>

/* Lua: fs.read_inside(root, path, limit): a file's bytes, or nil and errno. */
int inside_read(lua_State *L);

#endif
