#ifndef GROVE_H
#define GROVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "neap/tree.h"
#include "world.h"

/*
 * What tests of trees share: a world, names in its directory, and what becomes
 * of a tree that is removed or copied. A test that fails aborts.
 */
extern world grove_world;

typedef struct outcome {
    int count, sys;
    neap_code code;
} outcome;

/* The path of `name`; of the last few, so that two can be had at once. */
const char *at(const char *name);

/* Make a directory, and a file. */
void make(const char *name, mode_t mode);
void put(const char *name, const char *text);

bool is_there(const char *name);

/* Does the file say just this? */
bool reads(const char *name, const char *text);

/* Counts, and keeps, what it is told; `arg` is an outcome. */
void on_over(void *arg, const neap_error *err);

outcome removed(const char *name);
outcome copied(const char *root, const char *path, const char *to);

#endif
