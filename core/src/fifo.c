#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A megabyte at a time is what makes bulk output cheap; a wish, no need. */
#define PIPE_SIZE (1 << 20)

int fifo_make(const char *path, unsigned uid, unsigned gid)
{
    int sys;

    if (mkfifo(path, 0600) != 0)
        return -errno;
    if ((uid == 0 && gid == 0) || lchown(path, uid, gid) == 0)
        return 0;
    sys = errno;
    unlink(path);
    return -sys;
}

static int open_fifo(const char *path, int flags)
{
    int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
        return fd;
    close(fd);
    return -ENXIO;
}

int fifo_open_reader(const char *path)
{
    return open_fifo(path, O_RDONLY);
}

void fifo_expect_end(const char *path)
{
    int fd = open_fifo(path, O_WRONLY);

    if (fd >= 0)
        close(fd);
}

void fifo_enlarge(int fd)
{
    fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

size_t fifo_size(int fd)
{
    int size = 0;

    return ioctl(fd, FIONREAD, &size) == 0 ? (size_t)size : 0;
}

int fifo_open_writer(const char *path)
{
    return open_fifo(path, O_RDWR);
}

bool fifo_is_read(int fd)
{
    struct pollfd p = { .fd = fd };

    return poll(&p, 1, 0) == 0 || (p.revents & POLLERR) == 0;
}

void fifo_remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        unlink(path);
}

/* Open once more what `fd` is open on. */
static int reopen(int fd, int flags)
{
    char self[32];

    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    return open(self, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

int fifo_reopen_writer(int fd)
{
    int own = reopen(fd, O_WRONLY);

    return own < 0 ? -errno : own;
}

int fd_own(int fd, int flags)
{
    struct stat st;
    int own = -1;

    if (fstat(fd, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode)) /* a file's offset is shared: keep it so */
        own = reopen(fd, flags);
    if (own < 0)
        own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return own < 0 ? -errno : own;
}

bool fd_is_socket(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* A SIGPIPE of our own is taken back; one that was pending before stays. */
typedef struct guard {
    sigset_t before;
    bool was_pending;
} guard;

static void guard_begin(guard *g)
{
    sigset_t pipe, pending;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    g->was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &g->before);
}

static void guard_end(const guard *g, bool is_broken)
{
    static const struct timespec now;
    int problem = errno;
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (is_broken && !g->was_pending)
        sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &g->before, NULL);
    errno = problem;
}

ssize_t fd_write(int fd, const void *data, size_t size)
{
    ssize_t n;
    guard g;

    guard_begin(&g);
    n = write(fd, data, size);
    guard_end(&g, n < 0 && errno == EPIPE);
    return n;
}

int fd_write_all(int fd, const void *data, size_t size)
{
    const char *bytes = data;

    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

ssize_t fd_splice(int from, int to, size_t most)
{
    ssize_t n;
    guard g;

    guard_begin(&g);
    n = splice(from, NULL, to, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    guard_end(&g, n < 0 && errno == EPIPE);
    return n;
}
