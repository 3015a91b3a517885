#include "server_private.h"

#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <stdlib.h>

#include "memory.h"

static void *serve(void *arg)
{
    server *s = arg;
    grpc_event event;

    for (;;) {
        event = grpc_completion_queue_next(
            s->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return NULL;
        pthread_mutex_lock(&s->lock);
        if (event.tag == s) {
            s->down = true;
        } else {
            batch *b = event.tag;

            call_proceed(b->call, b, event.success != 0);
        }
        if (s->down && s->calls == NULL)
            grpc_completion_queue_shutdown(s->queue);
        if (s->watcher != NULL)
            s->watcher(s->watcher_arg);
        pthread_mutex_unlock(&s->lock);
    }
}

static void on_accept(void *arg, int fd)
{
    server *s = arg;
    grpc_server_credentials *plain = grpc_insecure_server_credentials_create();

    grpc_server_add_channel_from_fd(s->grpc, fd, plain);
    grpc_server_credentials_release(plain);
}

server *server_open(const char *path)
{
    server *s = xcalloc(1, sizeof *s);
    grpc_arg limit = { .type = GRPC_ARG_INTEGER,
                       .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
                       .value.integer = 16 << 20 };
    grpc_channel_args args = { 1, &limit };

    grpc_init();
    pthread_mutex_init(&s->lock, NULL);
    s->grpc = grpc_server_create(&args, NULL);
    s->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(s->grpc, s->queue, NULL);
    grpc_server_start(s->grpc);
    call_expect(s);
    if (pthread_create(&s->thread, NULL, serve, s) != 0)
        abort();
    s->socket = server_socket_open(path, on_accept, s);
    return s;
}

void server_close(server *s)
{
    server_socket_close(s->socket);
    grpc_server_shutdown_and_notify(s->grpc, s->queue, s);
    grpc_server_cancel_all_calls(s->grpc);
    pthread_join(s->thread, NULL);
    grpc_server_destroy(s->grpc);
    grpc_completion_queue_destroy(s->queue);
    server_methods_free(s->methods);
    pthread_mutex_destroy(&s->lock);
    grpc_shutdown();
    free(s);
}

void server_drop(server *s)
{
    server_socket_cut(s->socket);
}

void server_refuse(server *s, bool refuse)
{
    server_socket_refuse(s->socket, refuse);
}

/* --- what it is told -------------------------------------------------------
 */

static server_method *lock_method(server *s, const char *path)
{
    pthread_mutex_lock(&s->lock);
    return server_method_of(&s->methods, path);
}

static void unlock(server *s)
{
    pthread_mutex_unlock(&s->lock);
}

void server_answer(server *s, const char *method, const void *data, size_t size)
{
    server_method *m = lock_method(s, method);

    server_method_reset(m, SERVER_ANSWER, 0, "");
    server_list_add(&m->answer, data, size);
    unlock(s);
}

void server_append(server *s, const char *method, const void *data, size_t size)
{
    server_list_add(&lock_method(s, method)->answer, data, size);
    unlock(s);
}

void server_fail(server *s, const char *method, int status, const char *details)
{
    server_method_reset(lock_method(s, method), SERVER_ANSWER, status, details);
    unlock(s);
}

void server_stream(server *s, const char *method)
{
    server_method_reset(lock_method(s, method), SERVER_STREAM, 0, "");
    unlock(s);
}

void server_send(server *s, const char *method, const void *data, size_t size)
{
    server_method *m = lock_method(s, method);

    for (call *c = s->calls; c != NULL; c = c->next) {
        if (c->method == m && m->kind == SERVER_STREAM && !c->ending) {
            server_list_add(&c->outgoing, data, size);
            call_transmit(c);
        }
    }
    unlock(s);
}

void server_end(server *s, const char *method, int status, const char *details)
{
    server_method *m = lock_method(s, method);

    for (call *c = s->calls; c != NULL; c = c->next)
        if (c->method == m && m->kind == SERVER_STREAM)
            call_end(c, status, details);
    unlock(s);
}

void server_hold(server *s, const char *method)
{
    lock_method(s, method)->held = true;
    unlock(s);
}

void server_release(server *s, const char *method)
{
    server_method *m = lock_method(s, method);

    m->held = false;
    for (call *c = s->calls; c != NULL; c = c->next)
        if (c->method == m)
            call_answer(c);
    unlock(s);
}

/* --- what it was asked -----------------------------------------------------
 */

unsigned server_calls(server *s, const char *method)
{
    unsigned count;

    pthread_mutex_lock(&s->lock);
    count = method == NULL ? s->arrived
                           : server_method_of(&s->methods, method)->calls;
    unlock(s);
    return count;
}

unsigned server_open_calls(server *s, const char *method)
{
    server_method *m = lock_method(s, method);
    unsigned count = 0;

    for (call *c = s->calls; c != NULL; c = c->next)
        if (c->method == m && !c->closed && !c->ending)
            count++;
    unlock(s);
    return count;
}

unsigned server_cancelled(server *s, const char *method)
{
    unsigned count = lock_method(s, method)->cancelled;

    unlock(s);
    return count;
}

unsigned server_messages(server *s, const char *method)
{
    unsigned count = lock_method(s, method)->messages.count;

    unlock(s);
    return count;
}

const uint8_t *
server_message(server *s, const char *method, unsigned index, size_t *size)
{
    server_list *list = &lock_method(s, method)->messages;
    const uint8_t *data = NULL;

    if (index < list->count) {
        data = list->items[index].data;
        *size = list->items[index].size;
    }
    unlock(s);
    return data;
}

const char *
server_header(server *s, const char *method, unsigned index, const char *key)
{
    server_list *list = &lock_method(s, method)->headers;
    const char *value = NULL;

    if (index < list->count)
        value = server_header_of(&list->items[index], key);
    unlock(s);
    return value;
}

void server_watch(server *s, void (*watcher)(void *arg), void *arg)
{
    pthread_mutex_lock(&s->lock);
    s->watcher = watcher;
    s->watcher_arg = arg;
    unlock(s);
}
