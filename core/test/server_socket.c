#include "server_socket.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "memory.h"

struct server_socket {
    char *path;
    void (*on_accept)(void *arg, int fd);
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    int wake;   /* rung when what follows has changed */
    int listen; /* -1: refusing */
    bool closing;
    int *fds; /* ours, one for each connection */
    unsigned count;
};

static int listen_at(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert(fd >= 0 && strlen(path) < sizeof at.sun_path);
    strcpy(at.sun_path, path);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 64) != 0)
        abort();
    return fd;
}

static void take_connection(server_socket *s)
{
    int fd = accept4(s->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    s->fds = xrealloc(s->fds, (s->count + 1) * sizeof *s->fds);
    s->fds[s->count] = dup(fd);
    assert(s->fds[s->count] >= 0);
    s->count++;
    s->on_accept(s->arg, fd);
}

static void *accept_all(void *arg)
{
    server_socket *s = arg;
    bool closing = false;

    while (!closing) {
        struct pollfd on[] = { { .fd = s->wake, .events = POLLIN },
                               { .fd = -1, .events = POLLIN } };
        eventfd_t rung;

        pthread_mutex_lock(&s->lock);
        on[1].fd = s->listen;
        pthread_mutex_unlock(&s->lock);
        poll(on, 2, -1);
        pthread_mutex_lock(&s->lock);
        if (on[0].revents != 0)
            eventfd_read(s->wake, &rung);
        closing = s->closing;
        if (!closing && s->listen >= 0)
            take_connection(s);
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

server_socket *server_socket_open(const char *path,
                                  void (*on_accept)(void *arg, int fd),
                                  void *arg)
{
    server_socket *s = xcalloc(1, sizeof *s);

    s->path = xstrdup(path);
    s->on_accept = on_accept;
    s->arg = arg;
    s->listen = listen_at(path);
    s->wake = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&s->lock, NULL);
    if (pthread_create(&s->thread, NULL, accept_all, s) != 0)
        abort();
    return s;
}

static void cut(server_socket *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        shutdown(s->fds[i], SHUT_RDWR);
        close(s->fds[i]);
    }
    s->count = 0;
}

void server_socket_cut(server_socket *s)
{
    pthread_mutex_lock(&s->lock);
    cut(s);
    pthread_mutex_unlock(&s->lock);
}

static void stop_listening(server_socket *s)
{
    if (s->listen >= 0) {
        shutdown(s->listen, SHUT_RDWR); /* it is being polled: close waits */
        close(s->listen);
    }
    s->listen = -1;
    eventfd_write(s->wake, 1);
}

void server_socket_refuse(server_socket *s, bool refuse)
{
    pthread_mutex_lock(&s->lock);
    stop_listening(s);
    if (!refuse)
        s->listen = listen_at(s->path);
    pthread_mutex_unlock(&s->lock);
}

void server_socket_close(server_socket *s)
{
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    stop_listening(s);
    cut(s);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    unlink(s->path);
    close(s->wake);
    free(s->fds);
    free(s->path);
    free(s);
}
