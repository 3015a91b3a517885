#include "log_discard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "fifo.h"
#include "log_ready.h"
#include "reader.h"

#define STREAMS 2
#define MOST    ((size_t)1 << 20)

/* False: the FIFO's name is all that is wrong, and the answer says so. */
static bool open_all(const log_options *options, struct pollfd *fds)
{
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
        if (options->fifo[i] == NULL)
            continue;
        fds[i].fd = fifo_open_reader(options->fifo[i]);
        if (fds[i].fd < 0) {
            log_ready_fail(options->ready, -fds[i].fd, options->fifo[i]);
            return false;
        }
    }
    return true;
}

/* Take all there is. The shim holds the other end until nothing more comes. */
static void take(struct pollfd *stream, int null)
{
    ssize_t n;

    while ((n = fd_splice(stream->fd, null, MOST)) > 0)
        continue;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    close(stream->fd);
    stream->fd = -1;
}

static void take_all(struct pollfd *fds, int null)
{
    for (;;) {
        bool any = false;

        for (int i = 0; i < STREAMS; i++) {
            if (fds[i].fd >= 0)
                take(&fds[i], null);
            any = any || fds[i].fd >= 0;
        }
        if (!any)
            return;
        poll(fds, STREAMS, -1);
    }
}

int log_discard_run(const log_options *options)
{
    neap_error err = { 0 };
    struct pollfd fds[STREAMS];
    int null;

    if (reader_lock(options->reader, true, &err) < 0) {
        log_ready_fail(options->ready, EBUSY, err.message);
        neap_error_clear(&err);
        return 1;
    }
    if (!open_all(options, fds)) {
        unlink(options->reader);
        return 1;
    }
    log_ready_ok(options->ready);
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    take_all(fds, null);
    unlink(options->reader);
    return 0;
}
