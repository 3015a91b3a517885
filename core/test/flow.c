#include "flow.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char byte_at(size_t i)
{
    return (char)(i * 31 + i / 251);
}

void flow_fill(char *data, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(from + i);
}

bool flow_matches(const char *data, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte_at(from + i))
            return false;
    return true;
}

static void *write_all(void *arg)
{
    flow_writer *wr = arg;
    char chunk[7000];

    for (size_t at = 0; at < wr->total;) {
        size_t size = wr->total - at;
        ssize_t n;

        if (size > sizeof chunk)
            size = sizeof chunk;
        flow_fill(chunk, at, size);
        n = write(wr->fd, chunk, size);
        assert(n > 0);
        at += (size_t)n;
    }
    close(wr->fd);
    atomic_store(&wr->over, true);
    return NULL;
}

void flow_start_writer(flow_writer *wr, int fd, size_t total)
{
    wr->fd = fd;
    wr->total = total;
    atomic_init(&wr->over, false);
    fcntl(wr->fd, F_SETFL, 0); /* it may wait */
    assert(pthread_create(&wr->thread, NULL, write_all, wr) == 0);
}

void flow_join_writer(flow_writer *wr)
{
    pthread_join(wr->thread, NULL);
}

void flow_await_writer(world *w, flow_writer *wr)
{
    while (!atomic_load(&wr->over))
        world_glance(w);
    flow_join_writer(wr);
}

static void on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    flow_reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    r->size = size;
    r->data = data;
}

neap_request *flow_read(neap_stream *s, flow_reply *r)
{
    neap_request *req;

    *r = (flow_reply){ 0 };
    req = neap_stream_read(s, on_read, r);
    assert(r->count == 0);
    return req;
}

static void on_connected(void *arg, const neap_error *err, uint64_t count)
{
    flow_reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    r->moved = count;
}

neap_request *flow_connect(neap_stream *from, neap_stream *to, flow_reply *r)
{
    neap_request *req;

    *r = (flow_reply){ 0 };
    req = neap_stream_connect(from, to, on_connected, r);
    assert(r->count == 0);
    return req;
}

void flow_await(world *w, const flow_reply *r)
{
    while (r->count == 0)
        world_turn(w);
    assert(r->count == 1);
}

size_t flow_read_all(world *w, neap_stream *s, size_t from, size_t most)
{
    size_t at = 0;

    while (at < most) {
        flow_reply r;

        flow_read(s, &r);
        flow_await(w, &r);
        assert(r.code == NEAP_OK);
        if (r.data == NULL)
            break;
        assert(flow_matches(r.data, from + at, r.size));
        at += r.size;
        free(r.data);
    }
    return at;
}

void flow_say(int fd, const char *text)
{
    assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}
