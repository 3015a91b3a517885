#include "outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connect.h"
#include "fifo.h"
#include "memory.h"
#include "stream_private.h"

/* What a pipe holds beside others, as its FIFO would; and what is copied. */
#define PIPE_BUFFER (64 << 10)
#define COPY_BUFFER (256 << 10)

/* --- room ----------------------------------------------------------------- */

/* Is it served by reads? */
static bool is_read(const neap_stream *s)
{
    return s->kind == NEAP_STDIO_PIPE && s->connection == NULL;
}

/* Is nobody there any more whom it could be for? */
static bool is_void(const neap_stream *s)
{
    return s->kind != NEAP_STDIO_PIPE && s->other < 0;
}

static size_t buffer_of(const neap_stream *s)
{
    if (s->buffer > 0)
        return s->buffer;
    if (!is_read(s) || s->backlog.policy != NEAP_POLICY_BLOCK)
        return COPY_BUFFER;
    return manifold_is_sole(s->manifold) ? 0 : PIPE_BUFFER;
}

size_t outlet_room(const neap_stream *s)
{
    bool is_empty = backlog_is_empty(&s->backlog);

    if (s->kind == NEAP_STDIO_CAPTURE || is_void(s))
        return OUTLET_ALL;
    if (s->reader != NULL && is_empty)
        return OUTLET_ALL;
    if (s->is_full && s->backlog.policy == NEAP_POLICY_BLOCK)
        return 0;
    return backlog_room(&s->backlog, buffer_of(s));
}

/* Nothing that could be watched, and no device. */
bool outlet_is_file(const neap_stream *s)
{
    return s->other >= 0 && s->far == NULL && s->way == SPLICE_NEVER;
}

bool outlet_copies(const neap_stream *s)
{
    return !is_read(s);
}

size_t outlet_fit(const neap_stream *s, int fifo)
{
    if (!outlet_is_file(s) || !direct_is_due(&s->direct))
        return 0;
    return direct_fit(&s->direct, s->other, fifo_size(fifo));
}

/* --- where it goes -------------------------------------------------------- */

static void capture(neap_stream *s, const char *data, size_t size)
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
    if (s->connection != NULL) {
        connection_fail(s->connection, sys);
        return;
    }
    stream_truncate(s, neap_errno_name(sys));
    watch_close(&s->far);
    close(s->other);
    s->other = -1;
}

static ssize_t write_far(neap_stream *s, const char *data, size_t size)
{
    if (s->is_socket)
        return send(s->other, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (outlet_is_file(s))
        return direct_write(&s->direct, s->other, data, size);
    return fd_write(s->other, data, size);
}

/* Write to the far side, if there is one; how much it has taken. */
static size_t pass_on(neap_stream *s, const char *data, size_t size)
{
    size_t at = 0;

    while (s->other >= 0 && at < size) {
        ssize_t n = write_far(s, data + at, size - at);

        if (n >= 0) {
            at += (size_t)n;
            s->moved += (size_t)n;
        } else if (errno == EAGAIN && s->far != NULL) {
            watch_start(s->far, UV_WRITABLE);
            break;
        } else if (errno != EINTR) {
            give_up(s, errno);
        }
    }
    return at;
}

/* --- splicing ------------------------------------------------------------- */

bool outlet_splices(const neap_stream *s)
{
    return s->way != SPLICE_NEVER && s->other >= 0 &&
           s->backlog.policy == NEAP_POLICY_BLOCK &&
           backlog_is_empty(&s->backlog);
}

ssize_t outlet_splice(neap_stream *s, int fd, size_t most)
{
    ssize_t n = splice_some(s->way, fd, s->other, most);
    int problem = errno;

    if (n > 0) {
        s->moved += (size_t)n;
    } else if (n < 0 && (problem == EINVAL ||
                         (problem == EPIPE && fifo_size(fd) == 0))) {
        s->way = SPLICE_NEVER; /* who has left misses nothing so far */
    } else if (n < 0 && problem != EAGAIN && problem != EINTR) {
        give_up(s, problem);
    } else if (n < 0 && s->far != NULL && fifo_size(fd) > 0) {
        /* EAGAIN was the far side's, which the kernel does not say */
        s->is_full = true;
        watch_start(s->far, UV_WRITABLE);
    }
    return n;
}

/* --- taking --------------------------------------------------------------- */

static void hold(neap_stream *s, const char *data, size_t size)
{
    if (!is_void(s))
        backlog_put(&s->backlog, buffer_of(s), data, size);
}

static void let_go(neap_stream *s, size_t size)
{
    backlog_skip(&s->backlog, buffer_of(s), size);
    if (s->backlog.problem != 0)
        stream_truncate(s, neap_errno_name(s->backlog.problem));
}

static void answer(neap_stream *s, char *data, size_t size)
{
    stream_request *r = s->reader;

    s->reader = NULL;
    stream_request_answer(r, NULL, data, size);
}

bool outlet_keep(neap_stream *s, char *data, size_t size)
{
    if (s->reader == NULL || !backlog_is_empty(&s->backlog))
        return false;
    answer(s, data, size);
    return true;
}

void outlet_take(neap_stream *s, const char *data, size_t size)
{
    bool is_empty = backlog_is_empty(&s->backlog);
    size_t done = 0;

    if (s->kind == NEAP_STDIO_CAPTURE) {
        capture(s, data, size);
    } else if (s->reader != NULL && is_empty) {
        char *copy = xmalloc(size);

        memcpy(copy, data, size);
        answer(s, copy, size);
    } else {
        if (is_empty)
            done = pass_on(s, data, size);
        hold(s, data + done, size - done);
    }
}

/* --- handing on ----------------------------------------------------------- */

char *outlet_draw(neap_stream *s, size_t *size)
{
    char *data = backlog_take(&s->backlog, buffer_of(s), size);

    if (s->is_ending && backlog_is_empty(&s->backlog))
        s->ended = true;
    return data;
}

static void over(neap_stream *s)
{
    stream_finish(s);
    if (s->connection != NULL)
        connection_end(s->connection);
    if (s->reader != NULL)
        answer(s, NULL, 0);
}

void outlet_flow(neap_stream *s)
{
    const char *data;
    size_t size;

    neap_stream_ref(s);
    s->is_full = false;
    while ((data = backlog_front(&s->backlog, &size)) != NULL) {
        size_t done = pass_on(s, data, size);

        let_go(s, is_void(s) ? size : done);
        if (done < size && !is_void(s))
            break;
    }
    if (backlog_is_empty(&s->backlog)) {
        if (s->far != NULL)
            watch_stop(s->far);
        if (s->is_ending && !s->ended)
            over(s);
    }
    manifold_go_on(s->manifold);
    neap_stream_unref(s);
}

/* --- the end -------------------------------------------------------------- */

void outlet_end(neap_stream *s)
{
    s->is_ending = true;
    if (!backlog_is_empty(&s->backlog))
        return; /* its consumer comes for that */
    neap_stream_ref(s);
    over(s);
    neap_stream_unref(s);
}

/* What a pipe holds stays: its reader may be slower than the process. */
void outlet_shut(neap_stream *s, neap_code code)
{
    bool is_dropped = s->kind != NEAP_STDIO_PIPE || code == NEAP_CANCELLED;

    s->end_cb = NULL;
    s->is_ending = true;
    stream_fail_requests(s, code);
    if (is_dropped)
        backlog_close(&s->backlog);
    if (s->connection != NULL && code == NEAP_CANCELLED)
        connection_cancel(s->connection, "the client was closed");
    else if (s->connection != NULL && backlog_is_empty(&s->backlog))
        connection_end(s->connection);
    if (!backlog_is_empty(&s->backlog))
        return;
    s->ended = true;
    stream_release(s);
}
