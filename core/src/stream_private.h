#ifndef STREAM_PRIVATE_H
#define STREAM_PRIVATE_H

/* What the files of streams share. */

#include "backlog.h"
#include "direct.h"
#include "loop.h"
#include "manifold.h"
#include "request.h"
#include "splice.h"
#include "stream.h"
#include "watch.h"

typedef struct stream_request {
    neap_request req; /* first */
    struct stream_request *next;
    neap_stream *stream; /* a reference */
    const char *op;
    neap_stream_read_cb read_cb;
    neap_stream_write_cb write_cb;
    neap_stream_connect_cb connect_cb;
    void *arg;
    char *data; /* to write, or read already; owned */
    size_t size, at;
    neap_stream *peer; /* CONNECT: the input; a reference */
    uint64_t count;    /* of bytes that it took */
    loop_task late;    /* answering on the next turn, with `code` */
    neap_code code;
    const char *why;
} stream_request;

struct neap_stream {
    int refs;
    neap_loop *loop;
    char *id; /* what its errors are about; NULL: nothing known */
    neap_stdio_kind kind;
    bool is_input;
    bool holds;   /* not through until its consumer says so */
    bool closing; /* input: ends after the last write */
    bool ended;
    const char *truncated; /* static */
    stream_end_cb end_cb;
    void *end_arg;

    int other;      /* where output goes, or input comes from; -1: nowhere */
    watch *far;     /* on other; NULL for a regular file */
    splice_way way; /* output: to other */
    direct direct;  /* the same, where that is a file of our own opening */
    bool is_socket; /* other is: others hold it too, it stays as it is */

    /* input */
    int fd;      /* the FIFO */
    watch *fifo; /* on fd */
    char *rest;  /* read from `other`, not yet written */
    size_t rest_size, rest_at;
    bool is_typed;    /* a terminal's */
    bool is_mid_line; /* or so it seems: what was written ends no line */
    stream_request *writers;
    timer *parting;       /* it ends once its FIFO has a reader */
    double parting_s;     /* how long until it looks again */
    stream_request *feed; /* the connection that its bytes come by */

    /* output: an outlet of a manifold */
    manifold *manifold; /* a reference */
    neap_stream *next;
    bool is_attached;
    bool is_ending; /* what it holds is the last */
    backlog backlog;
    size_t buffer;  /* how much that is in memory; 0: as outlet.c says */
    bool is_full;   /* `other` takes nothing until `far` says so */
    uint64_t moved; /* bytes written to `other` */
    char *captured;
    size_t captured_size, captured_room, limit;
    stream_request *reader;
    stream_request *connection;
};

neap_stream *stream_new(neap_loop *loop,
                        const neap_stdio_end *end,
                        stream_end_cb end_cb,
                        void *arg);

/* Open where an output goes, or an input comes from. */
bool stream_open_far(neap_stream *s,
                     const neap_stdio_end *end,
                     neap_error *err);

/* Why the FIFO at `end` is not open. */
void stream_refuse(const neap_stdio_end *end, int sys, neap_error *err);

/* Close descriptors and watches. */
void stream_release(neap_stream *s);

/* Input whose last write is through: end it. */
void stream_end_input(neap_stream *s);

/* It has ended: release, and tell whoever made it. */
void stream_finish(neap_stream *s);

/* Answer reads and writes in flight on the next turn: those with the end. */
void stream_fail_requests(neap_stream *s, neap_code code);

stream_request *stream_request_new(neap_stream *s, const char *op, void *arg);

/* Call back and free `r`. Comes last: the stream may go with it. */
void stream_request_answer(stream_request *r,
                           const neap_error *err,
                           char *data,
                           size_t size);

/* The same, failing with `err`, whose id becomes the stream's. */
void stream_request_fail(stream_request *r, neap_error *err);

/* Answer on the next turn: `code`, or with what it has where it is NEAP_OK. */
void stream_request_late(stream_request *r, neap_code code, const char *why);

#endif
