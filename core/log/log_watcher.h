#ifndef LOG_WATCHER_H
#define LOG_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_frame.h"
#include "log_session.h"

/*
 * One who watches: a connection that asks once and is sent frames from then on;
 * log_tap.h says which. What it has not been sent yet is a position in the
 * journal, and at most one frame that the socket has taken half of.
 */
#define LOG_WATCHER_LINE 40

typedef enum log_want {
    LOG_WANT_UNSAID, /* the line has not come yet */
    LOG_WANT_BYTES,
    LOG_WANT_STATUS,
} log_want;

typedef struct log_watcher {
    int fd; /* -1: nobody */
    log_want want;
    char line[LOG_WATCHER_LINE];
    size_t line_size;
    uint64_t at;     /* in the journal: the next byte to send */
    unsigned notice; /* how many it knows of */
    bool holds;      /* nothing is read while it is slow */
    bool placed;     /* it was told where it is */
    bool over;       /* the end was sent */
    bool deaf;       /* it will say no more, but listens */
    log_frame rest;  /* what the socket did not take */
} log_watcher;

/* What all of them are sent. */
typedef struct log_watched {
    log_session *session;
    unsigned notices; /* how often the state's trouble has changed */
    bool over;
    log_frame frame; /* to make one in */
} log_watched;

/* Read what it wants, later only whether it has left. False: it is to leave. */
bool log_watcher_hear(log_watched *all, log_watcher *watcher);

/* Send what can be sent without waiting. False: it is to leave. */
bool log_watcher_send(log_watched *all, log_watcher *watcher);

/* Close the connection, and note how far it has come for who watches next. */
void log_watcher_leave(const log_watched *all, log_watcher *watcher);

#endif
