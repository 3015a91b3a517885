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
        { "file", NEAP_STDIO_FILE },
    };
    const char *name = field_string(L, index, "kind");

    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    luaL_error(L, "unknown kind of stream");
    return NEAP_STDIO_NULL;
}

static neap_stdio_end check_end(lua_State *L, int index, const char *name)
{
    neap_stdio_end end = { 0 };

    if (lua_getfield(L, index, name) == LUA_TTABLE) {
        int table = lua_gettop(L);

        end.kind = check_kind(L, table);
        end.path = field_string(L, table, "path");
        end.file = field_string(L, table, "file");
        end.fd = (int)field_number(L, table, "fd", -1);
        end.limit = (size_t)field_number(L, table, "limit", 0);
        end.holds = field_bool(L, table, "holds");
        if (end.kind != NEAP_STDIO_NULL && end.path == NULL)
            luaL_error(L, "%s: path of the FIFO expected", name);
        if (end.kind == NEAP_STDIO_FILE && end.file == NULL)
            luaL_error(L, "%s: file expected", name);
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
    io.uid = (unsigned)field_number(L, index, "uid", 0);
    io.gid = (unsigned)field_number(L, index, "gid", 0);
    return io;
}
