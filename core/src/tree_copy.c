#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tree.h"

/* Two directories are held open for each level. */
#define DEEPEST 128

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int copy_content(int from, int to, int depth, tree_stop *stop);

/* 0, or an errno. What is mounted there comes out empty. */
static int
copy_directory(int from, int to, const char *name, int depth, tree_stop *stop)
{
    int inner, made, sys;

    if (depth > DEEPEST)
        return ENAMETOOLONG;
    if (mkdirat(to, name, 0700) != 0 && errno != EEXIST)
        return errno;
    inner = tree_enter(from, name, O_RDONLY | O_DIRECTORY);
    if (inner < 0)
        return errno == EXDEV ? 0 : errno;
    made = tree_enter(to, name, O_RDONLY | O_DIRECTORY);
    if (made < 0) {
        sys = errno;
        close(inner);
        return sys == ENOTDIR || sys == ELOOP || sys == EXDEV ? 0 : sys;
    }
    return copy_content(inner, made, depth, stop);
}

/* 0, or an errno. */
static int
copy_one(int from, int to, const char *name, int depth, tree_stop *stop)
{
    struct stat st;

    if (atomic_load(stop))
        return ECANCELED;
    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : errno; /* it went in the meantime */
    if (S_ISDIR(st.st_mode))
        return copy_directory(from, to, name, depth + 1, stop);
    return tree_copy_entry(from, to, name);
}

/* Both are closed by that. 0, or an errno. */
static int copy_content(int from, int to, int depth, tree_stop *stop)
{
    DIR *list = fdopendir(from);
    const struct dirent *entry;
    int sys = list == NULL ? errno : 0;

    while (sys == 0 && (errno = 0, entry = readdir(list)) != NULL)
        if (!is_dots(entry->d_name))
            sys = copy_one(from, to, entry->d_name, depth, stop);
    if (sys == 0)
        sys = errno;
    if (sys == 0)
        sys = tree_copy_facts(from, to);
    if (list != NULL)
        closedir(list);
    else
        close(from);
    close(to);
    return sys;
}

/* As if `root` were the whole file system. -1 and errno. */
static int open_inside(const char *root, const char *path)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, sys;

    if (dir < 0)
        return -1;
    do
        fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    sys = errno;
    close(dir);
    errno = sys;
    return fd;
}

int tree_copy(const char *root,
              const char *path,
              const char *to,
              tree_stop *stop)
{
    int from = open_inside(root, path), made, sys;

    if (from < 0)
        return errno;
    made = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made < 0) {
        sys = errno;
        close(from);
        return sys;
    }
    return copy_content(from, made, 0, stop);
}
