#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 100 /* ms: a look may be in the way so long */

/*
 * The kernel tells holders by device and inode: "FLOCK ADVISORY WRITE 4711
 * 00:2f:12345 0 EOF". Who holds it to READ only looks, as neap_is_read does.
 */
static int holder_of(const struct stat *file)
{
    FILE *locks = fopen("/proc/locks", "re");
    unsigned major, minor;
    unsigned long inode;
    char line[256];
    int pid, found = 0;

    while (locks != NULL && found == 0 &&
           fgets(line, sizeof line, locks) != NULL)
        if (sscanf(line, "%*s FLOCK %*s WRITE %d %x:%x:%lu", &pid, &major,
                   &minor, &inode) == 4 &&
            inode == file->st_ino && makedev(major, minor) == file->st_dev)
            found = pid;
    if (locks != NULL)
        fclose(locks);
    return found;
}

static int open_lock(const char *path)
{
    return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

bool neap_is_read(const char *path)
{
    int fd = open_lock(path);
    bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

    if (fd >= 0)
        close(fd);
    return locked;
}

/* For messages only: the kernel's list of locks is some 10 ms in coming. */
static int reader_pid(const char *path)
{
    int fd = open_lock(path), pid = 0;
    struct stat st;

    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0)
        pid = holder_of(&st);
    close(fd);
    return pid;
}

bool neap_reader_end(const char *path)
{
    int pid = reader_pid(path), process, ended = -1;

    if (pid <= 0)
        return pid == 0;
    process = pidfd_open(pid, 0);
    if (process < 0)
        return errno == ESRCH;
    if (reader_pid(path) == pid) /* else it is somebody else's by now */
        ended = pidfd_send_signal(process, SIGKILL, NULL, 0);
    close(process);
    return ended == 0 || reader_pid(path) == 0;
}

/* Is what we have locked still what `path` names? Its owner may have left. */
static bool is_current(int fd, const char *path)
{
    struct stat mine, there;

    return fstat(fd, &mine) == 0 && lstat(path, &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

static void refuse(const char *path, neap_error *err)
{
    int pid = reader_pid(path);

    if (pid > 0)
        neap_error_set(err, NEAP_FAILED_PRECONDITION, "process.attach",
                       "process %d reads its streams already", pid);
    else
        neap_error_set(err, NEAP_FAILED_PRECONDITION, "process.attach",
                       "another process reads its streams already");
}

static int64_t elapsed_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/*
 * Is it held by somebody who reads? Looks are over long before we have asked
 * who it is; a holder that we cannot see, of another pid namespace, stays.
 */
static bool is_held(int fd, int64_t until)
{
    struct timespec moment = { .tv_nsec = 1000000 };
    struct stat st;

    if (elapsed_ms() >= until || fstat(fd, &st) != 0 || holder_of(&st) != 0)
        return true;
    nanosleep(&moment, NULL);
    return false;
}

int reader_lock(const char *path, bool file, neap_error *err)
{
    int how = file ? O_RDWR | O_CREAT : O_RDONLY | O_DIRECTORY;
    int64_t until = elapsed_ms() + PATIENCE;

    for (;;) {
        int fd = open(path, how | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0) {
            neap_error_set_errno(err, "process.attach", errno, "cannot open %s",
                                 path);
            return -1;
        }
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            if (is_current(fd, path))
                return fd;
        } else if (is_held(fd, until)) {
            refuse(path, err);
            close(fd);
            return -1;
        }
        close(fd);
    }
}
