#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tree.h"

#define AT_ONCE (16 << 20)

/* --- what a file is beside its content ------------------------------------ */

/* Capabilities of a program; nothing where there are none. 0, or an errno. */
static int copy_capabilities(int from, int to)
{
    static const char name[] = "security.capability";
    char value[64]; /* 24 bytes so far */
    ssize_t size = fgetxattr(from, name, value, sizeof value);

    if (size < 0)
        return errno == ENODATA || errno == ENOTSUP ? 0 : errno;
    if (fsetxattr(to, name, value, (size_t)size, 0) != 0 && errno != ENOTSUP)
        return errno;
    return 0;
}

int tree_copy_facts(int from, int to)
{
    struct timespec times[2];
    struct stat st;
    int sys;

    if (fstat(from, &st) != 0 || fchown(to, st.st_uid, st.st_gid) != 0 ||
        fchmod(to, st.st_mode & 07777) != 0)
        return errno;
    if ((sys = copy_capabilities(from, to)) != 0)
        return sys;
    times[0] = st.st_atim;
    times[1] = st.st_mtim;
    return futimens(to, times) != 0 ? errno : 0;
}

/* --- regular files -------------------------------------------------------- */

/* 0, or an errno. */
static int copy_by_hand(int from, int to)
{
    char bytes[64 << 10];
    ssize_t n, done;

    while ((n = read(from, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno != EINTR)
            return errno;
        for (ssize_t at = 0; at < n; at += done) {
            done = write(to, bytes + at, (size_t)(n - at));
            if (done < 0 && errno != EINTR)
                return errno;
            if (done < 0)
                done = 0;
        }
    }
    return 0;
}

/* 0, or an errno. Some file systems cannot, and some say so by copying none. */
static int copy_bytes(int from, int to)
{
    ssize_t n;

    do
        n = copy_file_range(from, NULL, to, NULL, AT_ONCE, 0);
    while (n > 0 || (n < 0 && errno == EINTR));
    if (n == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
        errno == EOPNOTSUPP)
        return copy_by_hand(from, to);
    return errno;
}

/* What it is now, is looked at once it is open. 0, or an errno. */
static int copy_file(int from, int to, const char *name)
{
    int in = tree_enter(from, name, O_RDONLY | O_NONBLOCK | O_NOCTTY), out, sys;
    struct stat st;

    if (in < 0)
        return errno == EXDEV ? 0 : errno;
    out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0 || fstat(in, &st) != 0)
        sys = errno;
    else
        sys = S_ISREG(st.st_mode) ? copy_bytes(in, out) : EINVAL;
    if (sys == 0)
        sys = tree_copy_facts(in, out);
    if (out >= 0 && close(out) != 0 && sys == 0)
        sys = errno;
    close(in);
    return sys;
}

/* --- what has no content -------------------------------------------------- */

/* 0, or an errno. */
static int copy_link(int from, int to, const char *name)
{
    char target[PATH_MAX];
    ssize_t size = readlinkat(from, name, target, sizeof target - 1);

    if (size < 0)
        return errno;
    target[size] = '\0';
    return symlinkat(target, to, name) != 0 ? errno : 0;
}

/*
 * Who may write there may put a link in the place of what was made, which chmod
 * would follow. 0, or an errno.
 */
static int set_mode(int dir, const char *name, mode_t mode)
{
    char path[sizeof "/proc/self/fd/" + 3 * sizeof dir];
    int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), sys = 0;
    struct stat st;

    if (fd < 0)
        return errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) != 0 || (!S_ISLNK(st.st_mode) && chmod(path, mode) != 0))
        sys = errno;
    close(fd);
    return sys;
}

int tree_copy_entry(int from, int to, const char *name)
{
    struct timespec times[2];
    struct stat st;
    int sys = 0;

    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    if (S_ISSOCK(st.st_mode))
        return 0;
    if (S_ISREG(st.st_mode)) {
        sys = copy_file(from, to, name);
        return sys == EEXIST ? 0 : sys;
    }
    if (S_ISLNK(st.st_mode))
        sys = copy_link(from, to, name);
    else if (mknodat(to, name, st.st_mode & S_IFMT, st.st_rdev) != 0)
        sys = errno;
    if (sys == EEXIST)
        return 0;
    if (sys == 0 &&
        fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
        sys = errno;
    if (sys == 0 && !S_ISLNK(st.st_mode))
        sys = set_mode(to, name, st.st_mode & 07777);
    times[0] = st.st_atim;
    times[1] = st.st_mtim;
    if (sys == 0 && utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) != 0)
        sys = errno;
    return sys;
}
