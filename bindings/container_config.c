#include "container_config.h"

#include <lauxlib.h>

#include "handle.h"

neap_any field_any(lua_State *L, int index, const char *name)
{
    neap_any any = { 0 };
    int type = lua_getfield(L, index, name);

    if (type == LUA_TTABLE) {
        any.type_url = field_string(L, -1, "type_url");
        lua_getfield(L, -1, "value");
        any.data = lua_tolstring(L, -1, &any.size);
        lua_pop(L, 1);
    } else if (type != LUA_TNIL) {
        luaL_error(L, "field '%s': table expected, got %s", name,
                   luaL_typename(L, -1));
    }
    lua_pop(L, 1);
    return any;
}

/* How many entries the table at `index` has, each with a name. */
static size_t count_names(lua_State *L, int index, const char *what)
{
    size_t count = 0;

    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: a name is no string", what);
        ++count;
    }
    return count;
}

neap_label *container_labels_check(lua_State *L, int index, size_t *count)
{
    neap_label *labels;

    *count = 0;
    index = lua_absindex(L, index);
    if (lua_isnil(L, index))
        return NULL;
    labels = lua_newuserdatauv(
        L, (count_names(L, index, "labels") + 1) * sizeof *labels, 0);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        labels[*count].key = lua_tostring(L, -2);
        labels[(*count)++].value =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    }
    return labels;
}

/* The table at `index` as extensions: Anys by name; NULL for nil. */
static neap_extension *check_extensions(lua_State *L, int index, size_t *count)
{
    neap_extension *all;

    *count = 0;
    index = lua_absindex(L, index);
    if (lua_isnil(L, index))
        return NULL;
    all = lua_newuserdatauv(
        L, (count_names(L, index, "extensions") + 1) * sizeof *all, 0);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        all[*count].name = lua_tostring(L, -2);
        all[*count].value = field_any(L, index, all[*count].name);
        if (all[*count].value.type_url == NULL)
            luaL_error(L, "extensions: '%s' has no type_url", all[*count].name);
        ++*count;
    }
    return all;
}

void container_config_check(lua_State *L,
                            int arg,
                            neap_container_config *config)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    *config = (neap_container_config){ 0 };
    config->id = field_string(L, arg, "id");
    config->image = field_string(L, arg, "image");
    config->runtime = field_string(L, arg, "runtime");
    config->runtime_options = field_any(L, arg, "runtime_options");
    config->spec = field_any(L, arg, "spec");
    config->snapshotter = field_string(L, arg, "snapshotter");
    config->snapshot_key = field_string(L, arg, "snapshot_key");
    luaL_argcheck(L, config->id != NULL, arg, "id expected");
    lua_getfield(L, arg, "labels");
    config->labels = container_labels_check(L, -1, &config->label_count);
    lua_getfield(L, arg, "extensions");
    config->extensions = check_extensions(L, -1, &config->extension_count);
}
