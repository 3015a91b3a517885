#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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

int fifo_open_writer(const char *path)
{
    return open_fifo(path, O_RDWR);
}

void fifo_remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        unlink(path);
}

int fd_own(int fd, int flags)
{
    struct stat st;
    char self[32];
    int own = -1;

    if (fstat(fd, &st) != 0)
        return -errno;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (!S_ISREG(st.st_mode)) /* a file's offset is shared: keep it so */
        own = open(self, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own < 0)
        own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return own < 0 ? -errno : own;
}

bool fd_is_socket(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

ssize_t fd_write(int fd, const void *data, size_t size)
{
    static const struct timespec now;
    sigset_t pipe, before, pending;
    bool was_pending;
    ssize_t n;
    int problem;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    n = write(fd, data, size);
    problem = errno;
    if (n < 0 && problem == EPIPE && !was_pending)
        sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = problem;
    return n;
}
