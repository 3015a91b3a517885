#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A gRPC server that does as a test tells it: it stands in for a containerd
 * that is slow, wrong, gone, or of another platform.
 *
 * What a method answers is said beforehand, by its full path
 * ("/containerd.services.version.v1.Version/Version"); without that it answers
 * UNIMPLEMENTED. Each call is counted, and each message of it kept.
 *
 * Threads: the server has its own. Everything here may be called from any
 * thread but its watcher's, and never waits for a client.
 */
typedef struct server server;

/* Listen on a unix socket at `path`. Aborts where it cannot. */
server *server_open(const char *path);

/* Drop every connection, stop listening, remove the socket. */
void server_close(server *s);

/* Drop every connection, as a daemon that is killed; go on listening. */
void server_drop(server *s);

/*
 * Refuse new connections as if nobody listened, or take them again. Those that
 * are there stay.
 */
void server_refuse(server *s, bool refuse);

/* --- what a method answers; the last word counts, from the next call on --- */

/* One message. `data` is copied. */
void server_answer(server *s,
                   const char *method,
                   const void *data,
                   size_t size);

/* One message more than was scripted so far: of a stream that ends by itself.
 */
void server_append(server *s,
                   const char *method,
                   const void *data,
                   size_t size);

/* A status, as a number, instead. */
void server_fail(server *s,
                 const char *method,
                 int status,
                 const char *details);

/*
 * A stream: it stays open, and silent, until it is told otherwise. What clients
 * write on it is kept like any request.
 */
void server_stream(server *s, const char *method);

/* Send a message on each open stream of `method`. Copied. */
void server_send(server *s, const char *method, const void *data, size_t size);

/* End each open stream of `method`; 0 is success. */
void server_end(server *s, const char *method, int status, const char *details);

/*
 * Let calls of `method` wait before they are answered, until they are released:
 * those that wait now, and those that come later.
 */
void server_hold(server *s, const char *method);
void server_release(server *s, const char *method);

/* --- what was asked ------------------------------------------------------- */

/* Calls of `method` that have arrived; NULL: of any. */
unsigned server_calls(server *s, const char *method);

/* Calls of `method` that are neither answered nor gone: held, or streams. */
unsigned server_open_calls(server *s, const char *method);

/* Calls of `method` that the client cancelled, or that broke. */
unsigned server_cancelled(server *s, const char *method);

/* Messages that arrived for `method`, over all its calls. */
unsigned server_messages(server *s, const char *method);

/* Message `index` of those. Borrowed, as long as the server; NULL: none. */
const uint8_t *
server_message(server *s, const char *method, unsigned index, size_t *size);

/* Metadata `key` of call `index` of `method`. Borrowed like a message. */
const char *
server_header(server *s, const char *method, unsigned index, const char *key);

/*
 * Be told, on the server's thread, when any of the above has changed: wake a
 * loop there (uv_async_send), and nothing else.
 */
void server_watch(server *s, void (*watcher)(void *arg), void *arg);

#endif
