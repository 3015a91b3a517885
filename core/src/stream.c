#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "fifo.h"
#include "loop.h"
#include "memory.h"
#include "outlet.h"

/* --- life ----------------------------------------------------------------- */

neap_stream *stream_new(neap_loop *loop,
                        const neap_stdio_end *end,
                        stream_end_cb end_cb,
                        void *arg)
{
    neap_stream *s = xcalloc(1, sizeof *s);

    s->refs = 1;
    s->loop = loop;
    s->kind = end->kind;
    s->holds = end->holds;
    s->limit = end->limit;
    s->buffer = end->buffer;
    backlog_open(&s->backlog, end);
    s->fd = s->other = -1;
    s->end_cb = end_cb;
    s->end_arg = arg;
    return s;
}

neap_stream *neap_stream_ref(neap_stream *stream)
{
    stream->refs++;
    return stream;
}

/* The others go on: it may have been what they waited for. */
static void leave(manifold *m, neap_stream *s)
{
    if (m == NULL)
        return;
    manifold_detach(m, s);
    manifold_go_on(m);
}

void neap_stream_unref(neap_stream *stream)
{
    if (stream == NULL || --stream->refs > 0)
        return;
    leave(stream->manifold, stream);
    manifold_unref(stream->manifold);
    stream_release(stream);
    backlog_close(&stream->backlog);
    free(stream->id);
    free(stream->captured);
    free(stream->rest);
    free(stream);
}

void stream_release(neap_stream *s)
{
    watch_close(&s->fifo);
    watch_close(&s->far);
    timer_close(&s->parting);
    if (s->fd >= 0)
        close(s->fd);
    if (s->other >= 0)
        close(s->other);
    s->fd = s->other = -1;
}

/* Nobody needs to wait for a pipe, but for the consumer that it holds. */
bool stream_is_through(const neap_stream *s)
{
    return s->kind == NEAP_STDIO_PIPE && !s->is_input ? !s->holds : s->ended;
}

static void tell(neap_stream *s)
{
    stream_end_cb cb = s->end_cb;

    if (cb == NULL || !stream_is_through(s))
        return;
    s->end_cb = NULL;
    cb(s->end_arg);
}

void stream_finish(neap_stream *s)
{
    s->ended = true;
    stream_release(s);
    tell(s);
}

bool neap_stream_is_closed(const neap_stream *stream)
{
    return stream->ended;
}

bool neap_stream_is_output(const neap_stream *stream)
{
    return !stream->is_input;
}

void stream_name(neap_stream *s, const char *id)
{
    free(s->id);
    s->id = id != NULL ? xstrdup(id) : NULL;
}

const char *neap_stream_id(const neap_stream *stream)
{
    return stream->id;
}

const char *neap_stream_truncated(const neap_stream *stream)
{
    return stream->truncated;
}

uint64_t neap_stream_dropped(const neap_stream *stream)
{
    return stream->backlog.dropped;
}

const char *neap_stream_captured(const neap_stream *stream, size_t *size)
{
    *size = stream->captured_size;
    return stream->captured;
}

void neap_stream_done(neap_stream *stream)
{
    stream->holds = false;
    tell(stream);
}

/* One that drops what it cannot take lacks nothing it was promised. */
bool stream_is_owed(const neap_stream *s)
{
    return !stream_is_through(s) && s->backlog.policy != NEAP_POLICY_DROP;
}

/* --- opening the far side ------------------------------------------------- */

static int open_far(const neap_stdio_end *end, bool output)
{
    int fd;

    if (end->kind == NEAP_STDIO_FD)
        return fd_own(end->fd, output ? O_WRONLY : O_RDONLY);
    fd = open(end->file,
              (output ? O_WRONLY | O_APPEND | O_CREAT : O_RDONLY) | O_CLOEXEC |
                  O_NONBLOCK | O_NOCTTY,
              0600);
    return fd < 0 ? -errno : fd;
}

bool stream_open_far(neap_stream *s, const neap_stdio_end *end, neap_error *err)
{
    if (end->kind != NEAP_STDIO_FD && end->kind != NEAP_STDIO_FILE)
        return true;
    s->other = open_far(end, !s->is_input);
    if (s->other < 0) {
        int sys = -s->other;

        s->other = -1;
        if (end->kind == NEAP_STDIO_FILE)
            neap_error_set_errno(err, "process.start", sys, "cannot open %s",
                                 end->file);
        else
            neap_error_set_errno(err, "process.start", sys,
                                 "cannot use file descriptor %d", end->fd);
        return false;
    }
    s->is_socket = fd_is_socket(s->other);
    if (!s->is_input)
        s->way = splice_way_of(s->other, end->kind == NEAP_STDIO_FILE);
    if (!s->is_input && end->kind == NEAP_STDIO_FILE)
        direct_open(&s->direct, s->other);
    return true;
}

void stream_refuse(const neap_stdio_end *end, int sys, neap_error *err)
{
    neap_error_set_errno(err, "process.start", sys, "cannot open the FIFO %s",
                         end->path);
}

/* --- ending --------------------------------------------------------------- */

static void shut_input(neap_stream *s, neap_code code)
{
    s->end_cb = NULL;
    s->ended = true;
    stream_release(s);
    stream_fail_requests(s, code);
    if (s->feed != NULL)
        connection_break(s->feed, code);
}

void stream_shut(neap_stream *s, neap_code code)
{
    if (s->is_input) {
        shut_input(s, code);
        return;
    }
    manifold_shut(s->manifold, code);
    outlet_shut(s, code); /* it may have been detached */
}

void stream_truncate(neap_stream *s, const char *why)
{
    if (s->truncated == NULL)
        s->truncated = why;
}

static void close_input(neap_stream *s)
{
    if (s->feed != NULL)
        connection_break(s->feed, NEAP_FAILED_PRECONDITION);
    if (s->writers == NULL) /* else the last of them ends it */
        stream_end_input(s);
}

static void close_output(neap_stream *s)
{
    backlog_close(&s->backlog);
    stream_fail_requests(s, NEAP_OK);
    if (s->connection != NULL)
        connection_end(s->connection);
    stream_finish(s);
    leave(s->manifold, s);
}

void neap_stream_close(neap_stream *stream)
{
    if (stream->ended || stream->closing)
        return;
    stream->closing = true;
    if (stream->is_input)
        close_input(stream);
    else
        close_output(stream);
}
