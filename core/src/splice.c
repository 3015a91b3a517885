#include "splice.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fifo.h"

#define FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK)

splice_way splice_way_of(int fd, bool is_own)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return SPLICE_NEVER;
    if (S_ISREG(st.st_mode))
        return is_own ? SPLICE_FILE : SPLICE_NEVER;
    if (is_own) /* it has no end, and O_APPEND would be in the way */
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_APPEND);
    if (S_ISFIFO(st.st_mode))
        return SPLICE_PIPE;
    return S_ISCHR(st.st_mode) && !isatty(fd) ? SPLICE_DEVICE : SPLICE_NEVER;
}

/*
 * Others of us hold it for a moment only. Who has it for longer is somebody
 * else, and knows nothing of offsets: false.
 */
static bool lock(int fd)
{
    static const struct timespec moment = { .tv_nsec = 100000 };

    for (int i = 0; i < 50; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false; /* a file system without locks */
        nanosleep(&moment, NULL);
    }
    return false;
}

static void unlock(int fd)
{
    flock(fd, LOCK_UN);
}

/* To the end that the file has now, whoever wrote that. */
static ssize_t splice_to_end(int from, int to, size_t most)
{
    int flags = fcntl(to, F_GETFL);
    struct stat st;
    ssize_t n = -1;
    int problem;
    loff_t at;

    if (!lock(to)) {
        errno = EINVAL;
        return -1;
    }
    fcntl(to, F_SETFL, flags & ~O_APPEND);
    if (fstat(to, &st) == 0) {
        at = st.st_size;
        n = splice(from, NULL, to, &at, most, FLAGS);
    }
    problem = errno;
    fcntl(to, F_SETFL, flags);
    unlock(to);
    errno = problem;
    return n;
}

ssize_t splice_append(int to, const char *data, size_t size)
{
    bool is_locked = lock(to);
    ssize_t n = write(to, data, size);
    int problem = errno;

    if (is_locked)
        unlock(to);
    errno = problem;
    return n;
}

ssize_t splice_some(splice_way way, int from, int to, size_t most)
{
    switch (way) {
    case SPLICE_PIPE:
        return fd_splice(from, to, most);
    case SPLICE_DEVICE:
        return splice(from, NULL, to, NULL, most, FLAGS);
    case SPLICE_FILE:
        return splice_to_end(from, to, most);
    default:
        errno = EINVAL;
        return -1;
    }
}
