#ifndef LOG_READY_H
#define LOG_READY_H

/*
 * The answer to whoever started the logger: the line "ok", or one that begins
 * with an errno's name. Closes `fd`, if it is one; a failure without one goes
 * to standard error. Who is ready lets go of the standard descriptors too.
 */
void log_ready_ok(int fd);
void log_ready_fail(int fd, int sys, const char *text);

/* They may be pipes whose end somebody waits for. */
void log_ready_let_go(void);

#endif
