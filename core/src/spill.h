#ifndef SPILL_H
#define SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes in the order of their coming, in a file that has no name: it is gone
 * with the last who has it open. It is made when there is something to hold,
 * never larger than its limit, and empty whenever all of it was taken.
 *
 * Where the file system takes no more, bytes stay in memory, and there is no
 * room for others until they were taken.
 */
typedef struct spill spill;

/* In the directory `dir`, copied. */
spill *spill_new(const char *dir, uint64_t limit);
void spill_free(spill *f); /* NULL is ignored */

uint64_t spill_size(const spill *f);
uint64_t spill_room(const spill *f);

/* Add bytes behind the others, no more than there is room for. */
void spill_put(spill *f, const char *data, size_t size);

/*
 * Copy the oldest bytes, at most `most`, and let them go; how many. Less than
 * 0: a negative errno; what could not be read is gone.
 */
int64_t spill_take(spill *f, char *into, size_t most);

#endif
