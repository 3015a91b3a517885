#include "fs_stat.h"

#include <lauxlib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fs.h"

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

int fs_stat(lua_State *L)
{
    struct stat st;

    return stat(luaL_checkstring(L, 1), &st) == 0 ? push_stat(L, &st)
                                                  : fs_fail(L);
}

int fs_lstat(lua_State *L)
{
    struct stat st;

    return lstat(luaL_checkstring(L, 1), &st) == 0 ? push_stat(L, &st)
                                                   : fs_fail(L);
}

/* Lua: fs.fstat(file): of an open file of Lua's */
int fs_fstat(lua_State *L)
{
    const luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    struct stat st;

    luaL_argcheck(L, file->closef != NULL, 1, "the file is closed");
    return fstat(fileno(file->f), &st) == 0 ? push_stat(L, &st) : fs_fail(L);
}
