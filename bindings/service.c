#include "service.h"

#include "neap/service.h"
#include "value.h"

int service_list(lua_State *L)
{
    neap_value **box = value_box(L);

    *box = neap_service_list();
    value_push(L, *box);
    value_unbox(L, -2);
    return 1;
}
