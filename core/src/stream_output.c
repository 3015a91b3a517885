#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fifo.h"
#include "memory.h"
#include "stream_private.h"

/*
 * Output: the FIFO is read when it is readable and somebody can take the bytes.
 *
 * The first bytes go on at once. When a read brings a lot, more is coming: then
 * the FIFO is left to fill for a moment, so that bulk output costs few reads.
 */
#define BULK   (64 << 10)
#define FILL_S 0.002

static void read_on(neap_stream *s);

/* --- consumers ------------------------------------------------------------ */

static void keep(neap_stream *s, const char *data, size_t size)
{
    size_t room = s->limit - s->captured_size;

    if (size > room) {
        stream_truncate(s, "limit");
        size = room;
    }
    if (s->captured_size + size > s->captured_room) {
        s->captured_room = (s->captured_size + size) * 2;
        s->captured = xrealloc(s->captured, s->captured_room);
    }
    memcpy(s->captured + s->captured_size, data, size);
    s->captured_size += size;
}

/* The far side is gone or full: say why, and let the process go on. */
static void give_up(neap_stream *s, int sys)
{
    stream_truncate(s, neap_errno_name(sys));
    watch_close(&s->far);
    close(s->other);
    s->other = -1;
    s->rest_size = s->rest_at = 0;
}

/* Write what is held. False while the far side takes no more. */
static bool pass_on(neap_stream *s)
{
    while (s->other >= 0 && s->rest_at < s->rest_size) {
        ssize_t n =
            fd_write(s->other, s->rest + s->rest_at, s->rest_size - s->rest_at);

        if (n >= 0)
            s->rest_at += (size_t)n;
        else if (errno == EAGAIN && s->far != NULL)
            return false;
        else if (errno != EINTR)
            give_up(s, errno);
    }
    s->rest_size = s->rest_at = 0;
    return true;
}

static void copy(neap_stream *s, const char *data, size_t size)
{
    if (s->other < 0)
        return;
    s->rest = xrealloc(s->rest, size);
    memcpy(s->rest, data, size);
    s->rest_size = size;
    s->rest_at = 0;
}

static void on_far(void *arg, int events)
{
    neap_stream *s = arg;

    (void)events;
    if (!pass_on(s))
        return;
    if (s->far != NULL)
        watch_stop(s->far);
    read_on(s);
}

static void answer(neap_stream *s, char *data, size_t size)
{
    stream_request *r = s->reader;

    s->reader = NULL;
    stream_request_answer(r, NULL, data, size);
}

/* --- reading -------------------------------------------------------------- */

static bool wants(const neap_stream *s)
{
    if (s->kind == NEAP_STDIO_PIPE)
        return s->reader != NULL;
    return s->rest_at == s->rest_size;
}

/* While nobody reads, the process is to stop as early as in a shell. */
static void enlarge(neap_stream *s)
{
    if (!s->is_read)
        fifo_enlarge(s->fd);
    s->is_read = true;
}

static void read_on(neap_stream *s)
{
    if (s->ended || s->fifo == NULL)
        return;
    if (!wants(s)) {
        watch_stop(s->fifo);
        return;
    }
    enlarge(s);
    watch_start(s->fifo, UV_READABLE);
}

static void on_pause_over(void *arg)
{
    read_on(arg);
}

static void pause_a_moment(neap_stream *s)
{
    watch_stop(s->fifo);
    if (s->pause == NULL)
        s->pause = timer_open(s->loop, FILL_S, on_pause_over, s);
    else
        timer_again(s->pause, FILL_S);
}

static void take(neap_stream *s, const char *chunk, size_t size)
{
    char *data;

    switch (s->kind) {
    case NEAP_STDIO_PIPE:
        data = xmalloc(size);
        memcpy(data, chunk, size);
        answer(s, data, size);
        break;
    case NEAP_STDIO_CAPTURE:
        keep(s, chunk, size);
        break;
    default:
        copy(s, chunk, size);
        if (!pass_on(s))
            watch_start(s->far, UV_WRITABLE);
    }
}

static void on_fifo(void *arg, int events)
{
    neap_stream *s = arg;
    char *chunk = loop_scratch(s->loop);
    ssize_t n;

    (void)events;
    if (!wants(s)) {
        watch_stop(s->fifo);
        return;
    }
    n = read(s->fd, chunk, LOOP_SCRATCH);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    neap_stream_ref(s);
    if (n > 0) {
        take(s, chunk, (size_t)n);
        if (!s->ended && n >= BULK && s->kind != NEAP_STDIO_PIPE && wants(s))
            pause_a_moment(s);
        else
            read_on(s);
    } else {
        stream_finish(s);
        if (s->reader != NULL)
            answer(s, NULL, 0);
    }
    neap_stream_unref(s);
}

/* --- the interface -------------------------------------------------------- */

neap_stream *stream_open_output(neap_loop *loop,
                                const neap_stdio_end *end,
                                stream_end_cb end_cb,
                                void *arg,
                                neap_error *err)
{
    neap_stream *s = stream_new(loop, end, end_cb, arg);

    if (!stream_open_ends(s, end, true, err)) {
        neap_stream_unref(s);
        return NULL;
    }
    s->fifo = watch_open(loop, s->fd, on_fifo, s);
    if (s->other >= 0)
        s->far = watch_open(loop, s->other, on_far, s);
    read_on(s);
    return s;
}

static void cancel_read(neap_request *req)
{
    stream_request *r = (stream_request *)req;
    neap_stream *s = r->stream;

    s->reader = NULL;
    read_on(s);
    stream_request_fail(r, NEAP_CANCELLED, "the read was cancelled");
}

neap_request *
neap_stream_read(neap_stream *stream, neap_stream_read_cb cb, void *arg)
{
    stream_request *r = stream_request_new(stream, "stream.read", arg);

    r->read_cb = cb;
    if (stream->kind != NEAP_STDIO_PIPE || stream->is_input) {
        stream_request_fail(r, NEAP_FAILED_PRECONDITION,
                            "the stream is not a readable pipe");
    } else if (stream->reader != NULL) {
        stream_request_fail(r, NEAP_FAILED_PRECONDITION,
                            "the stream has a reader already");
    } else if (stream->ended) {
        stream_request_fail(r, NEAP_OK, NULL);
    } else {
        stream->reader = r;
        r->req.cancel = cancel_read;
        read_on(stream);
    }
    return &r->req;
}
