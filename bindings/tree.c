#include "tree.h"

#include <lauxlib.h>

#include "call.h"
#include "context.h"
#include "neap/tree.h"

/* Lua: tree.remove(path): finished, even where who waits is cancelled */
static int tree_remove(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    neap_loop *loop = context_loop(L);
    call *c = call_new(L, sizeof *c, call_push_true, NULL);

    c->change = true;
    c->req = neap_tree_remove(loop, path, call_on_done, c);
    return call_await(L, c);
}

/* Lua: tree.copy(root, path, to) */
static int tree_copy(lua_State *L)
{
    const char *root = luaL_checkstring(L, 1);
    const char *path = luaL_checkstring(L, 2);
    const char *to = luaL_checkstring(L, 3);
    neap_loop *loop = context_loop(L);
    call *c = call_new(L, sizeof *c, call_push_true, NULL);

    c->req = neap_tree_copy(loop, root, path, to, call_on_done, c);
    return call_await(L, c);
}

static const luaL_Reg functions[] = {
    { "remove", tree_remove },
    { "copy", tree_copy },
    { NULL, NULL },
};

void tree_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "tree");
}
