#include "service.h"

#include <lauxlib.h>

#include "neap/service.h"
#include "value.h"

/* The list that neap/service.h describes. */
static int core_services(lua_State *L)
{
    neap_value **box = value_box(L);

    *box = neap_service_list();
    value_push(L, *box);
    value_unbox(L, -2);
    return 1;
}

void service_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "services", core_services },
        { NULL, NULL },
    };

    luaL_setfuncs(L, functions, 0);
}
