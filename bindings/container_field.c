#include "container_field.h"

#include <lauxlib.h>
#include <string.h>

#include "container.h"

static void push_labels(lua_State *L, const neap_container *c)
{
    size_t count = neap_container_label_count(c);

    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        neap_label label = neap_container_label(c, i);

        lua_pushstring(L, label.value);
        lua_setfield(L, -2, label.key);
    }
}

static void push_any(lua_State *L, neap_any any)
{
    if (any.type_url == NULL) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, 2);
    lua_pushstring(L, any.type_url);
    lua_setfield(L, -2, "type_url");
    lua_pushlstring(L, any.data, any.size);
    lua_setfield(L, -2, "value");
}

static void push_extensions(lua_State *L, const neap_container *c)
{
    size_t count = neap_container_extension_count(c);

    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        neap_extension extension = neap_container_extension(c, i);

        push_any(L, extension.value);
        lua_setfield(L, -2, extension.name);
    }
}

/* nil for "": containerd has no word for a string that is not there. */
static void push_text(lua_State *L, const char *text)
{
    if (text[0] == '\0')
        lua_pushnil(L);
    else
        lua_pushstring(L, text);
}

static void push_id(lua_State *L, const neap_container *c)
{
    lua_pushstring(L, neap_container_id(c));
}

static void push_image(lua_State *L, const neap_container *c)
{
    push_text(L, neap_container_image(c));
}

static void push_runtime(lua_State *L, const neap_container *c)
{
    push_text(L, neap_container_runtime(c));
}

static void push_runtime_options(lua_State *L, const neap_container *c)
{
    push_any(L, neap_container_runtime_options(c));
}

static void push_spec(lua_State *L, const neap_container *c)
{
    push_any(L, neap_container_spec(c));
}

static void push_snapshotter(lua_State *L, const neap_container *c)
{
    push_text(L, neap_container_snapshotter(c));
}

static void push_snapshot_key(lua_State *L, const neap_container *c)
{
    push_text(L, neap_container_snapshot_key(c));
}

static void push_created_at(lua_State *L, const neap_container *c)
{
    lua_pushnumber(L, neap_container_created_at(c));
}

static void push_gone(lua_State *L, const neap_container *c)
{
    lua_pushboolean(L, neap_container_is_gone(c));
}

static void push_has_no_task(lua_State *L, const neap_container *c)
{
    lua_pushboolean(L, neap_container_has_no_task(c));
}

typedef struct field {
    const char *name;
    void (*push)(lua_State *L, const neap_container *c);
} field;

static const field fields[] = {
    { "id", push_id },
    { "labels", push_labels },
    { "image", push_image },
    { "runtime", push_runtime },
    { "runtime_options", push_runtime_options },
    { "spec_any", push_spec },
    { "snapshotter", push_snapshotter },
    { "snapshot_key", push_snapshot_key },
    { "extensions", push_extensions },
    { "created_at", push_created_at },
    { "gone", push_gone },
    { "has_no_task", push_has_no_task },
};

static int read_field(lua_State *L)
{
    const field *f = lua_touserdata(L, lua_upvalueindex(1));

    f->push(L, container_check(L, 1));
    return 1;
}

/* core.container_fields: functions of a container, by the field's name. */
static void push_fields(lua_State *L)
{
    size_t count = sizeof fields / sizeof *fields;

    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        lua_pushlightuserdata(L, (void *)&fields[i]);
        lua_pushcclosure(L, read_field, 1);
        lua_setfield(L, -2, fields[i].name);
    }
}

/* Lua: core.container_has_spec(container, bytes): is that its spec? To push the
 * spec and compare would leave a string of some KB to collect. */
static int container_has_spec(lua_State *L)
{
    neap_any spec = neap_container_spec(container_check(L, 1));
    size_t size;
    const char *bytes = luaL_checklstring(L, 2, &size);

    lua_pushboolean(L, spec.type_url != NULL && spec.size == size &&
                           memcmp(spec.data, bytes, size) == 0);
    return 1;
}

/* Lua: core.container_client(container): the handle of its client. */
static int container_client(lua_State *L)
{
    container_check(L, 1);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

void container_field_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "container_has_spec", container_has_spec },
        { "container_client", container_client },
        { NULL, NULL },
    };

    luaL_setfuncs(L, functions, 0);
    push_fields(L);
    lua_setfield(L, -2, "container_fields");
}
