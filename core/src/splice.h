#ifndef SPLICE_H
#define SPLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Bytes from a FIFO to where they go, within the kernel.
 *
 * To append to a file so takes an offset of one's own: the kernel splices to
 * none that is open for appending. So whoever of us appends has it locked
 * meanwhile (flock), and no two write at the same place.
 */
typedef enum splice_way {
    SPLICE_NEVER,
    SPLICE_PIPE,
    SPLICE_DEVICE,
    SPLICE_FILE, /* one of our own, that is appended to */
} splice_way;

/* How `fd` can be spliced to; `is_own`: nobody shares its offset. */
splice_way splice_way_of(int fd, bool is_own);

/*
 * Move up to `most` bytes without waiting; how many, 0 at the end. Else -1 and
 * errno: EAGAIN where nothing is there or there is no room, EINVAL where it
 * cannot be spliced to.
 */
ssize_t splice_some(splice_way way, int from, int to, size_t most);

/* write(2) to the end of a file that another may be splicing to. */
ssize_t splice_append(int to, const char *data, size_t size);

#endif
