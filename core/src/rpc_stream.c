#include <stdlib.h>

#include "memory.h"
#include "rpc_private.h"

/*
 * A stream in both directions.
 *
 * Happy path: open sends the metadata and waits for two things in the
 * background, the server's headers and its final status; then each read and
 * each write is a batch of its own. A read that finds no message is the end:
 * it answers when the status is there too, which says whether it is an error.
 *
 * The flight is over when the status has come and nothing is in flight. What
 * is asked after that is answered from `final`, on the loop's next turn.
 */
struct rpc_stream {
    rpc_flight flight; /* first */
    neap_loop *loop;
    rpc_batch opening, ending, reading, writing, finishing;
    int batches; /* in flight */
    bool has_status, over, closed;
    bool said_end; /* no message follows of ours */
    bool at_end;   /* a read found no message and waits for the status */
    neap_error final;

    grpc_byte_buffer *in, *out;
    rpc_read_cb read_cb;
    void *read_arg;
    rpc_write_cb write_cb;
    void *write_arg;
    loop_task late_read, late_write;
    bool is_late_read, is_late_write;
};

#define OF(member, pointer)                                                    \
    ((rpc_stream *)((char *)(pointer)-offsetof(rpc_stream, member)))

static void start(rpc_stream *s, const grpc_op *ops, size_t n, rpc_batch *b)
{
    s->batches++;
    rpc_flight_start(&s->flight, ops, n, b);
}

/* --- answering ------------------------------------------------------------ */

static void answer_read(rpc_stream *s,
                        const neap_error *err,
                        const uint8_t *data,
                        size_t size)
{
    rpc_read_cb cb = s->read_cb;

    s->read_cb = NULL;
    cb(s->read_arg, err, data, size);
}

static void answer_end(rpc_stream *s)
{
    s->at_end = false;
    answer_read(s, s->final.code != NEAP_OK ? &s->final : NULL, NULL, 0);
}

static void answer_write(rpc_stream *s, const neap_error *err)
{
    rpc_write_cb cb = s->write_cb;

    s->write_cb = NULL;
    cb(s->write_arg, err);
}

/* Free the stream once nobody can come back to it. */
static void settle(rpc_stream *s)
{
    if (s->batches > 0 || !s->has_status)
        return;
    if (!s->over) {
        s->over = true;
        rpc_flight_end(&s->flight);
    }
    if (!s->closed || s->is_late_read || s->is_late_write)
        return;
    neap_error_clear(&s->final);
    free(s);
}

/* --- batches -------------------------------------------------------------- */

static void on_open(rpc_batch *b, bool ok)
{
    rpc_stream *s = OF(opening, b);

    (void)ok; /* a failure shows in the status */
    s->batches--;
    settle(s);
}

static void on_status(rpc_batch *b, bool ok)
{
    rpc_stream *s = OF(ending, b);

    (void)ok;
    s->has_status = true;
    if (s->flight.status != GRPC_STATUS_OK)
        rpc_flight_error(&s->flight, &s->final);
    if (s->at_end)
        answer_end(s); /* s stays: this batch still counts */
    s->batches--;
    settle(s);
}

static void on_read(rpc_batch *b, bool ok)
{
    rpc_stream *s = OF(reading, b);
    grpc_byte_buffer *in = s->in;
    grpc_slice bytes;

    s->in = NULL;
    if (ok && rpc_buffer_read(in, &bytes)) {
        answer_read(s, NULL, GRPC_SLICE_START_PTR(bytes),
                    GRPC_SLICE_LENGTH(bytes));
        grpc_slice_unref(bytes);
    } else if (s->has_status) {
        answer_end(s);
    } else {
        s->at_end = true;
    }
    grpc_byte_buffer_destroy(in);
    s->batches--;
    settle(s);
}

static void on_write(rpc_batch *b, bool ok)
{
    rpc_stream *s = OF(writing, b);
    neap_error err = { 0 };

    grpc_byte_buffer_destroy(s->out);
    s->out = NULL;
    if (!ok) {
        neap_error_set(&err, NEAP_FAILED_PRECONDITION, s->flight.op,
                       "the stream has ended; read it to learn why");
    }
    answer_write(s, ok ? NULL : &err);
    neap_error_clear(&err);
    s->batches--;
    settle(s);
}

static void on_finish(rpc_batch *b, bool ok)
{
    rpc_stream *s = OF(finishing, b);

    (void)ok;
    if (s->write_cb == NULL) {
        grpc_byte_buffer_destroy(s->out);
        s->out = NULL;
    }
    s->batches--;
    settle(s);
}

/* --- the interface -------------------------------------------------------- */

rpc_stream *rpc_stream_open(rpc *r, const char *path, const rpc_options *opt)
{
    rpc_stream *s = xcalloc(1, sizeof *s);
    grpc_metadata *metadata = xcalloc(opt->header_count + 1, sizeof *metadata);
    grpc_op status;
    grpc_op ops[2];

    s->loop = r->loop;
    s->opening.done = on_open;
    s->ending.done = on_status;
    s->reading.done = on_read;
    s->writing.done = on_write;
    s->finishing.done = on_finish;
    rpc_flight_begin(&s->flight, r, path, opt, true);
    status = rpc_flight_status(&s->flight);
    start(s, &status, 1, &s->ending);
    ops[0] = rpc_flight_metadata(&s->flight, opt, metadata);
    ops[1] = rpc_flight_headers(&s->flight);
    start(s, ops, 2, &s->opening);
    for (size_t i = 1; i <= opt->header_count; i++) {
        grpc_slice_unref(metadata[i].key);
        grpc_slice_unref(metadata[i].value);
    }
    free(metadata);
    return s;
}

static void on_late_read(loop_task *task)
{
    rpc_stream *s = OF(late_read, task);

    answer_end(s);
    s->is_late_read = false;
    settle(s);
}

static void on_late_write(loop_task *task)
{
    rpc_stream *s = OF(late_write, task);
    neap_error err = { 0 };

    neap_error_set(&err, NEAP_FAILED_PRECONDITION, s->flight.op,
                   "the stream has ended");
    answer_write(s, &err);
    neap_error_clear(&err);
    s->is_late_write = false;
    settle(s);
}

static void cancel_late(neap_request *req)
{
    (void)req; /* it answers on the next turn anyway */
}

static neap_request late = { cancel_late };

neap_request *rpc_stream_read(rpc_stream *s, rpc_read_cb cb, void *arg)
{
    grpc_op op = { .op = GRPC_OP_RECV_MESSAGE,
                   .data.recv_message.recv_message = &s->in };

    s->read_cb = cb;
    s->read_arg = arg;
    if (s->over) {
        s->is_late_read = true;
        s->late_read.run = on_late_read;
        loop_defer(s->loop, &s->late_read);
        return &late;
    }
    s->in = NULL;
    start(s, &op, 1, &s->reading);
    return &s->flight.req;
}

neap_request *rpc_stream_write(
    rpc_stream *s, const uint8_t *data, size_t size, rpc_write_cb cb, void *arg)
{
    grpc_op op = { .op = GRPC_OP_SEND_MESSAGE };

    s->write_cb = cb;
    s->write_arg = arg;
    if (s->over || s->said_end) {
        s->is_late_write = true;
        s->late_write.run = on_late_write;
        loop_defer(s->loop, &s->late_write);
        return &late;
    }
    s->out = rpc_buffer(data, size);
    op.data.send_message.send_message = s->out;
    start(s, &op, 1, &s->writing);
    return &s->flight.req;
}

void rpc_stream_end(rpc_stream *s)
{
    grpc_op op = { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT };

    if (!s->over && !s->said_end)
        start(s, &op, 1, &s->finishing);
    s->said_end = true;
}

void rpc_stream_send(rpc_stream *s, const uint8_t *data, size_t size)
{
    grpc_op ops[] = {
        { .op = GRPC_OP_SEND_MESSAGE },
        { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT },
    };

    s->said_end = true;
    s->out = rpc_buffer(data, size);
    ops[0].data.send_message.send_message = s->out;
    start(s, ops, 2, &s->finishing);
}

void rpc_stream_close(rpc_stream *s)
{
    if (s == NULL)
        return;
    s->closed = true;
    if (!s->over && !s->has_status)
        grpc_call_cancel(s->flight.call, NULL);
    settle(s);
}
