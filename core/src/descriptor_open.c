/* Where descriptors come from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptor.h"
#include "engine_spawn.h"
#include "fifo.h"

static neap_descriptor *refuse(neap_error *err, int sys, const char *what)
{
    neap_error_set_errno(err, "descriptor.open", sys, "%s", what);
    return NULL;
}

neap_descriptor *
neap_descriptor_open(neap_loop *loop, int fd, bool writes, neap_error *err)
{
    int own = fd_own(fd, writes ? O_WRONLY : O_RDONLY);

    if (own < 0)
        return refuse(err, -own, "cannot use the descriptor");
    return descriptor_new(loop, own, -1, -1);
}

neap_descriptor *
neap_descriptor_open_path(neap_loop *loop, const char *path, neap_error *err)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd >= 0)
        return descriptor_new(loop, fd, -1, -1);
    neap_error_set_errno(err, "descriptor.open", errno, "cannot open %s", path);
    return NULL;
}

/* --- sockets -------------------------------------------------------------- */

/* A name that is too long for an address is one in its directory. */
static int connect_to(int fd, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *name = strrchr(path, '/');
    int directory = -1, result, sys;

    if (strlen(path) < sizeof address.sun_path) {
        strcpy(address.sun_path, path);
    } else {
        char parent[4096];

        snprintf(parent, sizeof parent, "%.*s",
                 name == NULL ? 0 : (int)(name - path), path);
        directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0)
            return -errno;
        result = snprintf(address.sun_path, sizeof address.sun_path,
                          "/proc/self/fd/%d%s", directory, name);
        if (result >= (int)sizeof address.sun_path) {
            close(directory);
            return -ENAMETOOLONG;
        }
    }
    result = connect(fd, (struct sockaddr *)&address, sizeof address);
    sys = errno;
    if (directory >= 0)
        close(directory);
    return result == 0 ? 0 : -sys;
}

neap_descriptor *neap_descriptor_connect(neap_loop *loop,
                                         const char *path,
                                         pid_t *pid,
                                         neap_error *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct ucred peer = { .pid = 0 };
    socklen_t size = sizeof peer;
    int bad;

    if (fd < 0)
        return refuse(err, errno, "cannot make a socket");
    bad = connect_to(fd, path);
    if (bad == 0) {
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
        *pid = peer.pid;
        return descriptor_new(loop, fd, -1, -1);
    }
    close(fd);
    neap_error_set_errno(err, "descriptor.open", -bad, "cannot connect to %s",
                         path);
    return NULL;
}

/* --- changes -------------------------------------------------------------- */

static int add_to(int set, int fd)
{
    struct epoll_event event = { .events = EPOLLIN };

    return fd < 0 || epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0 ? 0
                                                                    : -errno;
}

static int watch_paths(int notes, const char *const *paths)
{
    const uint32_t what = IN_CREATE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM |
                          IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

    for (; *paths != NULL; paths++)
        if (inotify_add_watch(notes, *paths, what) < 0)
            return -errno;
    return 0;
}

neap_descriptor *neap_descriptor_watch(neap_loop *loop,
                                       const char *const *paths,
                                       pid_t pid,
                                       neap_error *err)
{
    int set = epoll_create1(EPOLL_CLOEXEC);
    int notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int process = pid != 0 ? pidfd_open(pid, 0) : -1;
    int bad = set < 0 || notes < 0 || (pid != 0 && process < 0) ? -errno : 0;

    if (bad == 0)
        bad = watch_paths(notes, paths);
    if (bad == 0 && ((bad = add_to(set, notes)) == 0))
        bad = add_to(set, process);
    if (bad == 0)
        return descriptor_new(loop, set, notes, process);
    for (int i = 0; i < 3; i++) {
        int fd = (int[]){ set, notes, process }[i];

        if (fd >= 0)
            close(fd);
    }
    return refuse(err, -bad, "cannot watch");
}

/* --- programs ------------------------------------------------------------- */

neap_descriptor *neap_descriptor_spawn(neap_loop *loop,
                                       char *const *argv,
                                       pid_t *pid,
                                       neap_error *err)
{
    static char *const nothing[] = { NULL };
    engine_program program = { .argv = argv, .env = nothing, .detached = true };
    engine_child child;
    int ends[2], process, bad;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return refuse(err, errno, "cannot make a pipe");
    program.out = ends[1];
    program.nofile = 1024;
    bad = engine_spawn(&program, &child);
    close(ends[1]);
    if (bad != 0) {
        close(ends[0]);
        neap_error_set_errno(err, "descriptor.spawn", -bad, "cannot start %s",
                             argv[0]);
        return NULL;
    }
    *pid = child.pid;
    process = child.pidfd;
    child.pidfd = -1;
    engine_child_close(&child);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return descriptor_new(loop, ends[0], -1, process);
}
