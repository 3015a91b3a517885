#ifndef YAML_H
#define YAML_H

#include <lua.h>

/* With the core table on top, set core.yaml: decode. */
void yaml_open(lua_State *L);

#endif
