#ifndef NEAP_BINDINGS_FS_H
#define NEAP_BINDINGS_FS_H

#include <lua.h>

/*
 * With the core table on top: set core.fs, what policy needs to look at paths
 * and to make and remove what is Neap's own. Failures are nil and the errno's
 * name, "ENOENT": the policy that asked says what it means.
 */
void fs_open(lua_State *L);

/* Push nil and the name of errno; what a function of fs returns. */
int fs_fail(lua_State *L);

#endif
