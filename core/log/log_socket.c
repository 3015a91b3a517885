#include "log_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "memory.h"

void log_socket_remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
}

/* A name may be longer than an address: then it is given by its directory. */
static int bind_to(int fd, const char *path, int *directory)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    size_t length = strlen(path);
    char *copy;

    if (length < sizeof at.sun_path) {
        memcpy(at.sun_path, path, length);
    } else {
        copy = xstrdup(path);
        *directory = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
        free(copy);
        if (*directory < 0)
            return -errno;
        length = (size_t)snprintf(at.sun_path, sizeof at.sun_path,
                                  "/proc/self/fd/%d/%s", *directory,
                                  strrchr(path, '/') + 1);
        if (length >= sizeof at.sun_path)
            return -ENAMETOOLONG;
    }
    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 ? 0 : -errno;
}

int log_socket_listen(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int directory = -1, result;

    if (fd < 0)
        return -errno;
    log_socket_remove(path);
    result = bind_to(fd, path, &directory);
    if (directory >= 0)
        close(directory);
    if (result == 0 && listen(fd, 64) != 0)
        result = -errno;
    if (result == 0)
        return fd;
    close(fd);
    return result;
}
