#include "engine_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Two forks: the first child makes a session, the second runs the program, and
 * the first ends, so that init gets the second. Between them and us is a pair
 * of sockets:
 *   1. the first child says the second's pid and waits;
 *   2. we open a pidfd while that pid cannot mean anybody else, and answer;
 *   3. the first child ends; we reap it;
 *   4. the second's end closes as the program is executed, or says the errno.
 *
 * This process has threads. After _Fork, which skips gRPC's handlers too, a
 * child does only what may be done in a signal handler.
 */

typedef struct note {
    pid_t pid; /* > 0: who was started */
    int sys;   /* else why the program was not executed */
} note;

typedef struct stdio {
    int in, out;
} stdio;

/* --- in the children ------------------------------------------------------ */

static void reset_signals(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &action, NULL); /* refused for KILL and STOP */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_nofile(rlim_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_max < wanted) {
        struct rlimit more = { .rlim_cur = wanted, .rlim_max = wanted };

        if (setrlimit(RLIMIT_NOFILE, &more) == 0)
            return;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static _Noreturn void execute(const engine_program *program, stdio io, int pair)
{
    note failed = { .pid = 0 };

    umask(022);
    if (chdir("/") != 0 || dup2(io.in, 0) < 0 || dup2(io.out, 1) < 0 ||
        dup2(io.out, 2) < 0)
        goto fail;
    set_nofile(program->nofile);
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        goto fail;
    reset_signals();
    execve(program->argv[0], program->argv, program->env);
fail:
    failed.sys = errno;
    send(pair, &failed, sizeof failed, MSG_NOSIGNAL);
    _exit(127);
}

static _Noreturn void detach(const engine_program *program, stdio io, int pair)
{
    note started = { .pid = 0 }, answer;

    setsid();
    started.pid = _Fork();
    if (started.pid == 0)
        execute(program, io, pair);
    if (started.pid < 0)
        started = (note){ .sys = errno };
    send(pair, &started, sizeof started, MSG_NOSIGNAL);
    if (started.pid > 0)
        recv(pair, &answer, sizeof answer, 0);
    _exit(0);
}

/* --- in the parent -------------------------------------------------------- */

static ssize_t take_note(int pair, note *n)
{
    ssize_t size;

    do
        size = recv(pair, n, sizeof *n, 0);
    while (size < 0 && errno == EINTR);
    return size;
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Hear what the children have to say: 0, or a negative errno. */
static int follow(int pair, pid_t first, engine_child *child)
{
    note n;
    int result = 0;

    if (!child->detached) {
        child->pid = first;
        child->pidfd = pidfd_open(first, 0);
    }
    while (take_note(pair, &n) > 0) {
        if (n.pid > 0) {
            child->pid = n.pid;
            child->pidfd = pidfd_open(n.pid, 0);
            if (child->pidfd < 0)
                kill(n.pid, SIGKILL);
            send(pair, &n, sizeof n, MSG_NOSIGNAL);
        } else {
            result = -n.sys;
        }
    }
    if (child->detached)
        reap(first);
    if (result == 0 && child->pidfd < 0)
        result = -ENOSYS;
    return result;
}

/* The child replaces descriptors 0 to 2: its end must not be one of them. */
static int open_pair(int pair[2])
{
    int high;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    high = fcntl(pair[1], F_DUPFD_CLOEXEC, 3);
    if (high < 0) {
        high = -errno;
        close(pair[0]);
    }
    close(pair[1]);
    pair[1] = high;
    return high < 0 ? high : 0;
}

static int
fork_program(const engine_program *program, stdio io, engine_child *child)
{
    sigset_t all, before;
    int pair[2], result;
    pid_t first;

    if ((result = open_pair(pair)) != 0)
        return result;
    sigfillset(&all); /* no handler of ours runs in a child */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    first = _Fork();
    result = first < 0 ? -errno : 0;
    if (first == 0)
        close(pair[0]); /* else no child would hear of our own death */
    if (first == 0 && program->detached)
        detach(program, io, pair[1]);
    if (first == 0)
        execute(program, io, pair[1]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(pair[1]);
    if (first > 0)
        result = follow(pair[0], first, child);
    close(pair[0]);
    return result;
}

/* Above the three that the child replaces, whatever of them is open here. */
static int open_high(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600), high;

    if (fd < 0)
        return -errno;
    high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (high < 0)
        high = -errno;
    close(fd);
    return high;
}

static int open_output(const engine_program *program)
{
    int fd;

    if (program->log != NULL)
        return open_high(program->log, O_WRONLY | O_CREAT | O_APPEND);
    fd = fcntl(program->out, F_DUPFD_CLOEXEC, 3);
    return fd >= 0 ? fd : -errno;
}

int engine_spawn(const engine_program *program, engine_child *child)
{
    stdio io = { .in = open_high("/dev/null", O_RDONLY) };
    int result;

    *child = (engine_child){ .pidfd = -1, .detached = program->detached };
    if (io.in < 0)
        return io.in;
    io.out = open_output(program);
    result = io.out < 0 ? io.out : fork_program(program, io, child);
    if (result != 0)
        engine_child_close(child);
    if (io.out >= 0)
        close(io.out);
    close(io.in);
    return result;
}

int engine_child_close(engine_child *child)
{
    siginfo_t info = { .si_code = 0 };

    if (child->pid > 0 && !child->detached) {
        kill(child->pid, SIGKILL); /* not reaped, so the pid is still its own */
        while (waitid(P_PID, (id_t)child->pid, &info, WEXITED) != 0 &&
               errno == EINTR)
            continue;
    }
    if (child->pidfd >= 0)
        close(child->pidfd);
    *child = (engine_child){ .pidfd = -1 };
    return info.si_code == CLD_EXITED ? info.si_status : -1;
}
