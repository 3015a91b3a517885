#include "io.h"

#include <lauxlib.h>
#include <string.h>

#include "handle.h"

static neap_stdio_kind check_kind(lua_State *L, int index)
{
    static const struct {
        const char *name;
        neap_stdio_kind kind;
    } kinds[] = {
        { "null", NEAP_STDIO_NULL },       { "pipe", NEAP_STDIO_PIPE },
        { "capture", NEAP_STDIO_CAPTURE }, { "fd", NEAP_STDIO_FD },
        { "file", NEAP_STDIO_FILE },       { "other", NEAP_STDIO_OTHER },
    };
    const char *name = field_string(L, index, "kind");

    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    luaL_error(L, "unknown kind of stream");
    return NEAP_STDIO_NULL;
}

static neap_policy check_policy(lua_State *L, int index)
{
    static const char *const names[] = { "block", "drop", "spill" };
    const char *name = field_string(L, index, "policy");

    for (int i = 0; name != NULL && i < 3; i++)
        if (strcmp(name, names[i]) == 0)
            return (neap_policy)i;
    if (name != NULL)
        luaL_error(L, "unknown policy");
    return NEAP_POLICY_BLOCK;
}

void io_check_policy(lua_State *L, int index, neap_stdio_end *end)
{
    end->buffer = (size_t)field_number(L, index, "buffer", 0);
    end->policy = check_policy(L, index);
    end->spill_dir = field_string(L, index, "spill_dir");
    end->spill_limit = (uint64_t)field_number(L, index, "spill_limit", 0);
    if (end->policy == NEAP_POLICY_SPILL &&
        (end->spill_dir == NULL || end->spill_limit == 0))
        luaL_error(L, "spill_dir and spill_limit expected");
}

/* What the end on top says of itself. */
static neap_stdio_end check_fields(lua_State *L, const char *name)
{
    int table = lua_gettop(L);
    neap_stdio_end end = { .kind = check_kind(L, table) };

    end.path = field_string(L, table, "path");
    end.file = field_string(L, table, "file");
    end.fd = (int)field_number(L, table, "fd", -1);
    end.limit = (size_t)field_number(L, table, "limit", 0);
    end.holds = field_bool(L, table, "holds");
    io_check_policy(L, table, &end);
    if (end.kind == NEAP_STDIO_FILE && end.file == NULL)
        luaL_error(L, "%s: file expected", name);
    return end;
}

static const char more_key = 0; /* its address is our place in the table */

/* The ends of the list on top, kept by that. */
static const neap_stdio_end *
check_more(lua_State *L, const char *name, size_t count)
{
    int list = lua_gettop(L);
    neap_stdio_end *ends = lua_newuserdatauv(L, count * sizeof *ends, 0);

    lua_rawsetp(L, list, &more_key);
    for (size_t i = 0; i < count; i++) {
        lua_geti(L, list, (lua_Integer)i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        ends[i] = check_fields(L, name);
        lua_pop(L, 1);
    }
    return ends;
}

static neap_stdio_end check_end(lua_State *L, int index, const char *name)
{
    neap_stdio_end end = { 0 };

    if (lua_getfield(L, index, name) == LUA_TTABLE) {
        end = check_fields(L, name);
        if (end.kind != NEAP_STDIO_NULL && end.path == NULL)
            luaL_error(L, "%s: path of the FIFO expected", name);
        if (lua_getfield(L, -1, "more") == LUA_TTABLE) {
            end.more_count = lua_rawlen(L, -1);
            end.more = check_more(L, name, end.more_count);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return end;
}

neap_stdio io_check(lua_State *L, int index)
{
    neap_stdio io = { 0 };

    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    io.in = check_end(L, index, "stdin");
    io.out = check_end(L, index, "stdout");
    io.err = check_end(L, index, "stderr");
    io.terminal = field_bool(L, index, "terminal");
    io.adopt = field_bool(L, index, "adopt");
    io.drain_s = field_number(L, index, "drain", 0);
    io.reader = field_string(L, index, "reader");
    io.reader_is_file = field_bool(L, index, "reader_is_file");
    io.uid = (unsigned)field_number(L, index, "uid", 0);
    io.gid = (unsigned)field_number(L, index, "gid", 0);
    return io;
}
