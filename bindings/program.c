/*
 * The program: a Lua state with neap.core, neap.host and lua/neap linked in,
 * handed to lua/neap/program.lua, which decides everything else.
 *
 * Here is only what has to be done before there is Lua, or after it is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <lualib.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "host.h"
#include "modules.h"
#include "output.h"
#include "pool.h"
#include "terminal.h"

int luaopen_neap_core(lua_State *L);

typedef struct arguments {
    int count;
    char **values;
} arguments;

/*
 * A file opened later must not become standard output by accident. gRPC opens
 * some before main.
 */
__attribute__((constructor(101))) static void open_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static void on_pipe(int signum)
{
    (void)signum;
}

/*
 * A reader that went away is an error of write, EPIPE. A handler that does
 * nothing says that as well as SIG_IGN does, and unlike it is gone again in
 * whatever the program executes.
 */
static void survive_broken_pipes(void)
{
    struct sigaction action = { .sa_handler = on_pipe, .sa_flags = SA_RESTART };
    struct sigaction present;

    sigaction(SIGPIPE, NULL, &present);
    if (present.sa_handler == SIG_DFL)
        sigaction(SIGPIPE, &action, NULL);
}

/* Has the reader of standard output gone? */
static bool is_unread(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

    return poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

/* Every way out but a signal's passes here: os.exit, too. */
static void leave(void)
{
    terminal_restore();
    errno = EIO; /* for what failed long ago, and left a mark but no reason */
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    if (output_reason() != 0)
        errno = output_reason();
    if (is_unread()) /* `neap ps | head -1`: as if SIGPIPE had killed us */
        _exit(128 + SIGPIPE);
    fprintf(stderr, "neap: writing to standard output: %s\n", strerror(errno));
    _exit(1);
}

/* The directory of the executable, without the slash; false without /proc. */
static bool own_directory(char directory[PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", directory, PATH_MAX - 1);

    if (size <= 0)
        return false;
    directory[size] = '\0';
    *strrchr(directory, '/') = '\0';
    return true;
}

static void put_path(lua_State *L, const char *field, const char *ours)
{
    lua_getglobal(L, "package");
    lua_pushstring(L, ours);
    lua_getfield(L, -2, field);
    lua_concat(L, 2);
    lua_setfield(L, -2, field);
    lua_pop(L, 1);
}

/*
 * What is not in the program itself, C modules for one, comes from beside it,
 * in the build tree or installed, and then from where any Lua finds it.
 */
static void find_modules(lua_State *L)
{
    char directory[PATH_MAX];
    const char *lua = "%s/../share/lua/5.4/", *c = "%s/../lib/lua/5.4/";

    if (!own_directory(directory))
        return;
    lua_pushfstring(L, "%s/lib/neap/program.lua", directory);
    if (access(lua_tostring(L, -1), R_OK) == 0)
        lua = c = "%s/lib/";

    lua_pushfstring(L, lua, directory);
    lua_pushfstring(L, "%s?.lua;%s?/init.lua;", lua_tostring(L, -1),
                    lua_tostring(L, -1));
    put_path(L, "path", lua_tostring(L, -1));
    lua_pushfstring(L, c, directory);
    lua_pushfstring(L, "%s?.so;", lua_tostring(L, -1));
    put_path(L, "cpath", lua_tostring(L, -1));
    lua_settop(L, 1);
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/*
 * Where the heap has grown to that many percent, Lua collects. Its own 200 let
 * a script that runs 200 containers grow by 0.9 MiB after the 50th, this by
 * 0.2 to 0.35, for 3.7 % more instructions.
 */
#define GC_PAUSE 150

static int run(lua_State *L)
{
    const arguments *args = lua_touserdata(L, 1);

    lua_gc(L, LUA_GCINC, GC_PAUSE, 0, 0);
    luaL_openlibs(L);
    preload(L, "neap.core", luaopen_neap_core);
    preload(L, "neap.host", luaopen_neap_host);
    find_modules(L);
    modules_open(L);

    lua_getglobal(L, "require");
    lua_pushliteral(L, "neap.program");
    lua_call(L, 1, 1);
    lua_createtable(L, args->count, 1);
    for (int i = 0; i < args->count; i++) {
        lua_pushstring(L, args->values[i]);
        lua_rawseti(L, -2, i);
    }
    lua_call(L, 1, 1);
    return 1;
}

static int explain(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

static int status_of(lua_State *L, int outcome)
{
    if (outcome == LUA_OK)
        return (int)lua_tointeger(L, -1);
    fprintf(stderr, "neap: %s\n", lua_tostring(L, -1));
    return EXIT_FAILURE;
}

/* Memory that nobody will want again is not worth giving back. */
static void *keep(void *ud, void *block, size_t old_size, size_t size)
{
    return size == 0 ? NULL : pool_realloc(ud, block, old_size, size);
}

/*
 * Scripts' finalizers run, and changes that clients left to end are waited for,
 * but the loop is left as it is, with what else is in flight: the process ends,
 * and taking gRPC down would be a quarter of a short run. A sanitizer is shown
 * that it could be done.
 */
static void end(lua_State *L, pool *memory)
{
    context *ctx = context_get(L);

#ifndef __SANITIZE_ADDRESS__
    lua_setallocf(L, keep, memory);
    if (ctx != NULL)
        ctx->open = false;
#else
    (void)ctx, (void)keep, (void)memory;
#endif
    lua_close(L);
}

/*
 * The kernel tells a watcher of a Unix socket each time the other side has read
 * something. gRPC's epoll watches for that always, and is woken in vain by each
 * of its writes; its poll asks only where it has something to write.
 */
static void choose_polling(void)
{
    setenv("GRPC_POLL_STRATEGY", "poll", 0);
}

static int panic(lua_State *L)
{
    fprintf(stderr, "neap: %s\n", lua_tostring(L, -1));
    return 0;
}

/* A sanitizer watches malloc's blocks, and knows nothing of ours. */
static lua_State *new_state(pool *memory)
{
#ifdef __SANITIZE_ADDRESS__
    lua_State *L = luaL_newstate();

    (void)memory;
#else
    lua_State *L = lua_newstate(pool_realloc, memory);
#endif

    if (L != NULL)
        lua_atpanic(L, panic);
    return L;
}

/*
 * Chunks of output are large and soon given back. malloc would fetch each from
 * the kernel anew, and clear it.
 */
static void keep_large_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

int main(int argc, char **argv)
{
    arguments args = { argc, argv };
    pool memory = { 0 };
    lua_State *L;
    int status;

    survive_broken_pipes();
    choose_polling();
    keep_large_memory();
    atexit(leave);

    L = new_state(&memory);
    if (L == NULL) {
        fputs("neap: out of memory\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, explain);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, &args);
    status = status_of(L, lua_pcall(L, 1, 1, 1));
    end(L, &memory);
    return status;
}
