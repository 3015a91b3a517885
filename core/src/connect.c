#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fifo.h"
#include "memory.h"
#include "outlet.h"

/*
 * 1. made: both streams know it; the input's writes go first
 * 2. begun: the output's far side is the input's FIFO, by a descriptor of its
 *    own, for libuv watches one only once
 * 3. over, by one of connect.h's ways: the output is a pipe again
 */

static void on_far(void *arg, int events)
{
    (void)events;
    outlet_flow(arg);
}

static void begin(connection *c)
{
    neap_stream *s = c->stream;

    fifo_enlarge(c->peer->fd);
    s->other = fcntl(c->peer->fd, F_DUPFD_CLOEXEC, 3);
    if (s->other < 0) {
        connection_fail(c, errno);
        return;
    }
    s->far = watch_open(s->loop, s->other, on_far, s);
    s->way = SPLICE_PIPE;
    s->is_full = false;
    s->moved = 0;
    if (!backlog_is_empty(&s->backlog))
        watch_start(s->far, UV_WRITABLE);
    manifold_go_on(s->manifold);
}

void connection_begin(connection *c)
{
    if (c->stream->other < 0)
        begin(c);
}

/* Apart from each other again; how it ended is the caller's to say. */
static void part(connection *c)
{
    neap_stream *s = c->stream;

    c->count = s->moved;
    s->connection = NULL;
    s->is_full = false;
    c->peer->feed = NULL;
    watch_close(&s->far);
    if (s->other >= 0)
        close(s->other);
    s->other = -1;
}

void connection_end(connection *c)
{
    neap_stream *input = c->peer;

    part(c);
    if (c->count > 0)
        input->is_mid_line = true;
    neap_stream_close(input);
    stream_request_late(c, NEAP_OK, NULL);
}

void connection_fail(connection *c, int sys)
{
    stream_truncate(c->stream, neap_errno_name(sys));
    part(c);
    stream_request_late(c, NEAP_UNKNOWN, "cannot write to the input");
}

void connection_break(connection *c, neap_code code)
{
    if (code != NEAP_CANCELLED)
        stream_truncate(c->stream, "EPIPE");
    part(c);
    stream_request_late(c, code,
                        code == NEAP_CANCELLED
                            ? "the client was closed"
                            : "the input was closed, or its process has ended");
}

void connection_cancel(connection *c, const char *why)
{
    part(c);
    stream_request_late(c, NEAP_CANCELLED, why);
}

static void cancel(neap_request *req)
{
    connection_cancel((connection *)req, "the connection was cancelled");
}

/* Why the two cannot be connected; NULL: they can. */
static const char *obstacle(const neap_stream *output, const neap_stream *input)
{
    if (output->is_input || output->kind != NEAP_STDIO_PIPE)
        return "the stream is not a readable pipe";
    if (output->reader != NULL || output->connection != NULL)
        return "the stream has a reader already";
    if (!input->is_input || input->kind != NEAP_STDIO_PIPE)
        return "the stream is not a writable pipe";
    if (input->feed != NULL)
        return "the input is written by another stream already";
    if (input->ended || input->closing)
        return "the stream was closed, or its process has ended";
    return NULL;
}

neap_request *neap_stream_connect(neap_stream *output,
                                  neap_stream *input,
                                  neap_stream_connect_cb cb,
                                  void *arg)
{
    connection *c = stream_request_new(output, "stream.connect", arg);
    const char *why = obstacle(output, input);

    c->connect_cb = cb;
    c->peer = neap_stream_ref(input);
    if (why != NULL) {
        stream_request_late(c, NEAP_FAILED_PRECONDITION, why);
        return &c->req;
    }
    c->req.cancel = cancel;
    output->connection = input->feed = c;
    output->moved = 0;
    if (output->ended)
        connection_end(c);
    else if (input->writers == NULL)
        connection_begin(c);
    return &c->req;
}
