#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fifo.h"
#include "loop.h"
#include "memory.h"
#include "request.h"
#include "watch.h"

#define CHUNK (64 << 10)

typedef struct operation {
    neap_request req; /* first */
    neap_loop *loop;
    neap_descriptor *descriptor; /* while it waits */
    neap_stream_read_cb read_cb;
    neap_stream_write_cb write_cb;
    void *arg;
    char *data;
    size_t size, at;
    loop_task late;
    neap_error err;
} operation;

struct neap_descriptor {
    neap_loop *loop;
    int fd, notes, process;
    bool is_socket;
    size_t most;  /* in one write, which must not block */
    watch *watch; /* NULL: always ready */
    operation *reader, *writer;
};

/* --- answering ------------------------------------------------------------ */

static void answer(loop_task *task)
{
    operation *o = (operation *)((char *)task - offsetof(operation, late));
    const neap_error *err = o->err.code != NEAP_OK ? &o->err : NULL;

    loop_release(o->loop);
    if (o->read_cb != NULL) {
        o->read_cb(o->arg, err, o->data, o->size);
    } else {
        free(o->data);
        o->write_cb(o->arg, err);
    }
    neap_error_clear(&o->err);
    free(o);
}

static void never_again(neap_request *req)
{
    (void)req; /* it answers on the next turn */
}

static void finish(operation *o)
{
    neap_descriptor *d = o->descriptor;

    if (d != NULL && d->reader == o)
        d->reader = NULL;
    if (d != NULL && d->writer == o)
        d->writer = NULL;
    o->descriptor = NULL;
    o->req.cancel = never_again;
    o->late.run = answer;
    loop_defer(o->loop, &o->late);
}

static void fail(operation *o, neap_code code, const char *why)
{
    neap_error_set(&o->err, code,
                   o->read_cb != NULL ? "descriptor.read" : "descriptor.write",
                   "%s", why);
    finish(o);
}

static void fail_errno(operation *o, const char *what)
{
    neap_error_set_errno(
        &o->err, o->read_cb != NULL ? "descriptor.read" : "descriptor.write",
        errno, "%s", what);
    finish(o);
}

/* --- moving bytes --------------------------------------------------------- */

static bool again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* The notes say no more than that something has changed. */
static ssize_t read_notes(neap_descriptor *d, char *data)
{
    struct pollfd end = { .fd = d->process, .events = POLLIN };
    bool any = false;

    while (read(d->notes, data, CHUNK) > 0)
        any = true;
    if (any)
        return 1;
    if (d->process >= 0 && poll(&end, 1, 0) > 0)
        return 0;
    errno = EAGAIN;
    return -1;
}

static ssize_t read_some(neap_descriptor *d, char *data)
{
    if (d->notes >= 0)
        return read_notes(d, data);
    if (d->is_socket)
        return recv(d->fd, data, CHUNK, MSG_DONTWAIT);
    return read(d->fd, data, CHUNK);
}

static void read_on(operation *o)
{
    char *data = xmalloc(CHUNK);
    ssize_t n = read_some(o->descriptor, data);

    if (n > 0) {
        o->data = data;
        o->size = (size_t)n;
        finish(o);
        return;
    }
    free(data);
    if (n == 0 || errno == ECONNRESET || errno == EIO) /* a terminal's hangup */
        finish(o);
    else if (!again())
        fail_errno(o, "cannot read");
}

static ssize_t
write_some(const neap_descriptor *d, const char *data, size_t size)
{
    if (size > d->most)
        size = d->most;
    return d->is_socket ? send(d->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                        : fd_write(d->fd, data, size);
}

static void write_on(operation *o)
{
    neap_descriptor *d = o->descriptor;
    ssize_t n = write_some(d, o->data + o->at, o->size - o->at);

    if (n >= 0)
        o->at += (size_t)n;
    else if (!again())
        fail_errno(o, "cannot write");
    if (o->descriptor != NULL && o->at == o->size)
        finish(o);
}

static void go_on(neap_descriptor *d)
{
    int events = (d->reader != NULL ? UV_READABLE : 0) |
                 (d->writer != NULL ? UV_WRITABLE : 0);

    if (d->watch == NULL) {
        if (d->reader != NULL)
            read_on(d->reader);
        while (d->writer != NULL)
            write_on(d->writer);
    } else if (events != 0) {
        watch_start(d->watch, events);
    } else {
        watch_stop(d->watch);
    }
}

static void on_ready(void *arg, int events)
{
    neap_descriptor *d = arg;

    (void)events;
    if (d->reader != NULL)
        read_on(d->reader);
    if (d->writer != NULL)
        write_on(d->writer);
    go_on(d);
}

/* --- the interface -------------------------------------------------------- */

neap_descriptor *descriptor_new(neap_loop *loop, int fd, int notes, int process)
{
    neap_descriptor *d = xcalloc(1, sizeof *d);

    d->loop = loop;
    d->fd = fd;
    d->notes = notes;
    d->process = process;
    d->is_socket = fd_is_socket(fd);
    d->most = fcntl(fd, F_GETFL) & O_NONBLOCK ? SIZE_MAX : PIPE_BUF;
    d->watch = watch_open(loop, fd, on_ready, d);
    return d;
}

bool neap_descriptor_kill(neap_descriptor *d)
{
    return d->process >= 0 &&
           pidfd_send_signal(d->process, SIGKILL, NULL, 0) == 0;
}

void neap_descriptor_close(neap_descriptor *d)
{
    if (d == NULL)
        return;
    if (d->reader != NULL)
        fail(d->reader, NEAP_CANCELLED, "the descriptor was closed");
    if (d->writer != NULL)
        fail(d->writer, NEAP_CANCELLED, "the descriptor was closed");
    watch_close(&d->watch);
    close(d->fd);
    if (d->notes >= 0)
        close(d->notes);
    if (d->process >= 0)
        close(d->process);
    free(d);
}

static void cancel(neap_request *req)
{
    operation *o = (operation *)req;
    neap_descriptor *d = o->descriptor;

    fail(o, NEAP_CANCELLED, "the wait was cancelled");
    go_on(d);
}

static operation *operation_new(neap_descriptor *d, void *arg)
{
    operation *o = xcalloc(1, sizeof *o);

    o->req.cancel = cancel;
    o->loop = d->loop;
    o->descriptor = d;
    o->arg = arg;
    loop_hold(d->loop);
    return o;
}

neap_request *
neap_descriptor_read(neap_descriptor *d, neap_stream_read_cb cb, void *arg)
{
    operation *o = operation_new(d, arg);

    o->read_cb = cb;
    if (d->reader != NULL) {
        fail(o, NEAP_FAILED_PRECONDITION, "somebody reads it already");
    } else {
        d->reader = o;
        go_on(d);
    }
    return &o->req;
}

static bool is_ready(const neap_descriptor *d)
{
    struct pollfd room = { .fd = d->fd, .events = POLLOUT };

    return poll(&room, 1, 0) > 0;
}

size_t neap_descriptor_put(neap_descriptor *d, const char *data, size_t size)
{
    size_t at = 0;

    while (d->writer == NULL && at < size && is_ready(d)) {
        ssize_t n = write_some(d, data + at, size - at);

        if (n >= 0)
            at += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return size;
    }
    return at;
}

neap_request *neap_descriptor_write(neap_descriptor *d,
                                    const char *data,
                                    size_t size,
                                    neap_stream_write_cb cb,
                                    void *arg)
{
    operation *o = operation_new(d, arg);

    o->write_cb = cb;
    o->data = xmalloc(size + 1);
    memcpy(o->data, data, size);
    o->size = size;
    if (d->writer != NULL) {
        fail(o, NEAP_FAILED_PRECONDITION, "somebody writes to it already");
    } else {
        d->writer = o;
        go_on(d);
    }
    return &o->req;
}
