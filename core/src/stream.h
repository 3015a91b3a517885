#ifndef STREAM_H
#define STREAM_H

#include "neap/loop.h"
#include "neap/stream.h"

/* How the set of streams (stdio.c) makes, watches and ends each of them. */

/* Runs once: an output is through, or the input was ended by its user. */
typedef void (*stream_end_cb)(void *arg);

/*
 * Open an output on the FIFO `path`. Fills `err` and gives NULL on failure.
 * `end_cb` may run from within later calls on the stream.
 */
neap_stream *stream_open_output(neap_loop *loop,
                                const neap_stdio_end *end,
                                stream_end_cb end_cb,
                                void *arg,
                                neap_error *err);

/* The input is a terminal's: its end is typed, for to close it is to hang up.
 */
void stream_type_end(neap_stream *input);

/* One consumer more of the output that `first` is of. */
neap_stream *stream_add_outlet(neap_stream *first,
                               const neap_stdio_end *end,
                               stream_end_cb end_cb,
                               void *arg,
                               neap_error *err);

/* Open the input; `end_cb` runs when our end has been closed by its user. */
neap_stream *stream_open_input(neap_loop *loop,
                               const neap_stdio_end *end,
                               stream_end_cb end_cb,
                               void *arg,
                               neap_error *err);

/* Whom the errors of its requests are about: a container. Copied. */
void stream_name(neap_stream *s, const char *id);

/*
 * The process holds the other end of input `s` from now on: copy from where the
 * bytes come. What is written before, and ended, would be gone with our end.
 */
void stream_begin(neap_stream *s);

/*
 * Open an output that may be left alone: it is only kept in memory, and nobody
 * looks at it yet. To hurry is to take what has come, and from now on what
 * comes.
 */
bool stream_may_be_left(const neap_stdio_end *end);
neap_stream *stream_open_left(neap_loop *loop,
                              const neap_stdio_end *end,
                              stream_end_cb end_cb,
                              void *arg,
                              neap_error *err);
void stream_hurry(neap_stream *s);

/* Has everything been taken that somebody has to wait for? */
bool stream_is_through(const neap_stream *s);

/* Is something missing where nobody waits for it any longer? */
bool stream_is_owed(const neap_stream *s);

/* Give up on what has not come yet: `why` is static. */
void stream_truncate(neap_stream *s, const char *why);

/*
 * Close our end for good; a request in flight answers with `code`. With an
 * output all that take from the same FIFO end.
 */
void stream_shut(neap_stream *s, neap_code code);

#endif
