#include "log_tap.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log_watcher.h"
#include "memory.h"

struct log_tap {
    log_watched all;
    log_watcher watchers[LOG_TAP_CLIENTS];
    size_t count;
};

log_tap *log_tap_new(log_session *session)
{
    log_tap *tap = xcalloc(1, sizeof *tap);

    tap->all.session = session;
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        tap->watchers[i].fd = -1;
    return tap;
}

size_t log_tap_clients(const log_tap *tap)
{
    return tap->count;
}

bool log_tap_is_held(const log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++) {
        const log_watcher *w = &tap->watchers[i];

        if (w->fd >= 0 && w->holds && log_frame_left(&w->rest) > 0)
            return true;
    }
    return false;
}

bool log_tap_has_holder(const log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->watchers[i].fd >= 0 && tap->watchers[i].holds)
            return true;
    return false;
}

/* --- clients -------------------------------------------------------------- */

static void leave(log_tap *tap, log_watcher *w)
{
    bool held = w->holds;

    log_watcher_leave(&tap->all, w);
    tap->count--;
    if (held)
        tap->all.session->state->holder = log_tap_has_holder(tap);
}

void log_tap_free(log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->watchers[i].fd >= 0)
            leave(tap, &tap->watchers[i]);
    log_frame_free(&tap->all.frame);
    free(tap);
}

/* False: nobody has come. */
static bool welcome(log_tap *tap)
{
    int fd = accept4(tap->all.session->listen, NULL, NULL,
                     SOCK_CLOEXEC | SOCK_NONBLOCK);

    for (size_t i = 0; fd >= 0 && i < LOG_TAP_CLIENTS; i++)
        if (tap->watchers[i].fd < 0) {
            tap->watchers[i] = (log_watcher){ .fd = fd };
            tap->count++;
            return true;
        }
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* --- what is sent --------------------------------------------------------- */

static void serve(log_tap *tap, log_watcher *w)
{
    if (w->want != LOG_WANT_UNSAID && !log_watcher_send(&tap->all, w))
        leave(tap, w);
}

void log_tap_feed(log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->watchers[i].fd >= 0)
            serve(tap, &tap->watchers[i]);
}

void log_tap_notice(log_tap *tap)
{
    tap->all.notices++;
    log_tap_feed(tap);
}

void log_tap_end(log_tap *tap)
{
    tap->all.over = true;
    while (welcome(tap))
        continue;
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++) {
        log_watcher *w = &tap->watchers[i];

        if (w->fd >= 0 && w->want == LOG_WANT_UNSAID &&
            !log_watcher_hear(&tap->all, w))
            leave(tap, w);
    }
    log_tap_feed(tap);
}

/* --- the loop ------------------------------------------------------------- */

size_t log_tap_poll(log_tap *tap, struct pollfd *fds)
{
    size_t n = 0;

    if (tap->all.session->listen < 0)
        return 0;
    fds[n++] =
        (struct pollfd){ .fd = tap->all.session->listen, .events = POLLIN };
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++) {
        const log_watcher *w = &tap->watchers[i];
        short events = w->deaf ? 0 : POLLIN;

        if (w->fd < 0)
            continue;
        if (log_frame_left(&w->rest) > 0)
            events |= POLLOUT;
        fds[n++] = (struct pollfd){ .fd = w->fd, .events = events };
    }
    return n;
}

static log_watcher *watcher_of(log_tap *tap, int fd)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->watchers[i].fd == fd)
            return &tap->watchers[i];
    return NULL;
}

void log_tap_turn(log_tap *tap, const struct pollfd *fds, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        log_watcher *w =
            fds[i].revents != 0 ? watcher_of(tap, fds[i].fd) : NULL;

        if (w == NULL)
            continue;
        if ((fds[i].revents & (POLLHUP | POLLERR)) != 0 ||
            ((fds[i].revents & POLLIN) != 0 && !log_watcher_hear(&tap->all, w)))
            leave(tap, w);
        else
            serve(tap, w);
    }
    if (count > 0 && fds[0].revents != 0)
        welcome(tap);
}
