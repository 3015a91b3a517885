#include "log_watcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log_journal.h"

static void note_how_far(const log_watched *all, const log_watcher *w)
{
    log_state *state = all->session->state;
    bool is_sent = log_frame_left(&w->rest) == 0;

    if (w->want == LOG_WANT_BYTES && is_sent && w->at > state->mark)
        state->mark = w->at;
}

static void make_status(log_watched *all)
{
    const log_state *state = all->session->state;
    char text[640];

    snprintf(text, sizeof text, "pid %d\ndropped %llu\ntrouble %s\n", getpid(),
             (unsigned long long)state->dropped, state->trouble);
    log_frame_text(&all->frame, text);
}

static void make_notice(log_watched *all)
{
    const char *trouble = all->session->state->trouble;

    log_frame_text(&all->frame,
                   trouble[0] != '\0' ? trouble : "the log is written again");
}

static bool make_bytes(log_watched *all, log_watcher *w)
{
    const log_session *s = all->session;
    const log_state *state = s->state;
    uint64_t position;
    unsigned stream;
    size_t size;

    if (w->at < state->tail) {
        log_frame_dropped(&all->frame, state->tail - w->at);
        w->at = state->tail;
        return true;
    }
    size = log_journal_find(state, w->at, LOG_FRAME_MOST, &stream, &position);
    if (size == 0)
        return false;
    w->at += size;
    if (!log_frame_bytes(&all->frame, stream, &s->spool[stream], position,
                         size))
        log_frame_dropped(&all->frame, size);
    return true;
}

/* The next frame for a client. False: nothing now. */
static bool make_frame(log_watched *all, log_watcher *w)
{
    if (w->want == LOG_WANT_STATUS && w->notice == 0) {
        w->notice = 1;
        make_status(all);
    } else if (w->want == LOG_WANT_BYTES && !w->placed) {
        w->placed = true;
        log_frame_position(&all->frame, w->at);
    } else if (w->want == LOG_WANT_BYTES && w->notice != all->notices) {
        w->notice = all->notices;
        make_notice(all);
    } else if (w->want == LOG_WANT_BYTES && make_bytes(all, w)) {
        return true;
    } else if (w->want == LOG_WANT_STATUS ||
               (w->want == LOG_WANT_BYTES && all->over)) {
        log_frame_end(&all->frame);
        w->over = true;
    } else {
        return false;
    }
    return true;
}

bool log_watcher_send(log_watched *all, log_watcher *w)
{
    for (;;) {
        int result = log_frame_send(&w->rest, w->fd);

        if (result != 0)
            return result == -EAGAIN;
        note_how_far(all, w);
        if (w->over)
            return false;
        if (!make_frame(all, w))
            return true;
        result = log_frame_send(&all->frame, w->fd);
        if (result != 0) {
            log_frame_move(&w->rest, &all->frame);
            return result == -EAGAIN;
        }
    }
}

/* The number that a line ends with; no further than there is anything. */
static bool find_position(const log_state *state,
                          const char *line,
                          const char *word,
                          uint64_t *at)
{
    size_t size = strlen(word);
    char *end;

    if (strncmp(line, word, size) != 0 || line[size] < '0' || line[size] > '9')
        return false;
    *at = strtoull(line + size, &end, 10);
    if (*at > state->head)
        *at = state->head;
    return *end == '\0';
}

/* False: nobody knows what it wants. */
static bool understand(log_watched *all, log_watcher *w)
{
    log_state *state = all->session->state;
    bool troubled = state->trouble[0] != '\0';

    w->want = LOG_WANT_BYTES;
    w->notice = all->notices - troubled; /* of which it is told first */
    if (strcmp(w->line, "tap live") == 0) {
        w->at = state->head;
    } else if (strcmp(w->line, "tap backlog") == 0) {
        w->at = state->mark;
    } else if (strcmp(w->line, "tap all") == 0 ||
               strcmp(w->line, "tap hold") == 0) {
        w->at = state->tail;
        w->holds = w->line[4] == 'h';
    } else if (find_position(state, w->line, "tap hold ", &w->at)) {
        w->holds = true;
    } else if (find_position(state, w->line, "tap at ", &w->at)) {
        w->holds = false;
    } else if (strcmp(w->line, "status") == 0) {
        w->want = LOG_WANT_STATUS;
        w->notice = 0;
    } else {
        return false;
    }
    if (w->holds)
        state->holder = 1;
    return true;
}

bool log_watcher_hear(log_watched *all, log_watcher *w)
{
    char byte;
    ssize_t n;

    while ((n = recv(w->fd, &byte, 1, 0)) == 1) {
        if (w->want != LOG_WANT_UNSAID)
            continue;
        if (byte == '\n') {
            w->line[w->line_size] = '\0';
            if (!understand(all, w))
                return false;
        } else {
            w->line[w->line_size++] = byte;
            if (w->line_size == LOG_WATCHER_LINE)
                return false;
        }
    }
    w->deaf = n == 0;
    return n == 0 ? w->want != LOG_WANT_UNSAID
                  : errno == EAGAIN || errno == EINTR;
}

void log_watcher_leave(const log_watched *all, log_watcher *w)
{
    note_how_far(all, w);
    close(w->fd);
    log_frame_free(&w->rest);
    *w = (log_watcher){ .fd = -1 };
}
