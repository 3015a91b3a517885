/* Streams that are not opened, shut, or let go. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "fifo.h"
#include "flow.h"
#include "memory.h"
#include "stream.h"

static void refused(channel *s, const neap_stdio_end *end, int sys)
{
    neap_error err = { 0 };

    assert(stream_open_output(s->w.loop, end, channel_on_end, s, &err) == NULL);
    assert(err.sys == sys && err.message != NULL);
    neap_error_clear(&err);
    assert(stream_open_input(s->w.loop, end, channel_on_end, s, &err) == NULL);
    assert(err.sys == sys);
    neap_error_clear(&err);
}

/* Whoever can write to the directory cannot make us open something else. */
static void test_no_fifo(channel *s)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_PIPE,
                           .path = world_path(&s->w, "other") };
    int fd;

    refused(s, &end, ENOENT);
    assert(symlink(s->path, end.path) == 0);
    refused(s, &end, ELOOP);
    fifo_remove(end.path); /* nor remove it */
    assert(unlink(end.path) == 0);
    fd = open(end.path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    refused(s, &end, ENXIO);
    fifo_remove(end.path);
    assert(unlink(end.path) == 0);
    end = (neap_stdio_end){ .kind = NEAP_STDIO_FILE,
                            .path = s->path,
                            .file = "/nowhere/at/all" };
    refused(s, &end, ENOENT);
    end = (neap_stdio_end){ .kind = NEAP_STDIO_FD, .path = s->path, .fd = 99 };
    refused(s, &end, EBADF);
    assert(s->ended == 0);
}

static void test_shut(channel *s)
{
    char *lots = xcalloc(1, 1 << 20);
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_read(s, &r);
    stream_shut(s->stream, NEAP_CANCELLED);
    channel_await(s, &r);
    assert(r.code == NEAP_CANCELLED && s->ended == 0);
    neap_stream_unref(s->stream);
    channel_end_output(s);
    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_read(s, &r);
    stream_shut(s->stream, NEAP_NOT_FOUND); /* the process is gone */
    channel_await(s, &r);
    assert(r.code == NEAP_OK && strcmp(r.text, "(end)") == 0);
    neap_stream_unref(s->stream);
    channel_end_output(s);
    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_write(s, lots, 1 << 20, &r);
    world_glance(&s->w);
    stream_shut(s->stream, NEAP_NOT_FOUND);
    channel_await(s, &r);
    assert(r.code == NEAP_NOT_FOUND);
    free(lots);
}

/* The holder lets go while a request is in flight, which holds on. */
static void test_let_go(channel *s)
{
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_read(s, &r);
    neap_stream_unref(s->stream);
    s->stream = NULL;
    flow_say(s->fd, "there");
    channel_await(s, &r);
    assert(strcmp(r.text, "there") == 0);
}

static void test_truncate(channel *s)
{
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 1 });
    stream_truncate(s->stream, "drain");
    flow_say(s->fd, "more");
    channel_end_output(s);
    channel_await_end(s);
    assert(strcmp(neap_stream_truncated(s->stream), "drain") == 0);
}

static const channel_test tests[] = {
    { "only FIFOs are opened, and removed", test_no_fifo },
    { "shutting ends what is in flight", test_shut },
    { "a request keeps its stream", test_let_go },
    { "the first reason counts", test_truncate },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
