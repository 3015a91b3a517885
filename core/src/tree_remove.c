#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "tree.h"

/*
 * A directory is held open for each level, so a tree that was made deep on
 * purpose is brought up: what lies below DEEPEST moves into the directory that
 * is removed, and is found there again.
 */
#define DEEPEST 64

typedef struct removal {
    int top;
    unsigned long moved;
    tree_stop *stop;
} removal;

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* 0, or an errno. */
static int bring_up(removal *r, int dir, const char *name)
{
    char other[sizeof "deep-" + 3 * sizeof r->moved];

    do {
        snprintf(other, sizeof other, "deep-%lu", r->moved++);
        if (renameat2(dir, name, r->top, other, RENAME_NOREPLACE) == 0)
            return 0;
    } while (errno == EEXIST);
    return errno;
}

static int remove_content(removal *r, int dir, int depth);

/* 0, or an errno. */
static int remove_directory(removal *r, int dir, const char *name, int depth)
{
    int fd, sys;

    if (depth > DEEPEST)
        return bring_up(r, dir, name);
    do {
        fd = tree_enter(dir, name, O_RDONLY | O_DIRECTORY);
        if (fd < 0)
            return errno;
        if (depth == 0)
            r->top = fd;
        if ((sys = remove_content(r, fd, depth)) != 0)
            return sys;
        if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
            return 0;
        /* readdir may pass over names while others go; and more was brought up
         */
    } while (errno == ENOTEMPTY || errno == EEXIST);
    return errno;
}

/* 0, or an errno. */
static int remove_entry(removal *r, int dir, const char *name, int depth)
{
    int sys, inner;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
        return 0;
    sys = errno;
    if (sys != EISDIR && sys != EPERM)
        return sys;
    inner = remove_directory(r, dir, name, depth);
    return inner == ENOTDIR || inner == ELOOP ? sys : inner;
}

/* `dir` is closed by that. 0, or an errno. */
static int remove_content(removal *r, int dir, int depth)
{
    DIR *list = fdopendir(dir);
    const struct dirent *entry;
    int sys = 0;

    if (list == NULL) {
        sys = errno;
        close(dir);
        return sys;
    }
    while (sys == 0 && (errno = 0, entry = readdir(list)) != NULL) {
        if (is_dots(entry->d_name))
            continue;
        sys = atomic_load(r->stop)
                  ? ECANCELED
                  : remove_entry(r, dir, entry->d_name, depth + 1);
    }
    if (sys == 0 && entry == NULL)
        sys = errno;
    closedir(list);
    return sys;
}

int tree_remove(const char *path, tree_stop *stop)
{
    char *parent = xstrdup(path), *slash = strrchr(parent, '/');
    removal r = { .stop = stop };
    int dir, sys;

    if (slash == NULL || slash[1] == '\0' || is_dots(slash + 1)) {
        free(parent);
        return EINVAL;
    }
    *slash = '\0';
    dir = open(parent[0] != '\0' ? parent : "/",
               O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    sys = dir < 0 ? errno : remove_directory(&r, dir, slash + 1, 0);
    if (dir >= 0)
        close(dir);
    free(parent);
    return sys;
}
