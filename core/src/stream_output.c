#include <assert.h>

#include "connect.h"
#include "fifo.h"
#include "memory.h"
#include "outlet.h"

/* Output: an outlet of the FIFO's manifold, and what its user asks of it. */

static void on_far(void *arg, int events)
{
    (void)events;
    outlet_flow(arg);
}

static void attach(manifold *m, neap_stream *s)
{
    if (s->other >= 0)
        s->far = watch_open(s->loop, s->other, on_far, s);
    manifold_attach(m, s);
}

static neap_stream *open_output(neap_loop *loop,
                                const neap_stdio_end *end,
                                stream_end_cb end_cb,
                                void *arg,
                                neap_error *err)
{
    neap_stream *s = stream_new(loop, end, end_cb, arg);
    int fd = -1;
    manifold *m;

    if (stream_open_far(s, end, err) && (fd = fifo_open_reader(end->path)) < 0)
        stream_refuse(end, -fd, err);
    if (fd < 0) {
        neap_stream_unref(s);
        return NULL;
    }
    m = manifold_new(loop, fd);
    attach(m, s);
    manifold_unref(m);
    return s;
}

neap_stream *stream_open_output(neap_loop *loop,
                                const neap_stdio_end *end,
                                stream_end_cb end_cb,
                                void *arg,
                                neap_error *err)
{
    neap_stream *s = open_output(loop, end, end_cb, arg, err);

    if (s != NULL)
        manifold_go_on(s->manifold);
    return s;
}

bool stream_may_be_left(const neap_stdio_end *end)
{
    return end->kind == NEAP_STDIO_CAPTURE && end->more_count == 0;
}

neap_stream *stream_open_left(neap_loop *loop,
                              const neap_stdio_end *end,
                              stream_end_cb end_cb,
                              void *arg,
                              neap_error *err)
{
    neap_stream *s = open_output(loop, end, end_cb, arg, err);

    if (s != NULL)
        manifold_leave(s->manifold);
    return s;
}

static neap_stream *join(manifold *m, neap_stream *s)
{
    attach(m, s);
    manifold_go_on(m);
    return s;
}

neap_stream *stream_add_outlet(neap_stream *first,
                               const neap_stdio_end *end,
                               stream_end_cb end_cb,
                               void *arg,
                               neap_error *err)
{
    neap_stream *s = stream_new(first->loop, end, end_cb, arg);

    if (stream_open_far(s, end, err))
        return join(first->manifold, s);
    neap_stream_unref(s);
    return NULL;
}

void stream_hurry(neap_stream *s)
{
    manifold_hurry(s->manifold);
}

neap_stream *neap_stream_tap(neap_stream *output, const neap_stdio_end *how)
{
    neap_stdio_end end = *how;
    neap_stream *s;

    assert(!output->is_input);
    end.kind = NEAP_STDIO_PIPE;
    end.holds = false;
    s = stream_new(output->loop, &end, NULL, NULL);
    stream_name(s, output->id);
    s->ended = s->is_ending = manifold_has_ended(output->manifold);
    return join(output->manifold, s);
}

/* --- reading -------------------------------------------------------------- */

static void cancel_read(neap_request *req)
{
    stream_request *r = (stream_request *)req;

    r->stream->reader = NULL;
    stream_request_late(r, NEAP_CANCELLED, "the read was cancelled");
}

/* Why it cannot be read; NULL: it can. */
static const char *obstacle(const neap_stream *s)
{
    if (s->kind != NEAP_STDIO_PIPE || s->is_input)
        return "the stream is not a readable pipe";
    if (s->reader != NULL || s->connection != NULL)
        return "the stream has a reader already";
    return NULL;
}

neap_request *
neap_stream_read(neap_stream *stream, neap_stream_read_cb cb, void *arg)
{
    stream_request *r = stream_request_new(stream, "stream.read", arg);
    const char *why = obstacle(stream);

    r->read_cb = cb;
    if (why != NULL) {
        stream_request_late(r, NEAP_FAILED_PRECONDITION, why);
        return &r->req;
    }
    r->data = outlet_draw(stream, &r->size);
    if (r->data != NULL || stream->ended) {
        stream_request_late(r, NEAP_OK, NULL);
    } else {
        stream->reader = r;
        r->req.cancel = cancel_read;
    }
    manifold_go_on(stream->manifold);
    return &r->req;
}
