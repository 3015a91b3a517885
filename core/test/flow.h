#ifndef FLOW_H
#define FLOW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "neap/stream.h"
#include "world.h"

/* Bytes that tell their place, a process that writes them, one that reads. */

/* Put into `data` what begins at byte `from` of the flow; is it there? */
void flow_fill(char *data, size_t from, size_t size);
bool flow_matches(const char *data, size_t from, size_t size);

/* Writes `total` bytes into `fd`, waiting where it is full, and closes it. */
typedef struct flow_writer {
    pthread_t thread;
    int fd;
    size_t total;
    atomic_bool over;
} flow_writer;

void flow_start_writer(flow_writer *wr, int fd, size_t total);
void flow_join_writer(flow_writer *wr);

/* Turn until it has written all, by nobody's help but the loop's. */
void flow_await_writer(world *w, flow_writer *wr);

/* What a read, a write or a connection answered. */
typedef struct flow_reply {
    int count;
    neap_code code;
    uint64_t moved;
    size_t size;
    char *data; /* NULL: the end */
} flow_reply;

neap_request *flow_read(neap_stream *s, flow_reply *r);
neap_request *flow_connect(neap_stream *from, neap_stream *to, flow_reply *r);

/* Turn until it is there; exactly once. */
void flow_await(world *w, const flow_reply *r);

/* Read `s` to its end, or `most` bytes: the flow's from `from` on. How many. */
size_t flow_read_all(world *w, neap_stream *s, size_t from, size_t most);

/* Write `text`, all of it. */
void flow_say(int fd, const char *text);

#endif
