#include "world.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

/* No test is that slow; under valgrind neither. */
#define LIMIT_S 120

static void on_news(uv_async_t *news)
{
    (void)news; /* that the loop has turned is all */
}

/* On the server's thread. */
static void tell_news(void *arg)
{
    uv_async_send(arg);
}

void world_open(world *w, neap_loop_mode mode)
{
    alarm(LIMIT_S);
    *w = (world){ .mode = mode };
    strcpy(w->dir, "/tmp/neap-test-XXXXXX");
    assert(mkdtemp(w->dir) != NULL);
    snprintf(w->socket, sizeof w->socket, "%s/socket", w->dir);
    assert(uv_loop_init(&w->uv) == 0);
    assert(uv_async_init(&w->uv, &w->news, on_news) == 0);
    w->loop = neap_loop_open(&w->uv, mode);
    w->server = server_open(w->socket);
    server_watch(w->server, tell_news, &w->news);
}

void world_close(world *w)
{
    server_watch(w->server, NULL, NULL);
    neap_loop_close(w->loop);
    server_close(w->server);
    uv_close((uv_handle_t *)&w->news, NULL);
    assert(uv_run(&w->uv, UV_RUN_DEFAULT) == 0);
    assert(uv_loop_close(&w->uv) == 0);
    assert(rmdir(w->dir) == 0);
}

void world_turn(world *w)
{
    if (w->mode == NEAP_LOOP_DRIVEN)
        neap_loop_turn(w->loop, true);
    else
        uv_run(&w->uv, UV_RUN_ONCE);
}

void world_glance(world *w)
{
    if (w->mode == NEAP_LOOP_DRIVEN)
        neap_loop_turn(w->loop, false);
    else
        uv_run(&w->uv, UV_RUN_NOWAIT);
}

const char *world_path(const world *w, const char *name)
{
    static char paths[4][64];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", w->dir, name);
    return paths[next];
}

int world_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 3; /* ".", ".." and the directory's own */
}

int world_files(const world *w)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    char to[256];
    int count = 0;

    while ((entry = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, to, sizeof to - 1);

        to[n > 0 ? n : 0] = '\0';
        count += atoi(entry->d_name) > 2 &&
                 (strncmp(to, w->dir, strlen(w->dir)) == 0 ||
                  strncmp(to, "pipe:", 5) == 0);
    }
    closedir(dir);
    return count;
}

void world_await_descriptors(world *w, int count)
{
    while (world_descriptors() > count) {
        world_glance(w);
        usleep(1000);
    }
}

static uint8_t *packed(const ProtobufCMessage *m, size_t *size)
{
    uint8_t *bytes;

    *size = protobuf_c_message_get_packed_size(m);
    bytes = xmalloc(*size);
    protobuf_c_message_pack(m, bytes);
    return bytes;
}

void world_answer(world *w, const char *method, const ProtobufCMessage *m)
{
    size_t size;
    uint8_t *bytes = packed(m, &size);

    server_answer(w->server, method, bytes, size);
    free(bytes);
}

void world_send(world *w, const char *method, const ProtobufCMessage *m)
{
    size_t size;
    uint8_t *bytes = packed(m, &size);

    server_send(w->server, method, bytes, size);
    free(bytes);
}

ProtobufCMessage *world_asked(world *w,
                              const char *method,
                              const ProtobufCMessageDescriptor *type)
{
    unsigned count = server_messages(w->server, method);
    size_t size;
    const uint8_t *bytes;
    ProtobufCMessage *m;

    assert(count > 0);
    bytes = server_message(w->server, method, count - 1, &size);
    m = protobuf_c_message_unpack(type, NULL, size, bytes);
    assert(m != NULL);
    return m;
}
