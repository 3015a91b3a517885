#include "channel.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fifo.h"

void channel_open(channel *s)
{
    world_open(&s->w, NEAP_LOOP_DRIVEN);
    strcpy(s->path, world_path(&s->w, "fifo"));
    assert(fifo_make(s->path, 0, 0) == 0);
    s->stream = NULL;
    s->fd = -1;
    s->ended = 0;
    s->files = world_files(&s->w);
}

void channel_close(channel *s)
{
    if (s->stream != NULL)
        stream_shut(s->stream, NEAP_CANCELLED);
    neap_stream_unref(s->stream);
    if (s->fd >= 0)
        close(s->fd);
    fifo_remove(s->path);
    assert(world_files(&s->w) == s->files);
    world_close(&s->w);
}

void channel_on_end(void *arg)
{
    ((channel *)arg)->ended++;
}

void channel_output(channel *s, neap_stdio_end end)
{
    neap_error err = { 0 };

    end.path = s->path;
    s->stream = stream_open_output(s->w.loop, &end, channel_on_end, s, &err);
    assert(s->stream != NULL);
    s->fd = open(s->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->fd >= 0);
}

void channel_input(channel *s, neap_stdio_end end)
{
    neap_error err = { 0 };

    end.path = s->path;
    s->stream = stream_open_input(s->w.loop, &end, channel_on_end, s, &err);
    assert(s->stream != NULL);
    s->fd = open(s->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->fd >= 0);
    stream_begin(s->stream);
}

void channel_end_output(channel *s)
{
    close(s->fd);
    s->fd = -1;
}

void channel_await_end(channel *s)
{
    while (s->ended == 0)
        world_turn(&s->w);
    assert(s->ended == 1 && stream_is_through(s->stream));
    assert(neap_stream_is_closed(s->stream));
}

void channel_start_writer(channel *s, flow_writer *wr, size_t total)
{
    flow_start_writer(wr, s->fd, total);
    s->fd = -1;
}

static void on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    r->size = size;
    if (err != NULL && err->id != NULL)
        strcpy(r->id, err->id);
    snprintf(r->text, sizeof r->text, "%.*s", (int)size,
             data != NULL ? data : "(end)");
    if (data == NULL)
        strcpy(r->text, "(end)");
    free(data);
}

neap_request *channel_read(channel *s, reply *r)
{
    neap_request *req;

    *r = (reply){ 0 };
    req = neap_stream_read(s->stream, on_read, r);
    assert(r->count == 0);
    return req;
}

void channel_await(channel *s, const reply *r)
{
    while (r->count == 0)
        world_turn(&s->w);
    assert(r->count == 1);
}

const char *channel_read_one(channel *s, reply *r)
{
    channel_read(s, r);
    channel_await(s, r);
    return r->text;
}

static void on_write(void *arg, const neap_error *err)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
}

neap_request *channel_write(channel *s, const char *data, size_t size, reply *r)
{
    neap_request *req;

    *r = (reply){ 0 };
    req = neap_stream_write(s->stream, data, size, on_write, r);
    assert(r->count == 0);
    return req;
}

void channel_run(const channel_test *tests, size_t count)
{
    channel s;

    for (size_t i = 0; i < count; i++) {
        channel_open(&s);
        tests[i].run(&s);
        channel_close(&s);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
}
