#ifndef BACKLOG_H
#define BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neap/stream.h"
#include "ring.h"
#include "spill.h"

/*
 * What one consumer has not taken yet, and the policy where that is too much:
 * `buffer` bytes are in memory, SPILL has more in a file. Each `buffer` given
 * here is how much that is at the moment.
 */
typedef struct backlog {
    neap_policy policy;
    ring held;    /* the oldest; while there is any, some of it is here */
    spill *spill; /* the rest of it; NULL but with SPILL */
    uint64_t dropped;
    int problem; /* an errno: why some of the file could not be read */
} backlog;

/* More than this at once is of no use to anybody. */
#define BACKLOG_ALL ((size_t)1 << 20)

/* `b` is zeroed memory. */
void backlog_open(backlog *b, const neap_stdio_end *how);

/* Forget all of it, for good. */
void backlog_close(backlog *b);

bool backlog_is_empty(const backlog *b);

/* How much may be put; 0: nothing, until some was taken. */
size_t backlog_room(const backlog *b, size_t buffer);

/* Add bytes, no more than there is room for. */
void backlog_put(backlog *b, size_t buffer, const char *data, size_t size);

/* The oldest bytes that lie together, and how many; NULL: there are none. */
const char *backlog_front(const backlog *b, size_t *size);

/* Let the oldest `size` bytes go, no more than lie in memory. */
void backlog_skip(backlog *b, size_t buffer, size_t size);

/* Take the oldest bytes; owned. NULL: there are none. */
char *backlog_take(backlog *b, size_t buffer, size_t *size);

#endif
