#ifndef LOG_JOURNAL_H
#define LOG_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "log_spool.h"
#include "log_state.h"

/*
 * In which order the newest bytes of both streams came, for those who watch.
 * The bytes are in the spools; the journal, which is in the state and so
 * outlives the logger, has a segment for each change of stream.
 *
 * Positions count the bytes of both streams: `tail` is the oldest that is kept,
 * `head` is one past the newest, `mark` is how far the watchers have come.
 */

/* Note that `spool` has more of `stream` than the journal knows. */
void log_journal_add(log_state *state, unsigned stream, uint64_t size);

/* Keep no more than `most` bytes. */
void log_journal_trim(log_state *state, uint64_t most);

/* Where in the spool of `stream` the first byte lies that is kept. */
uint64_t
log_journal_oldest(const log_state *state, unsigned stream, uint64_t size);

/*
 * The bytes at `at`, which is in the journal: up to `most` of one stream. Where
 * in which spool they are, and how many.
 */
size_t log_journal_find(const log_state *state,
                        uint64_t at,
                        size_t most,
                        unsigned *stream,
                        uint64_t *position);

#endif
