#ifndef LOG_TAP_H
#define LOG_TAP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "log_session.h"

/*
 * Those who watch the streams as they come, over the session's socket. Who
 * connects says what it wants in one line:
 *
 *     tap live        what comes from now on
 *     tap backlog     before that, what came since the last watcher left
 *     tap all         before that, all that is kept
 *     tap hold        the same, and nothing is read while it is slow
 *     tap at N        what comes from position N on, for who was told of it
 *     tap hold N      the same, and nothing is read while it is slow
 *     status          how the log fares: one notice, then the end
 *
 * and is then sent frames: a byte that is the kind, four that are the size of
 * what follows, little endian, and that:
 *
 *     0   the end: the streams are over; nothing follows
 *     1   bytes of stdout
 *     2   bytes of stderr
 *     3   a notice, text for people
 *     4   eight bytes, little endian: so many bytes were left out here, since
 *         they were no longer kept
 *     5   eight bytes, little endian, first of all: the position of what comes
 *         next. Bytes of both streams and those left out move it on, and it
 *         means the same to the logger after one that was killed.
 *
 * Nobody else is waited for. The bytes stay in the spools, so a watcher costs
 * nearly nothing; one that is slower than what is kept misses some and is told.
 */
#define LOG_TAP_CLIENTS 64
#define LOG_TAP_FDS     (LOG_TAP_CLIENTS + 1)

typedef struct log_tap log_tap;

log_tap *log_tap_new(log_session *session);
void log_tap_free(log_tap *tap); /* closes every connection */

/* Fill `fds`, room for LOG_TAP_FDS, with what is waited for. How many. */
size_t log_tap_poll(log_tap *tap, struct pollfd *fds);

/* Do what poll(2) has found in what log_tap_poll filled. */
void log_tap_turn(log_tap *tap, const struct pollfd *fds, size_t count);

/* There are more bytes. */
void log_tap_feed(log_tap *tap);

/* The state's trouble has changed. */
void log_tap_notice(log_tap *tap);

/*
 * There will be no more bytes. Who has come is sent the end, in its turn, once
 * it has asked.
 */
void log_tap_end(log_tap *tap);

size_t log_tap_clients(const log_tap *tap);

/* Is somebody here for whom nothing is read while he is slow? */
bool log_tap_has_holder(const log_tap *tap);

/* Is somebody slow who is to be waited for? */
bool log_tap_is_held(const log_tap *tap);

#endif
