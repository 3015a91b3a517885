#ifndef SPLICE_H
#define SPLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Bytes from a FIFO to where they go, within the kernel: another FIFO, or a
 * device. To a regular file it copies them all the same, from memory that has
 * gone cold; and to append it would need an offset of its own, which would
 * write over what others append. What is cheap there, direct.h knows.
 */
typedef enum splice_way {
    SPLICE_NEVER,
    SPLICE_PIPE,
    SPLICE_DEVICE,
} splice_way;

/* How `fd` can be spliced to; `is_own`: nobody shares its flags. */
splice_way splice_way_of(int fd, bool is_own);

/*
 * Move up to `most` bytes without waiting; how many, 0 at the end. Else -1 and
 * errno: EAGAIN where nothing is there or there is no room, EINVAL where it
 * cannot be spliced to.
 */
ssize_t splice_some(splice_way way, int from, int to, size_t most);

#endif
