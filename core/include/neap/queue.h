#ifndef NEAP_QUEUE_H
#define NEAP_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "neap/stream.h"

/*
 * Bytes in the order of their coming that a consumer has not taken yet, with
 * the policy of an output's consumer for where that is too much. An output has
 * this for each of its own; a queue is for bytes that come from elsewhere.
 *
 * It calls nobody, and waits for nothing but the disk.
 */
typedef struct neap_queue neap_queue;

/* `how` has `policy`, `buffer` (1 or more) and where SPILL goes. Owned. */
neap_queue *neap_queue_new(const neap_stdio_end *how);
void neap_queue_free(neap_queue *queue); /* NULL is ignored */

/*
 * Add bytes, copied, behind the others, as many as there is room for. How many;
 * 0 means with BLOCK, and with SPILL whose file is full: take some first.
 */
size_t neap_queue_put(neap_queue *queue, const char *data, size_t size);

/*
 * The oldest bytes that lie together, and how many; NULL: there are none.
 * Borrowed until the queue is changed.
 */
const char *neap_queue_front(const neap_queue *queue, size_t *size);

/* Let the oldest `size` bytes go, no more than lie together. */
void neap_queue_skip(neap_queue *queue, size_t size);

/* How many bytes DROP has forgotten. */
uint64_t neap_queue_dropped(const neap_queue *queue);

/* An errno: why some of the file could not be read, and is gone; 0: all was. */
int neap_queue_problem(const neap_queue *queue);

#endif
