#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log_options.h"
#include "log_state.h"

/*
 * The log as files: FILE, and what was rotated away, FILE.1, FILE.2 ... or
 * FILE.1.gz ... The commit that is passed says where in which file the log
 * ends; calls that change that change the commit, and whoever calls keeps it.
 *
 * FILE is a regular file, mode 0600 where it is made here; neither a symlink
 * nor anything else is opened. It is locked: two loggers never share one.
 */
typedef struct log_file {
    const log_options *options; /* borrowed */
    int fd;                     /* -1: not open */
    int64_t dirty_ns; /* since when something is not on the disk; 0: all is */
    pid_t compressor; /* 0: none */
} log_file;

void log_file_init(log_file *file, const log_options *options);

/*
 * See that the file is open, and that it is the one the name means: a log that
 * was deleted or moved away is made anew. 0 or a negative errno, like the
 * following.
 */
int log_file_ready(log_file *file, log_state *state);

/* Write at the commit's end, which is moved behind it. */
int log_file_write(log_file *file,
                   log_commit *commit,
                   const char *bytes,
                   size_t size);

/* Cut off what a write left that failed half-way. */
void log_file_trim(log_file *file, const log_commit *commit);

/* Make room for a new FILE; what the commit says must have been written. */
int log_file_rotate(log_file *file, log_state *state, log_commit *commit);

/* Begin to compress what was rotated and is not yet, where that is wanted. */
void log_file_compress(log_file *file);

/* Give up what is not compressed yet. */
void log_file_stop_compressing(log_file *file);

/* Put on the disk what the policy says; `end`: what it says at the end. */
int log_file_sync(log_file *file, int64_t now_ns, bool end);

void log_file_close(log_file *file);

#endif
