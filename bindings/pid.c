#include "pid.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "neap/error.h"

#define ARGUMENTS_SIZE 4096

/* Is `words` among the arguments, NULs and all, of the process `pid`? */
static bool has_arguments(pid_t pid, const char *words, size_t length)
{
    char path[32], text[ARGUMENTS_SIZE];
    ssize_t size;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size = read(fd, text, sizeof text);
    close(fd);
    return size > 0 && memmem(text, (size_t)size, words, length) != NULL;
}

/*
 * Lua: pid.kill(pid, words): true, or nil and the errno's name. ESRCH too where
 * the pid is another's by now: it is looked at once the pidfd is held.
 */
static int pid_kill(lua_State *L)
{
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    size_t length;
    const char *words = luaL_checklstring(L, 2, &length);
    int fd = pidfd_open(pid, 0);
    int sys = fd < 0 ? errno : 0;

    if (fd >= 0) {
        if (!has_arguments(pid, words, length))
            sys = ESRCH;
        else if (pidfd_send_signal(fd, SIGKILL, NULL, 0) != 0)
            sys = errno;
        close(fd);
    }
    if (sys == 0) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, neap_errno_name(sys));
    return 2;
}

static const luaL_Reg functions[] = {
    { "kill", pid_kill },
    { NULL, NULL },
};

void pid_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "pid");
}
