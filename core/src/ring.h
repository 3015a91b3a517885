#ifndef RING_H
#define RING_H

#include <stddef.h>

/*
 * Bytes in the order of their coming, in memory that grows with them and is
 * released when the last is taken. Zeroed memory is an empty ring.
 */
typedef struct ring {
    char *data;
    size_t room, at, size;
} ring;

/* Add bytes behind the others. */
void ring_put(ring *r, const char *data, size_t size);

/* The oldest bytes that lie together, and how many; NULL: there are none. */
const char *ring_front(const ring *r, size_t *size);

/* Let the oldest `size` bytes go. */
void ring_skip(ring *r, size_t size);

/* Copy the oldest bytes, at most `most`, and let them go; how many. */
size_t ring_take(ring *r, char *into, size_t most);

void ring_clear(ring *r);

#endif
