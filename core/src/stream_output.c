#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fifo.h"
#include "memory.h"
#include "stream_private.h"

/*
 * Output: the FIFO is read when it is readable and somebody can take the bytes.
 *
 * The first bytes go on at once. When much has come, more is coming: then the
 * FIFO is left to fill for a moment, so that bulk output costs few reads. One
 * that was full is read on: its writer waits.
 */
#define BULK   (16 << 10)
#define FULL   (1 << 20)
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
    if (size == 0)
        return;
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
}

static ssize_t write_far(neap_stream *s, const char *data, size_t size)
{
    if (s->is_socket)
        return send(s->other, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return fd_write(s->other, data, size);
}

/* Write to the far side; how much it has taken, or was given up for. */
static size_t pass_on(neap_stream *s, const char *data, size_t size)
{
    size_t at = 0;

    while (s->other >= 0 && at < size) {
        ssize_t n = write_far(s, data + at, size - at);

        if (n >= 0)
            at += (size_t)n;
        else if (errno == EAGAIN && s->far != NULL)
            return at;
        else if (errno != EINTR)
            give_up(s, errno);
    }
    return size;
}

/* What the far side does not take now is kept until it does. */
static void forward(neap_stream *s, const char *data, size_t size)
{
    size_t done = pass_on(s, data, size);

    if (done == size)
        return;
    s->rest_at = 0;
    s->rest_size = size - done;
    s->rest = xrealloc(s->rest, s->rest_size);
    memcpy(s->rest, data + done, s->rest_size);
    watch_start(s->far, UV_WRITABLE);
}

static void on_far(void *arg, int events)
{
    neap_stream *s = arg;

    (void)events;
    s->rest_at += pass_on(s, s->rest + s->rest_at, s->rest_size - s->rest_at);
    if (s->rest_at < s->rest_size)
        return;
    s->rest_size = s->rest_at = 0;
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
    if (s->pausing)
        return false;
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
    if (wants(s)) {
        enlarge(s);
        watch_start(s->fifo, UV_READABLE);
    } else if (s->kind != NEAP_STDIO_PIPE || s->pausing) {
        watch_stop(s->fifo); /* else its reader mostly comes back before */
    }
}

static void on_pause_over(void *arg)
{
    neap_stream *s = arg;

    s->pausing = false;
    read_on(s);
}

static void pause_a_moment(neap_stream *s)
{
    s->pausing = true;
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
        forward(s, chunk, size);
    }
}

static void finish(neap_stream *s)
{
    stream_finish(s);
    if (s->reader != NULL)
        answer(s, NULL, 0);
}

/*
 * Read what is there, as far as it can be taken; how much that was. The end
 * mostly stands behind the last bytes: to wait for it would be one turn more.
 */
static size_t read_all(neap_stream *s)
{
    char *chunk = loop_scratch(s->loop);
    size_t size = 0;

    while (!s->ended && wants(s) && size < FULL) {
        ssize_t n = read(s->fd, chunk, LOOP_SCRATCH);

        if (n < 0)
            break;
        if (n == 0) {
            finish(s);
            break;
        }
        size += (size_t)n;
        if (s->kind == NEAP_STDIO_PIPE && n >= BULK && n < LOOP_SCRATCH)
            pause_a_moment(s);
        take(s, chunk, (size_t)n);
    }
    return size;
}

static void on_fifo(void *arg, int events)
{
    neap_stream *s = arg;
    size_t size;

    (void)events;
    if (!wants(s)) {
        watch_stop(s->fifo);
        return;
    }
    neap_stream_ref(s);
    size = read_all(s);
    if (s->kind != NEAP_STDIO_PIPE && size >= BULK && size < FULL)
        pause_a_moment(s);
    read_on(s);
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
