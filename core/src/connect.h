#ifndef CONNECT_H
#define CONNECT_H

#include "stream_private.h"

/*
 * An output whose bytes go into an input: a request of the output's, which is
 * copied to the input's FIFO for as long as that lasts. Each of the two streams
 * knows it. What the input has not taken stays with the output, to be read.
 *
 * Each of these ends it, and answers on the next turn.
 */
typedef struct stream_request connection;

/* The input's writes are through: bytes may move. */
void connection_begin(connection *c);

/* The output is over, and all of it taken: end the input. */
void connection_end(connection *c);

/* The input's FIFO cannot be written. */
void connection_fail(connection *c, int sys);

/* The input has ended, or was closed: nobody takes the rest. */
void connection_break(connection *c, neap_code code);

void connection_cancel(connection *c, const char *why);

#endif
