#include "yaml.h"

#include <lauxlib.h>

#include "neap/yaml.h"
#include "outcome.h"
#include "value.h"

static int yaml_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    neap_error *err = outcome_new(L);
    neap_value **box = value_box(L);

    *box = neap_yaml_parse(text, length, err);
    if (*box == NULL)
        return outcome_return(L, false, err);
    value_push(L, *box);
    value_unbox(L, -2);
    return 1;
}

void yaml_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "decode", yaml_decode },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_setfield(L, -2, "yaml");
}
