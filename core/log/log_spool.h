#ifndef LOG_SPOOL_H
#define LOG_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Where a stream's bytes go from its FIFO: a file that only grows, so that its
 * size says how much was taken. The kernel moves bytes from a pipe to a file
 * and takes them out of the pipe in one call that no signal tears, SIGKILL
 * neither: what is in the spool is not in the FIFO, and the other way round.
 * Nothing has to be noted, and nothing can be lost or taken twice in between.
 *
 * What nobody needs any more is given back as holes.
 */
typedef struct log_spool {
    int fifo; /* -1: the stream is not there, or has ended */
    int file;
    uint64_t size;
    uint64_t hole; /* everything before is given back */
} log_spool;

/* Find out how much is there. 0 or a negative errno. */
int log_spool_measure(log_spool *spool);

/* Forget all of it. */
int log_spool_reset(log_spool *spool);

/*
 * Move up to `most` bytes from the FIFO. How many; 0 at the end or while nobody
 * has the FIFO open to write; -EAGAIN: nothing now; else a negative errno.
 */
ssize_t log_spool_take(log_spool *spool, size_t most);

/* Read what was taken, from `at` on. */
ssize_t
log_spool_read(const log_spool *spool, uint64_t at, void *bytes, size_t size);

/* Nobody will ask for what is before `at`. */
void log_spool_release(log_spool *spool, uint64_t at);

#endif
