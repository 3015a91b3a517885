#ifndef TREE_H
#define TREE_H

#include <fcntl.h>
#include <stdatomic.h>

/* What the thread that works on a tree looks at: is it to stop? */
typedef const atomic_bool tree_stop;

/*
 * Open what `name` is in the directory `dir` and not a link, nor where
 * something is mounted: EXDEV. -1 and errno.
 */
int tree_enter(int dir, const char *name, int flags);

/* 0, or an errno: ECANCELED where it was stopped. */
int tree_remove(const char *path, tree_stop *stop);
int tree_copy(const char *root,
              const char *path,
              const char *to,
              tree_stop *stop);

/*
 * Copy one thing that is no directory, unless its name is taken. 0, or an
 * errno.
 */
int tree_copy_entry(int from, int to, const char *name);

/* Give `to` the owner, mode, times and capabilities of `from`. 0, or an errno.
 */
int tree_copy_facts(int from, int to);

#endif
