#include "modules.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

typedef struct module {
    const char *name;
    const unsigned char *code;
    size_t size;
} module;

#include "modules.inc"

static int compare(const void *name, const void *item)
{
    return strcmp(name, ((const module *)item)->name);
}

/* A searcher, as package.searchers has them. */
static int search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const module *m = bsearch(name, modules, sizeof modules / sizeof *modules,
                              sizeof *modules, compare);

    if (m == NULL) {
        lua_pushfstring(L, "no module '%s' in the program", name);
        return 1;
    }
    if (luaL_loadbufferx(L, (const char *)m->code, m->size, name, "b") !=
        LUA_OK)
        return lua_error(L);
    lua_pushliteral(L, ":program:");
    return 2;
}

void modules_open(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    for (lua_Integer at = luaL_len(L, -1); at > 1; at--) {
        lua_rawgeti(L, -1, at);
        lua_rawseti(L, -2, at + 1);
    }
    lua_pushcfunction(L, search);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 2);
}
