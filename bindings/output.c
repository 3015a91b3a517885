#include "output.h"

#include <lauxlib.h>

static int reason;

int output_blame(lua_State *L)
{
    int sys = (int)luaL_checkinteger(L, 1);

    if (reason == 0)
        reason = sys;
    return 0;
}

int output_reason(void)
{
    return reason;
}
