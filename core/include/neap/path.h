#ifndef NEAP_PATH_H
#define NEAP_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "neap/error.h"

/*
 * What policy has to know and do about files of ours before it trusts a place.
 * Nothing here follows a symbolic link in the last component but
 * neap_path_resolve, whose work that is. All of it is local and returns at
 * once. False is failure, told in `err`.
 */

/* What is at a path; `type` as `ls -l` shows it, 0 where nothing is. */
typedef struct neap_path_facts {
    char type; /* 'd', '-', 'l', 's', 'p', 'c', 'b' */
    uid_t uid;
    unsigned mode; /* permission bits, sticky and set-id included */

    /* Of directories only. */
    bool empty;
    bool noexec, readonly; /* how the file system is mounted */
    uint64_t free;         /* bytes that we may still write */
} neap_path_facts;

/* A path where nothing is, is a fact and no failure. */
bool neap_path_inspect(const char *path,
                       neap_path_facts *facts,
                       neap_error *err);

#define NEAP_PATH_MAX 4096

/* The path without links, "." and "..". */
bool neap_path_resolve(const char *path,
                       char real[NEAP_PATH_MAX],
                       neap_error *err);

/* Make a directory; whether made or there, `mode` is what it has then. */
bool neap_path_make(const char *path, unsigned mode, neap_error *err);

/* Make an empty file, at once what it will be; one that is there stays. */
bool neap_path_touch(const char *path, unsigned mode, neap_error *err);

/* Write a whole file, or leave the old one as it was. */
bool neap_path_write(const char *path,
                     const void *data,
                     size_t size,
                     unsigned mode,
                     neap_error *err);

/*
 * Cut a file that has outgrown `limit` down to its last `keep` bytes, in place:
 * whoever appends to it goes on. None there is fine.
 */
bool neap_path_trim(const char *path,
                    uint64_t limit,
                    size_t keep,
                    neap_error *err);

#endif
