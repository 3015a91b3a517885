#ifndef STREAM_PRIVATE_H
#define STREAM_PRIVATE_H

/* What stream.c, stream_output.c and stream_input.c share. */

#include "loop.h"
#include "request.h"
#include "stream.h"
#include "watch.h"

typedef struct stream_request {
    neap_request req; /* first */
    struct stream_request *next;
    neap_stream *stream; /* a reference */
    const char *op;
    neap_stream_read_cb read_cb;
    neap_stream_write_cb write_cb;
    void *arg;
    char *data; /* a write's; owned */
    size_t size, at;
    loop_task late; /* answering on the next turn, with `code` */
    neap_code code;
    const char *why;
} stream_request;

struct neap_stream {
    int refs;
    neap_loop *loop;
    neap_stdio_kind kind;
    bool is_input;
    bool holds;   /* not through until its consumer says so */
    bool closing; /* input: ends after the last write */
    bool is_read; /* output: somebody takes it */
    bool ended;
    const char *truncated; /* static */
    stream_end_cb end_cb;
    void *end_arg;

    int fd;         /* the FIFO */
    watch *fifo;    /* on fd */
    int other;      /* FD, FILE: where output goes, or input comes from */
    watch *far;     /* on other; NULL for a regular file */
    bool is_socket; /* other is: others hold it too, it stays as it is */
    timer *pause;
    bool pausing; /* left to fill */

    char *rest; /* read from one side, not yet written to the other */
    size_t rest_size, rest_at;

    char *captured;
    size_t captured_size, captured_room, limit;

    stream_request *reader, *writers;
};

neap_stream *stream_new(neap_loop *loop,
                        const neap_stdio_end *end,
                        stream_end_cb end_cb,
                        void *arg);
bool stream_open_ends(neap_stream *s,
                      const neap_stdio_end *end,
                      bool output,
                      neap_error *err);

/* Close descriptors and watches. */
void stream_release(neap_stream *s);

/* It has ended: release, and tell whoever made it. */
void stream_finish(neap_stream *s);

stream_request *stream_request_new(neap_stream *s, const char *op, void *arg);

/* Call back and free `r`. Comes last: the stream may go with it. */
void stream_request_answer(stream_request *r,
                           const neap_error *err,
                           char *data,
                           size_t size);

/* Answer on the next turn: `code`, or the end where it is NEAP_OK. */
void stream_request_fail(stream_request *r, neap_code code, const char *why);

#endif
