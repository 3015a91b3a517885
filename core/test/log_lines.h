#ifndef LOG_LINES_H
#define LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "logger.h"

/*
 * Numbered lines of all sizes and one that says that it is the last, for tests
 * that look whether each is in the log once, in its order.
 */
typedef struct log_lines {
    unsigned long next;  /* how many have been seen of a stream */
    char line[64 << 10]; /* what the pieces of the next have come to */
    size_t size;
    bool is_whole; /* its last line has been seen */
} log_lines;

/*
 * Write them to `fd`, in another process, as fast as it goes until the pipe
 * `until` has an end, whose other end is `keep`. The pipe must not block.
 */
pid_t log_lines_write(int fd, int until, int keep);

/*
 * Read all files, from the oldest to the newest, and assert that the lines are
 * right. How many files there were.
 */
int log_lines_check(const logger *l, log_lines *both, bool is_json);

#endif
