#include "inflate.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "class.h"

#define INFLATE_TYPE     "neap.inflate"
#define WITH_GZIP_HEADER (15 + 16)
#define ROOM             65536

/* What is compressed as gzip does, piece by piece; members may follow one
 * another. */
typedef struct inflater {
    z_stream stream;
    bool open;
    bool inside; /* a member that has not ended */
    gz_header header;
    Bytef comment[64];
} inflater;

static int inflate_gc(lua_State *L)
{
    inflater *x = luaL_checkudata(L, 1, INFLATE_TYPE);

    if (x->open)
        inflateEnd(&x->stream);
    x->open = false;
    return 0;
}

static void want_header(inflater *x)
{
    x->header.comment = x->comment;
    x->header.comm_max = sizeof x->comment - 1;
    inflateGetHeader(&x->stream, &x->header);
}

/* Lua: core.inflate() */
static int core_inflate(lua_State *L)
{
    inflater *x = lua_newuserdatauv(L, sizeof *x, 2);

    memset(x, 0, sizeof *x);
    luaL_setmetatable(L, INFLATE_TYPE);
    if (inflateInit2(&x->stream, WITH_GZIP_HEADER) != Z_OK)
        return luaL_error(L, "not enough memory");
    x->open = true;
    want_header(x);
    return 1;
}

/* Lua: inflate:feed(bytes): what they are, or nil and what is wrong */
static int inflate_feed(lua_State *L)
{
    inflater *x = luaL_checkudata(L, 1, INFLATE_TYPE);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);
    luaL_Buffer out;

    luaL_argcheck(L, x->open, 1, "closed");
    luaL_buffinit(L, &out);
    x->stream.next_in = (Bytef *)data;
    x->stream.avail_in = (uInt)size;
    do {
        bool any = x->stream.avail_in > 0;
        int result;

        x->stream.next_out = (Bytef *)luaL_prepbuffsize(&out, ROOM);
        x->stream.avail_out = ROOM;
        result = inflate(&x->stream, Z_NO_FLUSH);
        luaL_addsize(&out, ROOM - x->stream.avail_out);
        if (result == Z_STREAM_END) {
            x->inside = false;
            inflateReset(&x->stream);
        } else if (result == Z_OK || result == Z_BUF_ERROR) {
            x->inside = x->inside || any;
        } else {
            lua_pushnil(L);
            lua_pushstring(L, x->stream.msg != NULL ? x->stream.msg
                                                    : "not in gzip's format");
            return 2;
        }
    } while (x->stream.avail_in > 0 || x->stream.avail_out == 0);
    luaL_pushresult(&out);
    return 1;
}

/* Lua: inflate:is_whole(): has what was begun ended? */
static int inflate_is_whole(lua_State *L)
{
    const inflater *x = luaL_checkudata(L, 1, INFLATE_TYPE);

    lua_pushboolean(L, !x->inside);
    return 1;
}

/* Lua: inflate:comment(): of the first member's header, once it was read */
static int inflate_comment(lua_State *L)
{
    const inflater *x = luaL_checkudata(L, 1, INFLATE_TYPE);

    if (x->header.done != 1)
        return 0;
    lua_pushstring(L, (const char *)x->comment);
    return 1;
}

static const luaL_Reg methods[] = {
    { "feed", inflate_feed },
    { "is_whole", inflate_is_whole },
    { "comment", inflate_comment },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", inflate_gc },
    { "__close", inflate_gc },
    { NULL, NULL },
};

void inflate_open(lua_State *L)
{
    class_define(L, "inflate", methods, metamethods);
    lua_pushcfunction(L, core_inflate);
    lua_setfield(L, -2, "inflate");
}
