#include "queue.h"

#include <lauxlib.h>

#include "class.h"
#include "io.h"
#include "neap/queue.h"

#define QUEUE_TYPE "neap.queue"

/* What one call takes at most, so that no string is larger. */
#define CHUNK ((size_t)1 << 20)

static neap_queue *check_queue(lua_State *L)
{
    neap_queue *queue = *(neap_queue **)luaL_checkudata(L, 1, QUEUE_TYPE);

    luaL_argcheck(L, queue != NULL, 1, "closed");
    return queue;
}

static int queue_gc(lua_State *L)
{
    neap_queue **slot = luaL_checkudata(L, 1, QUEUE_TYPE);

    neap_queue_free(*slot);
    *slot = NULL;
    return 0;
}

/* Lua: core.queue { policy=, buffer=, spill_dir=?, spill_limit=? } */
static int core_queue(lua_State *L)
{
    neap_stdio_end how = { 0 };
    neap_queue **slot;

    luaL_checktype(L, 1, LUA_TTABLE);
    io_check_policy(L, 1, &how);
    luaL_argcheck(L, how.buffer > 0, 1, "buffer expected");
    slot = lua_newuserdatauv(L, sizeof *slot, 2);
    *slot = NULL;
    luaL_setmetatable(L, QUEUE_TYPE);
    *slot = neap_queue_new(&how);
    return 1;
}

/* Lua: queue:put(bytes): how many of them there was room for */
static int queue_put(lua_State *L)
{
    neap_queue *queue = check_queue(L);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);

    lua_pushinteger(L, (lua_Integer)neap_queue_put(queue, data, size));
    return 1;
}

/* Lua: queue:take(): the oldest bytes, nil where there are none */
static int queue_take(lua_State *L)
{
    neap_queue *queue = check_queue(L);
    size_t size;
    const char *data = neap_queue_front(queue, &size);

    if (data == NULL)
        return 0;
    size = size < CHUNK ? size : CHUNK;
    lua_pushlstring(L, data, size);
    neap_queue_skip(queue, size);
    return 1;
}

/* Lua: queue:dropped(): how many bytes were forgotten */
static int queue_dropped(lua_State *L)
{
    neap_queue *queue = check_queue(L);

    lua_pushinteger(L, (lua_Integer)neap_queue_dropped(queue));
    return 1;
}

/* Lua: queue:problem(): why some could not be read again, "EIO"; nil */
static int queue_problem(lua_State *L)
{
    int problem = neap_queue_problem(check_queue(L));

    if (problem == 0)
        return 0;
    lua_pushstring(L, neap_errno_name(problem));
    return 1;
}

static const luaL_Reg methods[] = {
    { "put", queue_put },         { "take", queue_take },
    { "dropped", queue_dropped }, { "problem", queue_problem },
    { "close", queue_gc },        { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", queue_gc },
    { "__close", queue_gc },
    { NULL, NULL },
};

void queue_open(lua_State *L)
{
    class_define(L, "queue", methods, metamethods);
    lua_pushcfunction(L, core_queue);
    lua_setfield(L, -2, "queue");
}
