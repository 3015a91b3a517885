#ifndef LOG_LOOP_H
#define LOG_LOOP_H

#include "log_session.h"

/*
 * A logger at work, from whatever its predecessor left to the end of the
 * streams. SIGTERM, SIGINT and SIGCHLD are to be blocked. `ready` is told
 * that it works or why not; -1: nobody is. Gives the status to exit with.
 */
int log_loop_run(log_session *session, int ready);

#endif
