#include "neap/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"

/* Neither opened nor waited for, or -1 and errno. glibc has no wrapper yet. */
static int find(const char *root, const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, sys;

    if (dir < 0)
        return -1;
    fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    sys = errno;
    close(dir);
    errno = sys;
    return fd;
}

/* 0, or an errno. */
static int look(int found, size_t limit)
{
    struct stat st;

    if (fstat(found, &st) != 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    return (uintmax_t)st.st_size > limit ? EFBIG : 0;
}

/* Open what was found, whatever is at its place by now; -1 and errno. */
static int reopen(int found)
{
    char path[sizeof "/proc/self/fd/" + 3 * sizeof found];

    snprintf(path, sizeof path, "/proc/self/fd/%d", found);
    return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* 0, or an errno. It may have grown, and files of /proc tell no size. */
static int read_all(int fd, size_t limit, char **content, size_t *length)
{
    size_t room = 0, used = 0;
    char *bytes = NULL;
    ssize_t n;

    do {
        if (used == room) {
            room = room == 0 ? 4096 : 2 * room;
            bytes = xrealloc(bytes, room);
        }
        n = read(fd, bytes + used, room - used);
        used += n > 0 ? (size_t)n : 0;
    } while ((n > 0 && used <= limit) || (n < 0 && errno == EINTR));
    if (n < 0 || used > limit) {
        int sys = n < 0 ? errno : EFBIG;

        free(bytes);
        return sys;
    }
    *content = bytes;
    *length = used;
    return 0;
}

static int read_found(int found, size_t limit, char **content, size_t *length)
{
    int sys = look(found, limit), fd;

    if (sys != 0)
        return sys;
    if ((fd = reopen(found)) < 0)
        return errno;
    sys = read_all(fd, limit, content, length);
    close(fd);
    return sys;
}

bool neap_inside_read(const char *root,
                      const char *path,
                      size_t limit,
                      char **content,
                      size_t *length,
                      neap_error *err)
{
    int found = find(root, path);
    int sys = found < 0 ? errno : read_found(found, limit, content, length);

    if (found >= 0)
        close(found);
    if (sys != 0)
        neap_error_set_errno(err, "inside.read", sys, "%s in %s", path, root);
    return sys == 0;
}
