#ifndef LOG_READY_H
#define LOG_READY_H

/*
 * The answer to whoever started the logger: the line "ok", or one that begins
 * with an errno's name. Closes `fd`, if it is one; a failure without one goes
 * to standard error.
 */
void log_ready_ok(int fd);
void log_ready_fail(int fd, int sys, const char *text);

#endif
