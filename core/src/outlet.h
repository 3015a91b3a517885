#ifndef OUTLET_H
#define OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "backlog.h"
#include "neap/error.h"

/*
 * One of the consumers of an output, seen from the manifold that feeds it. It
 * hands on what it can at once, and holds the rest in a buffer of its own.
 */

/* What fits into one that need not hold anything. */
#define OUTLET_ALL BACKLOG_ALL

/* How many bytes it can take now; 0: the manifold has to wait. */
size_t outlet_room(const neap_stream *s);

/* Give it bytes, no more than it has room for. */
void outlet_take(neap_stream *s, const char *data, size_t size);

/* Give it `data` itself, to own. False: it has no use for that, give it bytes.
 */
bool outlet_keep(neap_stream *s, char *data, size_t size);

/* Does it only ever copy what it takes, and call nobody meanwhile? */
bool outlet_copies(const neap_stream *s);

/* Can bytes go from the FIFO to where it goes, without being read? */
bool outlet_splices(const neap_stream *s);

/* Move up to `most` bytes from the FIFO `fd`. Answers as read(2) does. */
ssize_t outlet_splice(neap_stream *s, int fd, size_t most);

/* Does it go to a regular file? */
bool outlet_is_file(const neap_stream *s);

/* How much of what is in `fifo` it should get in one piece, of whole pages; 0:
 * it is all one. */
size_t outlet_fit(const neap_stream *s, int fifo);

/* Nothing more comes. It was detached. */
void outlet_end(neap_stream *s);

/* The same, of a process that is gone: nobody is called before the next turn.
 */
void outlet_shut(neap_stream *s, neap_code code);

/* Write what it holds to where it goes, as far as that takes it. */
void outlet_flow(neap_stream *s);

/* Take the oldest bytes that it holds; owned. NULL: it holds none. */
char *outlet_draw(neap_stream *s, size_t *size);

#endif
