#ifndef SERVER_SOCKET_H
#define SERVER_SOCKET_H

#include <stdbool.h>

/*
 * The listening end of a scripted server, on a thread of its own. It keeps a
 * second descriptor of each connection, so that it can cut it as the kernel
 * does for a daemon that was killed: without a word of farewell.
 */
typedef struct server_socket server_socket;

/* `on_accept` is given each connection, on the thread, and owns it. */
server_socket *server_socket_open(const char *path,
                                  void (*on_accept)(void *arg, int fd),
                                  void *arg);

/* Cut what is connected, end the thread, remove the socket. */
void server_socket_close(server_socket *s);

void server_socket_cut(server_socket *s);
void server_socket_refuse(server_socket *s, bool refuse);

#endif
