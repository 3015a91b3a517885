#include "yaml.h"

#include <lauxlib.h>

#include "neap/yaml.h"
#include "value.h"

static int yaml_decode(lua_State *L)
{
    return value_parse(L, neap_yaml_parse);
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
