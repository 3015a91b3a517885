#include "descriptor.h"

#include <lauxlib.h>

#include "call.h"
#include "chunk.h"
#include "class.h"
#include "context.h"
#include "neap/descriptor.h"
#include "options.h"
#include "outcome.h"

#define DESCRIPTOR_TYPE "neap.descriptor"

/* --- making ----------------------------------------------------------------
 */

/* An empty one first: what is opened then has an owner at once. */
static neap_descriptor **new_handle(lua_State *L)
{
    neap_descriptor **slot = lua_newuserdatauv(L, sizeof *slot, 2);

    *slot = NULL;
    luaL_setmetatable(L, DESCRIPTOR_TYPE);
    return slot;
}

/* The handle on top is the answer, or what went wrong. */
static int made(lua_State *L, neap_descriptor *const *slot, neap_error *err)
{
    if (*slot == NULL)
        return outcome_return(L, false, err);
    lua_pop(L, 1); /* the error's room */
    return 1;
}

/* The strings of the list at `arg`, in scratch memory left on the stack. */
static char **check_strings(lua_State *L, int arg)
{
    lua_Integer count;
    char **list;

    luaL_checktype(L, arg, LUA_TTABLE);
    count = luaL_len(L, arg);
    list = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *list, 0);
    for (lua_Integer i = 0; i < count; i++) {
        if (lua_geti(L, arg, i + 1) != LUA_TSTRING)
            luaL_argerror(L, arg, "strings expected");
        list[i] = (char *)lua_tostring(L, -1);
        lua_pop(L, 1); /* the table keeps it */
    }
    list[count] = NULL;
    return list;
}

/* Lua: core.descriptor(fd, "r"|"w") */
static int core_descriptor(lua_State *L)
{
    static const char *const modes[] = { "r", "w", NULL };
    int fd = (int)luaL_checkinteger(L, 1);
    bool writes = luaL_checkoption(L, 2, "r", modes) == 1;
    neap_loop *loop = context_loop(L);
    neap_descriptor **slot = new_handle(L);
    neap_error *err = outcome_new(L);

    *slot = neap_descriptor_open(loop, fd, writes, err);
    return made(L, slot, err);
}

/* Lua: core.open(path) */
static int core_open(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    neap_loop *loop = context_loop(L);
    neap_descriptor **slot = new_handle(L);
    neap_error *err = outcome_new(L);

    *slot = neap_descriptor_open_path(loop, path, err);
    return made(L, slot, err);
}

/* Lua: core.connect_socket(path): and who listens */
static int core_connect_socket(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    neap_loop *loop = context_loop(L);
    neap_descriptor **slot = new_handle(L);
    neap_error *err = outcome_new(L);
    pid_t pid = 0;

    *slot = neap_descriptor_connect(loop, path, &pid, err);
    if (*slot == NULL)
        return outcome_return(L, false, err);
    lua_pop(L, 1);
    lua_pushinteger(L, pid);
    return 2;
}

/* Lua: core.watch(directories, pid?) */
static int core_watch(lua_State *L)
{
    pid_t pid = (pid_t)luaL_optinteger(L, 2, 0);
    neap_loop *loop = context_loop(L);
    char **paths = check_strings(L, 1);
    neap_descriptor **slot = new_handle(L);
    neap_error *err = outcome_new(L);

    *slot = neap_descriptor_watch(loop, (const char *const *)paths, pid, err);
    return made(L, slot, err);
}

/* Lua: core.spawn_program(argv): what it says, and its pid */
static int core_spawn_program(lua_State *L)
{
    neap_loop *loop = context_loop(L);
    char **argv = check_strings(L, 1);
    neap_descriptor **slot;
    neap_error *err;
    pid_t pid = 0;

    luaL_argcheck(L, argv[0] != NULL, 1, "argv is empty");
    slot = new_handle(L);
    err = outcome_new(L);
    *slot = neap_descriptor_spawn(loop, argv, &pid, err);
    if (*slot == NULL)
        return outcome_return(L, false, err);
    lua_pop(L, 1);
    lua_pushinteger(L, pid);
    return 2;
}

/* --- methods ----------------------------------------------------------------
 */

static neap_descriptor *check_open(lua_State *L)
{
    neap_descriptor **slot = luaL_checkudata(L, 1, DESCRIPTOR_TYPE);

    luaL_argcheck(L, *slot != NULL, 1, "the descriptor is closed");
    return *slot;
}

/* Lua: descriptor:read{ timeout= }: what there is, nil at the end */
static int descriptor_read(lua_State *L)
{
    neap_descriptor *d = check_open(L);
    double timeout = options_timeout(L, 2);
    chunk_call *c = chunk_new(L);

    c->call.op = "descriptor.read";
    c->call.timeout = timeout;
    c->call.req = neap_descriptor_read(d, chunk_on_read, c);
    return call_await(L, &c->call);
}

/* Lua: descriptor:write(bytes, { timeout= }) */
static int descriptor_write(lua_State *L)
{
    neap_descriptor *d = check_open(L);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);
    double timeout = options_timeout(L, 3);
    call *c = call_new(L, sizeof *c, call_push_true, NULL);

    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    c->op = "descriptor.write";
    c->timeout = timeout;
    c->req = neap_descriptor_write(d, data, size, call_on_done, c);
    return call_await(L, c);
}

/* Lua: descriptor:put(bytes): how many of them are done with */
static int descriptor_put(lua_State *L)
{
    neap_descriptor *d = check_open(L);
    size_t size;
    const char *data = luaL_checklstring(L, 2, &size);

    lua_pushinteger(L, (lua_Integer)neap_descriptor_put(d, data, size));
    return 1;
}

/* Lua: descriptor:kill(): the process that was started or is watched */
static int descriptor_kill(lua_State *L)
{
    lua_pushboolean(L, neap_descriptor_kill(check_open(L)));
    return 1;
}

static int descriptor_close(lua_State *L)
{
    neap_descriptor **slot = luaL_checkudata(L, 1, DESCRIPTOR_TYPE);
    neap_descriptor *d = *slot;

    *slot = NULL;
    neap_descriptor_close(d);
    return 0;
}

static const luaL_Reg methods[] = {
    { "read", descriptor_read },   { "write", descriptor_write },
    { "put", descriptor_put },     { "kill", descriptor_kill },
    { "close", descriptor_close }, { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__gc", descriptor_close },
    { "__close", descriptor_close },
    { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "descriptor", core_descriptor },         { "open", core_open },
    { "connect_socket", core_connect_socket }, { "watch", core_watch },
    { "spawn_program", core_spawn_program },   { NULL, NULL },
};

void descriptor_open(lua_State *L)
{
    class_define(L, "descriptor", methods, metamethods);
    luaL_setfuncs(L, functions, 0);
}
