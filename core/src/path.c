#include "neap/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fifo.h"
#include "memory.h"

static bool fail(neap_error *err, int sys, const char *op, const char *path)
{
    neap_error_set_errno(err, op, sys, "%s", path);
    return false;
}

/* --- facts ---------------------------------------------------------------- */

static char type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFLNK:
        return 'l';
    case S_IFSOCK:
        return 's';
    case S_IFIFO:
        return 'p';
    case S_IFCHR:
        return 'c';
    case S_IFBLK:
        return 'b';
    default:
        return '-';
    }
}

/* 0, or an errno. */
static int look_inside(const char *path, neap_path_facts *facts)
{
    struct statvfs fs;
    struct dirent *entry;
    DIR *dir;

    if (statvfs(path, &fs) != 0)
        return errno;
    facts->noexec = fs.f_flag & ST_NOEXEC;
    facts->readonly = fs.f_flag & ST_RDONLY;
    facts->free = (uint64_t)fs.f_bavail * fs.f_frsize;
    if ((dir = opendir(path)) == NULL)
        return errno;
    facts->empty = true;
    while (facts->empty && (entry = readdir(dir)) != NULL)
        facts->empty =
            strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return 0;
}

bool neap_path_inspect(const char *path,
                       neap_path_facts *facts,
                       neap_error *err)
{
    struct stat st;
    int sys;

    *facts = (neap_path_facts){ 0 };
    if (lstat(path, &st) != 0)
        return errno == ENOENT || fail(err, errno, "path.inspect", path);
    facts->type = type_of(st.st_mode);
    facts->uid = st.st_uid;
    facts->mode = st.st_mode & ~(mode_t)S_IFMT;
    if (facts->type == 'd' && (sys = look_inside(path, facts)) != 0)
        return fail(err, sys, "path.inspect", path);
    return true;
}

_Static_assert(NEAP_PATH_MAX >= PATH_MAX, "realpath fills PATH_MAX bytes");

bool neap_path_resolve(const char *path,
                       char real[NEAP_PATH_MAX],
                       neap_error *err)
{
    return realpath(path, real) != NULL ||
           fail(err, errno, "path.resolve", path);
}

/* --- changes -------------------------------------------------------------- */

static int set_mode(const char *path, unsigned mode)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), sys;

    if (fd < 0)
        return errno;
    sys = fchmod(fd, mode) != 0 ? errno : 0;
    close(fd);
    return sys;
}

bool neap_path_make(const char *path, unsigned mode, neap_error *err)
{
    int sys;

    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return fail(err, errno, "path.make", path);
    if ((sys = set_mode(path, mode)) != 0)
        return fail(err, sys, "path.make", path);
    return true;
}

bool neap_path_touch(const char *path, unsigned mode, neap_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0)
        return fail(err, errno, "path.touch", path);
    close(fd);
    return true;
}

/* 0, or an errno. */
static int
write_file(const char *path, const void *data, size_t size, unsigned mode)
{
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(path, flags, mode), sys;

    if (fd < 0)
        return errno;
    sys = -fd_write_all(fd, data, size);
    if (sys == 0 && fchmod(fd, mode) != 0)
        sys = errno;
    if (close(fd) != 0 && sys == 0)
        sys = errno;
    return sys;
}

bool neap_path_write(const char *path,
                     const void *data,
                     size_t size,
                     unsigned mode,
                     neap_error *err)
{
    char *beside = xasprintf("%s.%d", path, (int)getpid());
    int sys = write_file(beside, data, size, mode);

    if (sys == 0 && rename(beside, path) != 0)
        sys = errno;
    if (sys != 0)
        unlink(beside);
    free(beside);
    return sys == 0 || fail(err, sys, "path.write", path);
}

/* --- trimming ------------------------------------------------------------- */

/* 0, or an errno. Lines that come in meanwhile may be lost. */
static int keep_end(int fd, off_t size, size_t keep)
{
    char *end = xmalloc(keep);
    ssize_t n = pread(fd, end, keep, size - (off_t)keep);
    int sys = n < 0 || ftruncate(fd, 0) != 0 ? errno : 0;

    if (sys == 0)
        sys = -fd_write_all(fd, end, (size_t)n);
    free(end);
    return sys;
}

bool neap_path_trim(const char *path,
                    uint64_t limit,
                    size_t keep,
                    neap_error *err)
{
    int fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC), sys = 0;
    struct stat st;

    if (fd < 0)
        return errno == ENOENT || fail(err, errno, "path.trim", path);
    if (fstat(fd, &st) != 0)
        sys = errno;
    else if ((uint64_t)st.st_size > limit && (uint64_t)st.st_size > keep)
        sys = keep_end(fd, st.st_size, keep);
    close(fd);
    return sys == 0 || fail(err, sys, "path.trim", path);
}
