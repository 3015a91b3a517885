#include "terminal.h"

#include <errno.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* What kills a program before it could restore anything itself. */
static const int fatal[] = { SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,   SIGABRT,
                             SIGSYS,  SIGTRAP, SIGQUIT, SIGALRM,  SIGPROF,
                             SIGXCPU, SIGXFSZ, SIGPOLL, SIGVTALRM };

static struct termios before;
static int raw_fd;
static atomic_bool is_raw;

void terminal_restore(void)
{
    sigset_t stop, kept;

    if (!atomic_exchange(&is_raw, false))
        return;
    /* In the background, changing the terminal would stop the program. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &kept);
    tcsetattr(raw_fd, TCSANOW, &before);
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
}

static void on_fatal(int signum)
{
    terminal_restore();
    raise(signum); /* SA_RESETHAND: this time it kills */
}

/* Leave alone what somebody else handles, a sanitizer for one. */
static void guard(void)
{
    struct sigaction action = { .sa_handler = on_fatal,
                                .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
    struct sigaction present;

    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        sigaction(fatal[i], NULL, &present);
        if (present.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
    }
}

static int failed(lua_State *L)
{
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
}

int terminal_is(lua_State *L)
{
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

int terminal_raw(lua_State *L)
{
    int fd = (int)luaL_checkinteger(L, 1);
    struct termios raw;

    terminal_restore();
    if (tcgetattr(fd, &before) != 0)
        return failed(L);
    guard();
    raw = before;
    cfmakeraw(&raw);
    raw_fd = fd;
    atomic_store(&is_raw, true);
    if (tcsetattr(fd, TCSADRAIN, &raw) != 0)
        return failed(L);
    lua_pushboolean(L, true);
    return 1;
}

int terminal_undo(lua_State *L)
{
    (void)L;
    terminal_restore();
    return 0;
}

int terminal_size(lua_State *L)
{
    struct winsize size;

    if (ioctl((int)luaL_checkinteger(L, 1), TIOCGWINSZ, &size) != 0)
        return failed(L);
    lua_pushinteger(L, size.ws_col);
    lua_pushinteger(L, size.ws_row);
    return 2;
}
