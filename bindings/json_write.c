#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "neap/json.h"
#include "outcome.h"
#include "uint.h"
#include "value.h"
#include "walk.h"

/*
 * From Lua's tables straight into the text: a neutral value between them was
 * half of what it cost.
 */
#define SHEET_TYPE "neap.json.sheet"

/* In the registry: the texts of tables that nobody writes to any more. */
static const char kept_texts;

typedef struct name {
    const char *text; /* its table's */
    size_t length;
} name;

/* What is owned while Lua may raise. */
typedef struct sheet {
    neap_json_writer *writer;
    bool pretty;
    name *names; /* of the maps that are being written, each sorted */
    size_t count, room;
} sheet;

static void empty(sheet *s)
{
    neap_json_writer_free(s->writer);
    free(s->names);
    *s = (sheet){ 0 };
}

static int sheet_gc(lua_State *L)
{
    empty(lua_touserdata(L, 1));
    return 0;
}

static sheet *new_sheet(lua_State *L, bool pretty)
{
    sheet *s = lua_newuserdatauv(L, sizeof *s, 0);

    *s = (sheet){ 0 };
    if (luaL_newmetatable(L, SHEET_TYPE)) {
        lua_pushcfunction(L, sheet_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    s->writer = neap_json_writer_new(pretty);
    s->pretty = pretty;
    return s;
}

static void put_name(lua_State *L, sheet *s, name n)
{
    if (s->count == s->room) {
        size_t room = s->room != 0 ? 2 * s->room : 64;
        name *names = realloc(s->names, room * sizeof *names);

        if (names == NULL)
            luaL_error(L, "not enough memory");
        s->names = names;
        s->room = room;
    }
    s->names[s->count++] = n;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const name *)left)->text, ((const name *)right)->text);
}

/* Lua gives a map's names no order. */
static void sort_names(lua_State *L, sheet *s, walk *at)
{
    walk inner = walk_into(at);
    size_t first = s->count;

    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        size_t length = walk_take_key(L, at, &inner);

        put_name(L, s, (name){ at->key, length });
        lua_pop(L, 1);
    }
    if (s->count - first > 1)
        qsort(s->names + first, s->count - first, sizeof *s->names,
              compare_names);
}

static void write_value(lua_State *L, sheet *s, const walk *here);

static void write_map(lua_State *L, sheet *s, walk *at)
{
    walk inner = walk_into(at);
    size_t first = s->count, end;

    sort_names(L, s, at);
    end = s->count;
    neap_json_begin_map(s->writer);
    for (size_t i = first; i < end; i++) {
        name n = s->names[i];

        at->key = n.text;
        neap_json_key(s->writer, n.text, n.length);
        lua_pushlstring(L, n.text, n.length);
        lua_rawget(L, -2);
        write_value(L, s, &inner);
        lua_pop(L, 1);
    }
    neap_json_end(s->writer);
    s->count = first;
}

static void write_list(lua_State *L, sheet *s, walk *at)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    walk inner = walk_into(at);

    walk_check_list(L, at);
    neap_json_begin_list(s->writer);
    for (at->index = 1; at->index <= count; at->index++) {
        lua_rawgeti(L, -1, at->index);
        write_value(L, s, &inner);
        lua_pop(L, 1);
    }
    neap_json_end(s->writer);
}

/* Is the text of the table on top kept? Then it is on top, else nil. */
static bool push_kept(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_texts) == LUA_TTABLE) {
        lua_pushvalue(L, -2);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    return !lua_isnil(L, -1);
}

static bool write_kept(lua_State *L, sheet *s)
{
    const char *text;
    size_t size;

    if (s->pretty)
        return false;
    text = push_kept(L) ? lua_tolstring(L, -1, &size) : NULL;
    if (text != NULL)
        neap_json_written(s->writer, text, size);
    lua_pop(L, 1);
    return text != NULL;
}

static void write_table(lua_State *L, sheet *s, const walk *here)
{
    walk at = *here;

    if (write_kept(L, s))
        return;
    walk_enter(L, &at);
    if (value_is_array(L, -1))
        write_list(L, s, &at);
    else
        write_map(L, s, &at);
}

static void write_userdata(lua_State *L, sheet *s, const walk *here)
{
    uint64_t number;

    if (uint_test(L, -1, &number))
        neap_json_uint(s->writer, number);
    else if (lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL)
        neap_json_null(s->writer);
    else
        walk_refuse_type(L, here);
}

/* What is on top of the stack. */
static void write_value(lua_State *L, sheet *s, const walk *here)
{
    const char *data;
    size_t length;

    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        neap_json_bool(s->writer, lua_toboolean(L, -1));
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            neap_json_int(s->writer, lua_tointeger(L, -1));
        else
            neap_json_double(s->writer, lua_tonumber(L, -1));
        break;
    case LUA_TSTRING:
        data = lua_tolstring(L, -1, &length);
        neap_json_string(s->writer, data, length);
        break;
    case LUA_TTABLE:
        write_table(L, s, here);
        break;
    default:
        write_userdata(L, s, here);
    }
}

int json_write(lua_State *L, int arg, bool pretty)
{
    walk root = { .arg = arg };
    neap_error *err;
    const char *text;
    size_t size;
    sheet *s;

    luaL_checkany(L, arg);
    err = outcome_new(L);
    s = new_sheet(L, pretty);
    lua_pushvalue(L, arg);
    write_value(L, s, &root);
    text = neap_json_text(s->writer, &size, err);
    if (text == NULL)
        return outcome_return(L, false, err);
    lua_pushlstring(L, text, size);
    empty(s); /* now: it may be large, and the collector does not know */
    return 1;
}

/* Made by the first call; a table's text goes with the table. */
static void push_texts(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_texts) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kept_texts);
}

int json_keep(lua_State *L)
{
    int results;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    results = json_write(L, 1, false);
    if (results != 1)
        return results;
    push_texts(L);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_settop(L, 1);
    return 1;
}
