#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "neap/engine.h"

#define OP "engine.identify"

/* A connected descriptor, or a negative errno. */
static int connect_to(const char *socket_path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd, sys;

    if (strlen(socket_path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, socket_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    sys = errno;
    close(fd);
    return -sys;
}

/* As the kernel has it, even when the file was replaced by an upgrade. */
static void read_exe(pid_t pid, char exe[NEAP_ENGINE_EXE])
{
    static const char gone[] = " (deleted)";
    char link[32];
    ssize_t n;
    size_t size;

    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    n = readlink(link, exe, NEAP_ENGINE_EXE - 1);
    size = n > 0 ? (size_t)n : 0;
    exe[size] = '\0';
    if (size >= sizeof gone && strcmp(exe + size - sizeof gone + 1, gone) == 0)
        exe[size - sizeof gone + 1] = '\0';
}

bool neap_engine_identify(const char *socket_path,
                          neap_engine_peer *peer,
                          neap_error *err)
{
    struct ucred who = { .pid = 0 };
    socklen_t size = sizeof who;
    int fd = connect_to(socket_path), failed;

    *peer = (neap_engine_peer){ .pid = 0 };
    if (fd == -ENOENT || fd == -ECONNREFUSED) {
        neap_error_set(err, NEAP_NOT_FOUND, OP, "nobody listens on %s",
                       socket_path);
        err->sys = -fd;
        return false;
    }
    if (fd < 0) {
        neap_error_set_errno(err, OP, -fd, "%s", socket_path);
        return false;
    }
    failed = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
    close(fd);
    if (failed) {
        neap_error_set_errno(err, OP, errno, "%s", socket_path);
        return false;
    }
    peer->pid = who.pid;
    peer->uid = who.uid;
    read_exe(who.pid, peer->exe);
    return true;
}

uid_t neap_engine_user(void)
{
    return geteuid();
}

bool neap_engine_is_ours(const neap_engine_peer *peer, const char *name)
{
    const char *slash = strrchr(peer->exe, '/');

    return peer->pid > 0 && peer->uid == neap_engine_user() && slash != NULL &&
           strcmp(slash + 1, name) == 0;
}
