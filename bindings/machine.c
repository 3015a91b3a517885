#include "machine.h"

#include <lauxlib.h>
#include <sys/utsname.h>

/* Lua: core.uname(): the kernel's release, and the machine's name */
static int core_uname(lua_State *L)
{
    struct utsname name;

    if (uname(&name) != 0)
        return luaL_error(L, "uname failed");
    lua_pushstring(L, name.release);
    lua_pushstring(L, name.machine);
    return 2;
}

static const luaL_Reg functions[] = {
    { "uname", core_uname },
    { NULL, NULL },
};

void machine_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
