#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs_stat.h"
#include "inside.h"
#include "neap/error.h"
#include "neap/stream.h"

int fs_fail(lua_State *L)
{
    int sys = errno;

    lua_pushnil(L);
    lua_pushstring(L, neap_errno_name(sys));
    return 2;
}

static int succeed(lua_State *L, bool ok)
{
    if (!ok)
        return fs_fail(L);
    lua_pushboolean(L, true);
    return 1;
}

static int fs_realpath(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char *real = lua_newuserdatauv(L, PATH_MAX, 0);

    if (realpath(path, real) == NULL)
        return fs_fail(L);
    lua_pushstring(L, real);
    return 1;
}

/* Lua: fs.readlink(path): what it says, whole */
static int fs_readlink(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char *target = lua_newuserdatauv(L, PATH_MAX, 0);
    ssize_t size = readlink(path, target, PATH_MAX);

    if (size < 0)
        return fs_fail(L);
    lua_pushlstring(L, target, (size_t)size);
    return 1;
}

static int fs_cwd(lua_State *L)
{
    char *path = lua_newuserdatauv(L, PATH_MAX, 0);

    if (getcwd(path, PATH_MAX) == NULL)
        return fs_fail(L);
    lua_pushstring(L, path);
    return 1;
}

static int close_directory(lua_State *L)
{
    DIR **slot = lua_touserdata(L, 1);

    if (*slot != NULL)
        closedir(*slot);
    *slot = NULL;
    return 0;
}

/* The names in a directory, a list. */
static int fs_list(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    DIR **slot = lua_newuserdatauv(L, sizeof(DIR *), 0);
    const struct dirent *entry;

    *slot = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, close_directory);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    *slot = opendir(path);
    if (*slot == NULL)
        return fs_fail(L);
    lua_newtable(L);
    for (lua_Integer n = 0; (entry = readdir(*slot)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        lua_pushstring(L, entry->d_name);
        lua_rawseti(L, -2, ++n);
    }
    closedir(*slot);
    *slot = NULL;
    return 1;
}

/* Give it what it should have; to ask is cheaper than to change a journal. */
static bool settle_dir(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return false;
    if ((uid != (uid_t)-1 && st.st_uid != uid) ||
        (gid != (gid_t)-1 && st.st_gid != gid)) {
        if (chown(path, uid, gid) != 0)
            return false;
    }
    return (st.st_mode & 07777) == mode || chmod(path, mode) == 0;
}

/* Lua: fs.mkdir(path, mode, uid, gid): just that mode, whatever the umask. */
static int fs_mkdir(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    mode_t mode = (mode_t)luaL_checkinteger(L, 2);
    uid_t uid = (uid_t)luaL_optinteger(L, 3, -1);
    gid_t gid = (gid_t)luaL_optinteger(L, 4, -1);

    if (mkdir(path, 0700) != 0)
        return fs_fail(L);
    if (settle_dir(path, mode, uid, gid))
        return succeed(L, true);
    fs_fail(L);
    rmdir(path);
    return 2;
}

static int fs_rmdir(lua_State *L)
{
    return succeed(L, rmdir(luaL_checkstring(L, 1)) == 0);
}

static int fs_unlink(lua_State *L)
{
    return succeed(L, unlink(luaL_checkstring(L, 1)) == 0);
}

/* Lua: fs.is_read(path): does somebody hold the lock on it? */
static int fs_is_read(lua_State *L)
{
    lua_pushboolean(L, neap_is_read(luaL_checkstring(L, 1)));
    return 1;
}

/* Lua: fs.end_reader(path): kill who holds the lock on it. */
static int fs_end_reader(lua_State *L)
{
    lua_pushboolean(L, neap_reader_end(luaL_checkstring(L, 1)));
    return 1;
}

/* Lua: fs.fd(file): the descriptor of an open file of Lua's */
static int fs_fd(lua_State *L)
{
    const luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);

    luaL_argcheck(L, file->closef != NULL, 1, "the file is closed");
    lua_pushinteger(L, fileno(file->f));
    return 1;
}

static int close_plain(lua_State *L)
{
    luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);

    return luaL_fileresult(L, fclose(file->f) == 0, NULL);
}

/* Lua: fs.open_plain(path): to read; no link is followed, no FIFO waited at */
static int fs_open_plain(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    luaL_Stream *file = lua_newuserdatauv(L, sizeof *file, 0);
    int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd;

    file->closef = NULL; /* closed, so far */
    luaL_setmetatable(L, LUA_FILEHANDLE);
    fd = open(path, flags);
    if (fd < 0)
        return fs_fail(L);
    file->f = fdopen(fd, "r");
    if (file->f == NULL) {
        fs_fail(L);
        close(fd);
        return 2;
    }
    file->closef = close_plain;
    return 1;
}

/* Lua: fs.fifo(path, uid, gid): mode 0600, for whoever opens it first. */
static int fs_fifo(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    uid_t uid = (uid_t)luaL_optinteger(L, 2, -1);
    gid_t gid = (gid_t)luaL_optinteger(L, 3, -1);

    if (mkfifo(path, 0600) != 0)
        return fs_fail(L);
    if (lchown(path, uid, gid) == 0)
        return succeed(L, true);
    fs_fail(L);
    unlink(path);
    return 2;
}

static const luaL_Reg functions[] = {
    { "fd", fs_fd },
    { "fstat", fs_fstat },
    { "open_plain", fs_open_plain },
    { "fifo", fs_fifo },
    { "is_read", fs_is_read },
    { "end_reader", fs_end_reader },
    { "stat", fs_stat },
    { "lstat", fs_lstat },
    { "realpath", fs_realpath },
    { "readlink", fs_readlink },
    { "cwd", fs_cwd },
    { "list", fs_list },
    { "read_inside", inside_read },
    { "mkdir", fs_mkdir },
    { "rmdir", fs_rmdir },
    { "unlink", fs_unlink },
    { NULL, NULL },
};

void fs_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "fs");
}
