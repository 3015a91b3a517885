#include "host.h"

#include <lauxlib.h>

#include "hangup.h"
#include "output.h"
#include "signal.h"
#include "terminal.h"

static const luaL_Reg functions[] = {
    { "blame", output_blame },      { "ignore", signal_ignore },
    { "is_terminal", terminal_is }, { "listen", signal_listen },
    { "raw", terminal_raw },        { "restore", terminal_undo },
    { "signal", signal_wait },      { "size", terminal_size },
    { "hangup", hangup_wait },      { NULL, NULL },
};

/* neap.core must be open: the loop is its. */
int luaopen_neap_host(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    luaL_argcheck(L, lua_getfield(L, -1, "neap.core") != LUA_TNIL, 1,
                  "neap.core is not loaded");
    signal_open(L);
    luaL_newlib(L, functions);
    return 1;
}
