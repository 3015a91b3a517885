#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "inside.h"
#include "neap/error.h"
#include "neap/stream.h"

static int fail(lua_State *L)
{
    int sys = errno;

    lua_pushnil(L);
    lua_pushstring(L, neap_errno_name(sys));
    return 2;
}

static int succeed(lua_State *L, bool ok)
{
    if (!ok)
        return fail(L);
    lua_pushboolean(L, true);
    return 1;
}

static const char *type_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "directory";
    case S_IFREG:
        return "file";
    case S_IFLNK:
        return "link";
    case S_IFSOCK:
        return "socket";
    case S_IFIFO:
        return "fifo";
    default:
        return "device";
    }
}

/* Which device it is, where it is one. [stat] */
static void set_device(lua_State *L, const struct stat *st)
{
    if (!S_ISBLK(st->st_mode) && !S_ISCHR(st->st_mode))
        return;
    lua_pushstring(L, S_ISBLK(st->st_mode) ? "b" : "c");
    lua_setfield(L, -2, "device");
    lua_pushinteger(L, (lua_Integer)major(st->st_rdev));
    lua_setfield(L, -2, "major");
    lua_pushinteger(L, (lua_Integer)minor(st->st_rdev));
    lua_setfield(L, -2, "minor");
}

static int push_stat(lua_State *L, const struct stat *st)
{
    lua_createtable(L, 0, 9);
    lua_pushstring(L, type_name(st->st_mode));
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, st->st_mode & 07777);
    lua_setfield(L, -2, "mode");
    lua_pushinteger(L, st->st_uid);
    lua_setfield(L, -2, "uid");
    lua_pushinteger(L, st->st_gid);
    lua_setfield(L, -2, "gid");
    lua_pushinteger(L, (lua_Integer)st->st_dev);
    lua_setfield(L, -2, "dev");
    lua_pushinteger(L, st->st_size);
    lua_setfield(L, -2, "size");
    lua_pushinteger(L, (lua_Integer)st->st_ino);
    lua_setfield(L, -2, "ino");
    lua_pushinteger(L, (lua_Integer)st->st_nlink);
    lua_setfield(L, -2, "links");
    lua_pushnumber(L, (lua_Number)st->st_mtim.tv_sec +
                          (lua_Number)st->st_mtim.tv_nsec / 1e9);
    lua_setfield(L, -2, "changed");
    set_device(L, st);
    return 1;
}

static int fs_stat(lua_State *L)
{
    struct stat st;

    return stat(luaL_checkstring(L, 1), &st) == 0 ? push_stat(L, &st) : fail(L);
}

static int fs_lstat(lua_State *L)
{
    struct stat st;

    return lstat(luaL_checkstring(L, 1), &st) == 0 ? push_stat(L, &st)
                                                   : fail(L);
}

static int fs_realpath(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char *real = lua_newuserdatauv(L, PATH_MAX, 0);

    if (realpath(path, real) == NULL)
        return fail(L);
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
        return fail(L);
    lua_pushlstring(L, target, (size_t)size);
    return 1;
}

static int fs_cwd(lua_State *L)
{
    char *path = lua_newuserdatauv(L, PATH_MAX, 0);

    if (getcwd(path, PATH_MAX) == NULL)
        return fail(L);
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
        return fail(L);
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
        return fail(L);
    if (settle_dir(path, mode, uid, gid))
        return succeed(L, true);
    fail(L);
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
        return fail(L);
    file->f = fdopen(fd, "r");
    if (file->f == NULL) {
        fail(L);
        close(fd);
        return 2;
    }
    file->closef = close_plain;
    return 1;
}

/* Lua: fs.fstat(file): of an open file of Lua's */
static int fs_fstat(lua_State *L)
{
    const luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    struct stat st;

    luaL_argcheck(L, file->closef != NULL, 1, "the file is closed");
    return fstat(fileno(file->f), &st) == 0 ? push_stat(L, &st) : fail(L);
}

/* Lua: fs.fifo(path, uid, gid): mode 0600, for whoever opens it first. */
static int fs_fifo(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    uid_t uid = (uid_t)luaL_optinteger(L, 2, -1);
    gid_t gid = (gid_t)luaL_optinteger(L, 3, -1);

    if (mkfifo(path, 0600) != 0)
        return fail(L);
    if (lchown(path, uid, gid) == 0)
        return succeed(L, true);
    fail(L);
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
