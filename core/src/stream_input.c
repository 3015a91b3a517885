#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connect.h"
#include "fifo.h"
#include "memory.h"

/*
 * Input: what is written waits in a list until the FIFO takes it; or it is
 * copied from a descriptor or a file, as much at a time as the FIFO takes.
 */
#define CHUNK (64 << 10)

static void on_writable(neap_stream *s);
static void go_on(neap_stream *s);

static ssize_t write_fifo(neap_stream *s, const char *data, size_t size)
{
    ssize_t n = fd_write(s->fd, data, size);

    if (n > 0)
        s->is_mid_line = data[n - 1] != '\n';
    return n;
}

/* --- the end -------------------------------------------------------------- */

/*
 * A shim opens its end in the background, when its process runs already. If
 * ours were closed before, what it holds would be lost, and the shim would wait
 * for a writer that never comes. So it stays until there is a reader. Nothing
 * wakes a writer for that but inotify, of which a user has few; hence a timer,
 * which hardly ever has to run.
 */
#define PARTING_FIRST_S 0.001
#define PARTING_MOST_S  0.1

static void part(void *arg)
{
    neap_stream *s = arg;

    if (fifo_is_read(s->fd)) {
        stream_finish(s);
        return;
    }
    if (s->parting_s < PARTING_MOST_S)
        s->parting_s *= 2;
    timer_again(s->parting, s->parting_s);
}

static void end_fifo(neap_stream *s)
{
    int fd = fifo_reopen_writer(s->fd);

    if (fd >= 0) {
        watch_close(&s->fifo);
        close(s->fd); /* it was a reader too */
        s->fd = fd;
    }
    if (fd < 0 || fifo_is_read(fd)) {
        stream_finish(s);
        return;
    }
    s->parting_s = PARTING_FIRST_S;
    s->parting = timer_open(s->loop, s->parting_s, part, s);
}

/* At the start of a line one ctrl-D is the end; else it ends the line. */
#define END "\4\4"

void stream_type_end(neap_stream *input)
{
    input->is_typed = true;
}

static void type_end(neap_stream *s)
{
    s->is_typed = false;
    free(s->rest);
    s->rest = xmalloc(sizeof END);
    memcpy(s->rest, END, sizeof END);
    s->rest_at = 0;
    s->rest_size = s->is_mid_line ? 2 : 1;
    go_on(s);
}

void stream_end_input(neap_stream *s)
{
    if (s->is_typed)
        type_end(s);
    else if (s->parting == NULL)
        end_fifo(s);
}

/* --- requests ------------------------------------------------------------- */

static void write_done(neap_stream *s, neap_error *err)
{
    stream_request *r = s->writers;

    s->writers = r->next;
    if (s->writers == NULL && s->feed != NULL)
        connection_begin(s->feed);
    if (err != NULL)
        stream_request_fail(r, err);
    else
        stream_request_answer(r, NULL, NULL, 0);
}

static void fail_writer(neap_stream *s, int sys)
{
    neap_error err = { 0 };

    neap_error_set_errno(&err, "stream.write", sys, "cannot write");
    write_done(s, &err);
    neap_error_clear(&err);
}

static void write_some(neap_stream *s)
{
    stream_request *r = s->writers;
    ssize_t n = write_fifo(s, r->data + r->at, r->size - r->at);

    if (n >= 0) {
        r->at += (size_t)n;
        if (r->at == r->size)
            write_done(s, NULL);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail_writer(s, errno);
    }
}

/* --- copying -------------------------------------------------------------- */

/* There is no more to copy. */
static void end_source(neap_stream *s)
{
    watch_close(&s->far);
    close(s->other);
    s->other = -1;
    s->closing = true;
    stream_end_input(s);
}

static void fill(neap_stream *s)
{
    ssize_t n;

    if (s->rest == NULL)
        s->rest = xmalloc(CHUNK);
    n = s->is_socket ? recv(s->other, s->rest, CHUNK, MSG_DONTWAIT)
                     : read(s->other, s->rest, CHUNK);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        stream_truncate(s, neap_errno_name(errno));
    if (n <= 0) {
        end_source(s);
        return;
    }
    s->rest_at = 0;
    s->rest_size = (size_t)n;
}

static void empty(neap_stream *s)
{
    ssize_t n = write_fifo(s, s->rest + s->rest_at, s->rest_size - s->rest_at);

    if (n >= 0)
        s->rest_at += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        stream_finish(s);
}

static void on_source(void *arg, int events)
{
    neap_stream *s = arg;

    (void)events;
    fill(s);
    if (!s->ended)
        on_writable(s);
}

/* --- both ----------------------------------------------------------------- */

/* Watch for what comes next. */
static void go_on(neap_stream *s)
{
    bool full = s->rest_at < s->rest_size;

    if (s->ended || s->parting != NULL)
        return;
    if (s->far != NULL) {
        if (full)
            watch_stop(s->far);
        else
            watch_start(s->far, UV_READABLE);
    }
    if (s->writers != NULL || full || (s->other >= 0 && s->far == NULL))
        watch_start(s->fifo, UV_WRITABLE);
    else
        watch_stop(s->fifo);
}

static void on_writable(neap_stream *s)
{
    neap_stream_ref(s);
    if (s->writers != NULL)
        write_some(s);
    else if (s->rest_at < s->rest_size)
        empty(s);
    else if (s->other >= 0 && s->far == NULL)
        fill(s); /* a regular file is always ready */
    if (s->closing && s->writers == NULL && s->rest_at == s->rest_size &&
        !s->ended)
        stream_end_input(s);
    go_on(s);
    neap_stream_unref(s);
}

static void on_fifo(void *arg, int events)
{
    (void)events;
    on_writable(arg);
}

/* --- the interface -------------------------------------------------------- */

neap_stream *stream_open_input(neap_loop *loop,
                               const neap_stdio_end *end,
                               stream_end_cb end_cb,
                               void *arg,
                               neap_error *err)
{
    neap_stream *s = stream_new(loop, end, end_cb, arg);

    s->is_input = true;
    if (!stream_open_far(s, end, err)) {
        neap_stream_unref(s);
        return NULL;
    }
    s->fd = fifo_open_writer(end->path);
    if (s->fd < 0) {
        stream_refuse(end, -s->fd, err);
        neap_stream_unref(s);
        return NULL;
    }
    s->fifo = watch_open(loop, s->fd, on_fifo, s);
    if (s->other >= 0)
        s->far = watch_open(loop, s->other, on_source, s);
    return s;
}

void stream_begin(neap_stream *s)
{
    go_on(s);
}

static void cancel_write(neap_request *req)
{
    stream_request *r = (stream_request *)req, **at;
    neap_stream *s = r->stream;

    for (at = &s->writers; *at != r; at = &(*at)->next)
        ;
    *at = r->next;
    stream_request_late(r, NEAP_CANCELLED, "the write was cancelled");
    if (s->closing && s->writers == NULL)
        stream_end_input(s); /* the close waited for this one */
    else if (s->feed != NULL && s->writers == NULL)
        connection_begin(s->feed);
    go_on(s);
}

neap_request *neap_stream_write(neap_stream *stream,
                                const char *data,
                                size_t size,
                                neap_stream_write_cb cb,
                                void *arg)
{
    stream_request *r = stream_request_new(stream, "stream.write", arg), **at;

    r->write_cb = cb;
    r->data = xmalloc(size);
    if (size > 0)
        memcpy(r->data, data, size);
    r->size = size;
    if (!stream->is_input || stream->kind != NEAP_STDIO_PIPE) {
        stream_request_late(r, NEAP_FAILED_PRECONDITION,
                            "the stream is not a writable pipe");
    } else if (stream->ended || stream->closing) {
        stream_request_late(r, NEAP_FAILED_PRECONDITION,
                            "the stream was closed, or its process has ended");
    } else if (stream->feed != NULL) {
        stream_request_late(r, NEAP_FAILED_PRECONDITION,
                            "the input is written by another stream already");
    } else {
        for (at = &stream->writers; *at != NULL; at = &(*at)->next)
            ;
        *at = r;
        r->req.cancel = cancel_write;
        go_on(stream);
    }
    return &r->req;
}
