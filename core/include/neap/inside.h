#ifndef NEAP_INSIDE_H
#define NEAP_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "neap/error.h"

/*
 * Files of a tree that is somebody else's, as a container's root directory is.
 * Whoever wrote it may have put anything anywhere: links in it, absolute ones
 * and ".." alike, lead nowhere but into it, and what is no regular file is
 * neither waited for nor opened.
 */

/*
 * Read the file at `path` below the directory `root`, at most `limit` bytes.
 * `content` is owned, to be released with free(), and holds `length` bytes.
 * False is failure: `err->sys` is ENOENT, ENOTDIR: there is none; EISDIR,
 * EINVAL: it is no regular file; EFBIG: it is larger; EAGAIN: directories were
 * moved meanwhile, ask again; ENOSYS: the kernel has no openat2 (Linux 5.6 has
 * it). Local, and returns at once.
 */
bool neap_inside_read(const char *root,
                      const char *path,
                      size_t limit,
                      char **content,
                      size_t *length,
                      neap_error *err);

#endif
