#ifndef LOG_SOCKET_H
#define LOG_SOCKET_H

/*
 * A listening Unix socket, mode 0600, at a path of any length. In place of a
 * socket that is there, but of nothing else. The descriptor or a negative
 * errno.
 */
int log_socket_listen(const char *path);

/* Remove a socket; nothing else is ever removed. */
void log_socket_remove(const char *path);

#endif
