#include "log_tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log_frame.h"
#include "log_journal.h"
#include "memory.h"

#define LINE 32

typedef enum want {
    ASKING, /* the line has not come yet */
    BYTES,
    STATUS,
} want;

typedef struct client {
    int fd; /* -1: free */
    want want;
    char line[LINE];
    size_t line_size;
    uint64_t at;     /* in the journal: the next byte to send */
    uint64_t sent;   /* up to where everything has been sent */
    unsigned notice; /* the last one that was sent */
    bool over;       /* the end was sent */
    bool deaf;       /* it will say no more, but listens */
    log_frame rest;  /* what the socket did not take */
} client;

struct log_tap {
    log_session *session;
    client clients[LOG_TAP_CLIENTS];
    size_t count;
    char notice[512];
    unsigned notices;
    bool over;
    log_frame frame;
};

log_tap *log_tap_new(log_session *session)
{
    log_tap *tap = xcalloc(1, sizeof *tap);

    tap->session = session;
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        tap->clients[i].fd = -1;
    return tap;
}

size_t log_tap_clients(const log_tap *tap)
{
    return tap->count;
}

/* --- clients -------------------------------------------------------------- */

static void note_how_far(log_tap *tap, const client *c)
{
    log_state *state = tap->session->state;

    if (c->want == BYTES && c->sent > state->mark)
        state->mark = c->sent;
}

static void leave(log_tap *tap, client *c)
{
    note_how_far(tap, c);
    close(c->fd);
    log_frame_free(&c->rest);
    *c = (client){ .fd = -1 };
    tap->count--;
}

void log_tap_free(log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->clients[i].fd >= 0)
            leave(tap, &tap->clients[i]);
    log_frame_free(&tap->frame);
    free(tap);
}

static void welcome(log_tap *tap)
{
    int fd =
        accept4(tap->session->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    for (size_t i = 0; fd >= 0 && i < LOG_TAP_CLIENTS; i++)
        if (tap->clients[i].fd < 0) {
            tap->clients[i] = (client){ .fd = fd };
            tap->count++;
            return;
        }
    if (fd >= 0)
        close(fd);
}

/* --- what is sent --------------------------------------------------------- */

static void make_status(log_tap *tap)
{
    const log_state *state = tap->session->state;
    char text[640];

    snprintf(text, sizeof text, "pid %d\ndropped %llu\ntrouble %s\n", getpid(),
             (unsigned long long)state->dropped, state->trouble);
    log_frame_text(&tap->frame, text);
}

static bool make_bytes(log_tap *tap, client *c)
{
    const log_session *s = tap->session;
    const log_state *state = s->state;
    uint64_t position;
    unsigned stream;
    size_t size;

    if (c->at < state->tail) {
        log_frame_dropped(&tap->frame, state->tail - c->at);
        c->at = state->tail;
        return true;
    }
    size = log_journal_find(state, c->at, LOG_FRAME_MOST, &stream, &position);
    if (size == 0)
        return false;
    c->at += size;
    return log_frame_bytes(&tap->frame, stream, &s->spool[stream], position,
                           size);
}

/* The next frame for a client. False: nothing now. */
static bool make_frame(log_tap *tap, client *c)
{
    if (c->want == STATUS && c->notice == 0) {
        c->notice = 1;
        make_status(tap);
    } else if (c->want == BYTES && c->notice != tap->notices) {
        c->notice = tap->notices;
        log_frame_text(&tap->frame, tap->notice);
    } else if (c->want == BYTES && make_bytes(tap, c)) {
        return true;
    } else if (c->want == STATUS || (c->want == BYTES && tap->over)) {
        log_frame_end(&tap->frame);
        c->over = true;
    } else {
        return false;
    }
    return true;
}

/* Send what can be sent without waiting. False: the client is to leave. */
static bool send_on(log_tap *tap, client *c)
{
    for (;;) {
        int result = log_frame_send(&c->rest, c->fd);

        if (result != 0)
            return result == -EAGAIN;
        c->sent = c->at;
        note_how_far(tap, c);
        if (c->over)
            return false;
        if (!make_frame(tap, c))
            return true;
        result = log_frame_send(&tap->frame, c->fd);
        if (result == -EAGAIN)
            log_frame_move(&c->rest, &tap->frame);
        if (result != 0)
            return result == -EAGAIN;
    }
}

static void serve(log_tap *tap, client *c)
{
    if (c->want != ASKING && !send_on(tap, c))
        leave(tap, c);
}

void log_tap_feed(log_tap *tap)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->clients[i].fd >= 0)
            serve(tap, &tap->clients[i]);
}

void log_tap_notice(log_tap *tap, const char *text)
{
    snprintf(tap->notice, sizeof tap->notice, "%s", text);
    tap->notices++;
    log_tap_feed(tap);
}

void log_tap_end(log_tap *tap)
{
    tap->over = true;
    log_tap_feed(tap);
}

/* --- what is asked -------------------------------------------------------- */

/* False: nobody knows what it wants. */
static bool understand(log_tap *tap, client *c)
{
    const log_state *state = tap->session->state;
    bool troubled = state->trouble[0] != '\0';

    c->want = BYTES;
    c->notice = tap->notices - (troubled && tap->notices > 0);
    if (strcmp(c->line, "tap live") == 0) {
        c->at = state->head;
    } else if (strcmp(c->line, "tap backlog") == 0) {
        c->at = state->mark;
    } else if (strcmp(c->line, "tap all") == 0) {
        c->at = state->tail;
    } else if (strcmp(c->line, "status") == 0) {
        c->want = STATUS;
        c->notice = 0;
    } else {
        return false;
    }
    c->sent = c->at;
    return true;
}

/* Read the line, later only whether it has left. False: it is to leave. */
static bool hear(log_tap *tap, client *c)
{
    char byte;
    ssize_t n;

    while ((n = recv(c->fd, &byte, 1, 0)) == 1) {
        if (c->want != ASKING)
            continue;
        if (byte == '\n') {
            c->line[c->line_size] = '\0';
            if (!understand(tap, c))
                return false;
        } else {
            c->line[c->line_size++] = byte;
            if (c->line_size == LINE)
                return false;
        }
    }
    c->deaf = n == 0;
    return n == 0 ? c->want != ASKING : errno == EAGAIN || errno == EINTR;
}

/* --- the loop ------------------------------------------------------------- */

size_t log_tap_poll(log_tap *tap, struct pollfd *fds)
{
    size_t n = 0;

    if (tap->session->listen < 0)
        return 0;
    fds[n++] = (struct pollfd){ .fd = tap->session->listen, .events = POLLIN };
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++) {
        const client *c = &tap->clients[i];
        short events = c->deaf ? 0 : POLLIN;

        if (c->fd < 0)
            continue;
        if (log_frame_left(&c->rest) > 0)
            events |= POLLOUT;
        fds[n++] = (struct pollfd){ .fd = c->fd, .events = events };
    }
    return n;
}

static client *client_of(log_tap *tap, int fd)
{
    for (size_t i = 0; i < LOG_TAP_CLIENTS; i++)
        if (tap->clients[i].fd == fd)
            return &tap->clients[i];
    return NULL;
}

void log_tap_turn(log_tap *tap, const struct pollfd *fds, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        client *c = fds[i].revents != 0 ? client_of(tap, fds[i].fd) : NULL;

        if (c == NULL)
            continue;
        if ((fds[i].revents & (POLLHUP | POLLERR)) != 0 ||
            ((fds[i].revents & POLLIN) != 0 && !hear(tap, c)))
            leave(tap, c);
        else
            serve(tap, c);
    }
    if (count > 0 && fds[0].revents != 0)
        welcome(tap);
}
