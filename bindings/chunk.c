#include "chunk.h"

#include <stdlib.h>

/*
 * A large chunk is garbage as soon as somebody has looked at it. If each drove
 * the collector as far as its size says, that would go through all there is
 * with every few of them: so it does by a quarter.
 */
#define LARGE (64 << 10)

static void discount(lua_State *L, size_t size)
{
    int kilobytes = (int)(size >> 10);

    if (size >= LARGE && lua_gc(L, LUA_GCISRUNNING))
        lua_gc(L, LUA_GCSTEP, kilobytes / 4 - kilobytes);
}

static int push(lua_State *L, call *c)
{
    const chunk_call *chunk = (const chunk_call *)c;

    if (chunk->data == NULL) {
        lua_pushnil(L);
    } else {
        lua_pushlstring(L, chunk->data, chunk->size);
        discount(L, chunk->size);
    }
    return 1;
}

static void release(call *c)
{
    free(((chunk_call *)c)->data);
}

chunk_call *chunk_new(lua_State *L)
{
    chunk_call *c = call_new(L, sizeof *c, push, release);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return c;
}

void chunk_on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    chunk_call *c = arg;

    c->data = data;
    c->size = size;
    call_done(&c->call, err);
}
