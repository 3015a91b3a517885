#ifndef LOG_SESSION_H
#define LOG_SESSION_H

#include <stdbool.h>

#include "log_options.h"
#include "log_spool.h"
#include "log_state.h"
#include "neap/error.h"

/*
 * What a logger has open for as long as its streams live, whoever of its
 * processes works: the lock, the FIFOs, the state and the spools, and the
 * socket that taps connect to.
 */
typedef struct log_session {
    const log_options *options;
    int lock; /* -1: none, as the next */
    int listen;
    log_state *state;
    bool resumed; /* another logger began with these streams */
    log_spool spool[2];
} log_session;

/* Open all of it. False and `err`: nothing is left but what was there. */
bool log_session_open(log_session *session,
                      const log_options *options,
                      neap_error *err);

/*
 * The streams are over, or were never begun: remove what only they needed, and
 * free the lock.
 */
void log_session_end(log_session *session);

#endif
