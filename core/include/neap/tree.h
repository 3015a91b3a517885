#ifndef NEAP_TREE_H
#define NEAP_TREE_H

#include "neap/error.h"
#include "neap/loop.h"
#include "neap/request.h"

/*
 * Whole directories whose content is somebody else's, as what a container wrote
 * is: no link in them is followed, and nothing that is mounted in them is
 * entered. Both operations may take long, so a thread of libuv's does them.
 *
 * Where the directory itself lies must be a place that only we can change.
 *
 * Errors: NOT_FOUND, and by `err->sys`: EXDEV something is mounted in it; EPERM
 * it holds what may not be changed; ENOSYS the kernel has no openat2 (Linux 5.6
 * has it). Cancelled, what was done stays done.
 */

/* `err` is NULL on success, else borrowed for the call. */
typedef void (*neap_tree_cb)(void *arg, const neap_error *err);

/* Remove the directory `path` and all that is in it. `path` is copied. */
neap_request *
neap_tree_remove(neap_loop *loop, const char *path, neap_tree_cb cb, void *arg);

/*
 * Copy what is in the directory `path` of the tree `root` into `to`, a
 * directory of ours, which gets its owner and mode too. A name that is there is
 * left as it is, with what is below a directory added to it: of two who copy
 * the same at once each leaves a whole. Links in `path` stay below `root`.
 * Sockets are left out, and mounts come out empty; files with several names
 * become several. NOT_FOUND and ENOTDIR: `root` has no such directory. Paths
 * are copied.
 */
neap_request *neap_tree_copy(neap_loop *loop,
                             const char *root,
                             const char *path,
                             const char *to,
                             neap_tree_cb cb,
                             void *arg);

#endif
