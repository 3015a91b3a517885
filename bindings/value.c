#include "value.h"

#include <lauxlib.h>
#include <limits.h>

#include "outcome.h"
#include "uint.h"
#include "walk.h"

#define BOX_TYPE   "neap.value"
#define ARRAY_TYPE "neap.array"

void value_unbox(lua_State *L, int index)
{
    neap_value **box = lua_touserdata(L, index);

    neap_value_free(*box);
    *box = NULL;
}

static int box_gc(lua_State *L)
{
    value_unbox(L, 1);
    return 0;
}

neap_value **value_box(lua_State *L)
{
    neap_value **box = lua_newuserdatauv(L, sizeof *box, 0);

    *box = NULL;
    if (luaL_newmetatable(L, BOX_TYPE)) {
        lua_pushcfunction(L, box_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return box;
}

void value_push_null(lua_State *L)
{
    lua_pushlightuserdata(L, NULL);
}

static bool is_marked(lua_State *L, int index)
{
    bool marked;

    if (!lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, ARRAY_TYPE);
    marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

bool value_mark_array(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_getmetatable(L, index)) {
        lua_pop(L, 1);
        return is_marked(L, index);
    }
    luaL_newmetatable(L, ARRAY_TYPE);
    lua_setmetatable(L, index);
    return true;
}

bool value_is_array(lua_State *L, int index)
{
    return lua_istable(L, index) &&
           (lua_rawlen(L, index) > 0 || is_marked(L, index));
}

/* --- to Lua --------------------------------------------------------------- */

static void push_list(lua_State *L, const neap_value *list)
{
    size_t count = neap_value_count(list);

    lua_createtable(L, count < INT_MAX ? (int)count : 0, 0);
    for (size_t i = 0; i < count; i++) {
        value_push(L, neap_value_item(list, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    value_mark_array(L, -1);
}

static void push_map(lua_State *L, const neap_value *map)
{
    size_t count = neap_value_count(map);

    lua_createtable(L, 0, count < INT_MAX ? (int)count : 0);
    for (size_t i = 0; i < count; i++) {
        value_push(L, neap_value_item(map, i));
        lua_setfield(L, -2, neap_value_key(map, i));
    }
}

void value_push(lua_State *L, const neap_value *value)
{
    const char *data;
    size_t length;

    luaL_checkstack(L, 4, "too deep");
    switch (neap_value_kind(value)) {
    case NEAP_KIND_NULL:
        value_push_null(L);
        break;
    case NEAP_KIND_BOOL:
        lua_pushboolean(L, neap_value_bool(value));
        break;
    case NEAP_KIND_INT:
        lua_pushinteger(L, (lua_Integer)neap_value_int(value));
        break;
    case NEAP_KIND_UINT:
        uint_push(L, neap_value_uint(value));
        break;
    case NEAP_KIND_DOUBLE:
        lua_pushnumber(L, neap_value_double(value));
        break;
    case NEAP_KIND_BYTES:
        data = neap_value_bytes(value, &length);
        lua_pushlstring(L, data, length);
        break;
    case NEAP_KIND_LIST:
        push_list(L, value);
        break;
    case NEAP_KIND_MAP:
        push_map(L, value);
        break;
    }
}

/* --- from Lua ------------------------------------------------------------- */

static neap_value *shell_of(lua_State *L, const walk *at)
{
    const char *data;
    size_t length;
    uint64_t number;

    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        return neap_value_new_bool(lua_toboolean(L, -1));
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            return neap_value_new_int(lua_tointeger(L, -1));
        return neap_value_new_double(lua_tonumber(L, -1));
    case LUA_TSTRING:
        data = lua_tolstring(L, -1, &length);
        return neap_value_new_bytes(data, length);
    case LUA_TTABLE:
        return value_is_array(L, -1) ? neap_value_new_list()
                                     : neap_value_new_map();
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, -1) == NULL)
            return neap_value_new_null();
        break;
    case LUA_TUSERDATA:
        if (uint_test(L, -1, &number))
            return neap_value_new_uint(number);
        break;
    }
    walk_refuse_type(L, at);
    return NULL;
}

static void fill(lua_State *L, neap_value *value, const walk *up);

static void fill_list(lua_State *L, neap_value *list, walk *at)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    walk inner = walk_into(at);

    walk_check_list(L, at);
    for (at->index = 1; at->index <= count; at->index++) {
        lua_rawgeti(L, -1, at->index);
        fill(L, neap_value_append(list, shell_of(L, &inner)), &inner);
        lua_pop(L, 1);
    }
}

static void fill_map(lua_State *L, neap_value *map, walk *at)
{
    walk inner = walk_into(at);

    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        walk_take_key(L, at, &inner);
        fill(L, neap_value_put(map, at->key, shell_of(L, &inner)), &inner);
        lua_pop(L, 1);
    }
    neap_value_sort(map);
}

/*
 * Give `value`, made for the table on top of the stack, its entries. It has
 * been put into its parent before, so that the box owns all of it whenever Lua
 * raises.
 */
static void fill(lua_State *L, neap_value *value, const walk *here)
{
    walk at = *here;

    if (!lua_istable(L, -1))
        return;
    walk_enter(L, &at);
    if (neap_value_kind(value) == NEAP_KIND_LIST)
        fill_list(L, value, &at);
    else
        fill_map(L, value, &at);
}

const neap_value *value_check(lua_State *L, int arg)
{
    walk root = { .arg = arg };
    neap_value **box;

    luaL_checkany(L, arg);
    box = value_box(L);
    lua_pushvalue(L, arg);
    *box = shell_of(L, &root);
    fill(L, *box, &root);
    lua_pop(L, 1);
    return *box;
}

const neap_value *value_opt(lua_State *L, int arg)
{
    if (!lua_isnoneornil(L, arg))
        return value_check(L, arg);
    value_box(L);
    return NULL;
}

int value_parse(lua_State *L,
                neap_value *(*parse)(const char *text,
                                     size_t length,
                                     neap_error *err))
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    neap_error *err = outcome_new(L);
    neap_value **box = value_box(L);

    *box = parse(text, length, err);
    if (*box == NULL)
        return outcome_return(L, false, err);
    value_push(L, *box);
    value_unbox(L, -2);
    return 1;
}
