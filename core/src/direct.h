#ifndef DIRECT_H
#define DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Bulk output to a regular file, past the page cache.
 *
 * To fill the page cache costs more than to read the FIFO: a page to find and
 * to account for, buffers and an extent for each block of it, and on a virtual
 * machine that gave its free memory back, a fault in the host. Past it a GB
 * costs 160-230 ms of CPU, reading included, where large buffered writes take
 * 280-1100 and Go's client 850-1200; splice is no better than they, allocating
 * ahead is where memory is at hand (220), RWF_DONTCACHE too where it is not
 * (240-320). (ext4, Linux 6.18.)
 *
 * What few bytes cost is no matter, and who reads them soon is to find them in
 * memory: a file that has taken less is written as ever. So is what comes in
 * pieces that are small or do not fit the file's blocks, where the file system
 * does not say that it can, and where the device is slow: the loop waits for
 * each write. The kernel keeps both ways of writing coherent.
 *
 * Zeroed memory is a file that is always written as ever.
 */
typedef struct direct {
    bool is_able;
    bool is_on; /* the descriptor has O_DIRECT */
    uint64_t taken;
    int lags; /* of its last writes, more or less */
} direct;

/* The most that is of use at once, and where memory must begin for it. */
#define DIRECT_ALL   ((size_t)1 << 20)
#define DIRECT_ALIGN 4096

/* Write to `fd` from now on, whose flags nobody shares. */
void direct_open(direct *d, int fd);

/* Has it taken so much that what follows may go past the cache? */
bool direct_is_due(const direct *d);

/*
 * Of `there` bytes to come, how many to write next, so that they or those
 * behind them go past the cache; 0: it is all one.
 */
size_t direct_fit(const direct *d, int fd, size_t there);

/* write(2), one way or the other. */
ssize_t direct_write(direct *d, int fd, const char *data, size_t size);

/* A write past the cache took `ns`: give that up where most take too long. */
void direct_judge(direct *d, size_t size, int64_t ns);

#endif
