#ifndef NEAP_BINDINGS_FS_STAT_H
#define NEAP_BINDINGS_FS_STAT_H

#include <lua.h>

/* Functions of fs that say what a file is: { type=, mode=, uid=, ... }. */
int fs_stat(lua_State *L);
int fs_lstat(lua_State *L);
int fs_fstat(lua_State *L);

#endif
