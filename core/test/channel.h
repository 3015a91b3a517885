#ifndef CHANNEL_H
#define CHANNEL_H

#include <stddef.h>

#include "flow.h"
#include "stream.h"
#include "world.h"

/*
 * A stream on a real FIFO, for tests of who takes the bytes, how fast, and how
 * it ends. The test plays the process, at the FIFO's other end.
 */
typedef struct channel {
    world w;
    char path[64]; /* of the FIFO */
    neap_stream *stream;
    int fd; /* the process's end of it */
    int ended;
    int files; /* open to begin with */
} channel;

typedef struct reply {
    int count;
    neap_code code;
    size_t size;
    char id[8];    /* whom the failure is about */
    char text[32]; /* of what was read, or why it failed */
} reply;

void channel_open(channel *s);
void channel_close(channel *s); /* no file may be open that was not */

/* Open the stream, and the other end. Its `path` is given here. */
void channel_output(channel *s, neap_stdio_end end);
void channel_input(channel *s, neap_stdio_end end);

/* What counts the ends of a stream, with the channel for its argument. */
void channel_on_end(void *arg);

/* The process has closed its output. */
void channel_end_output(channel *s);
void channel_await_end(channel *s);

/* Have a thread write `total` bytes of the flow as the process. */
void channel_start_writer(channel *s, flow_writer *writer, size_t total);

/* --- requests ------------------------------------------------------------- */

neap_request *channel_read(channel *s, reply *r);
neap_request *
channel_write(channel *s, const char *data, size_t size, reply *r);
void channel_await(channel *s, const reply *r);
const char *channel_read_one(channel *s, reply *r);

/* --- tests ---------------------------------------------------------------- */

typedef struct channel_test {
    const char *name;
    void (*run)(channel *s);
} channel_test;

/* Run each on a channel of its own, and say that it has passed. */
void channel_run(const channel_test *tests, size_t count);

#endif
