#ifndef LOG_GZIP_H
#define LOG_GZIP_H

#include <sys/types.h>

/*
 * Compression of what was rotated away, in a process of its own that ends with
 * this one. A reader finds FILE.n or FILE.n.gz, each whole; for a moment both.
 */

/* Compress whatever of FILE.1 to FILE.max_file-1 is not. The process, or 0. */
pid_t log_gzip_start(const char *path, unsigned max_file);

/* Has it ended? Then `*pid` becomes 0. */
void log_gzip_reap(pid_t *pid);
void log_gzip_wait(pid_t *pid);

/* Give up what it has not done yet: the file stays as it was. */
void log_gzip_stop(pid_t *pid, const char *path, unsigned max_file);

#endif
