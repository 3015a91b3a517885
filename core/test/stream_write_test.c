/* Inputs that are written. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "flow.h"
#include "memory.h"
#include "stream.h"

static void test_write(channel *s)
{
    reply one, two, none;
    char text[32] = "";

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_write(s, "one ", 4, &one);
    channel_write(s, NULL, 0, &none);
    channel_write(s, "two", 3, &two);
    channel_await(s, &two);
    assert(one.code == NEAP_OK && none.code == NEAP_OK && none.count == 1);
    assert(read(s->fd, text, sizeof text) == 7);
    assert(strcmp(text, "one two") == 0 && s->ended == 0);
    neap_stream_close(s->stream);
    assert(s->ended == 1);
    assert(read(s->fd, text, sizeof text) == 0);
}

/* A process that reads slowly holds up the writer, and loses nothing. */
static void test_slow_process(channel *s)
{
    const size_t total = 2 << 20;
    char *data = xmalloc(total), chunk[10000];
    size_t at = 0;
    reply big, last;

    flow_fill(data, 0, total);
    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_write(s, data, total, &big);
    memset(data, 0, total); /* it was copied */
    flow_fill(data, total, 100);
    channel_write(s, data, 100, &last);
    neap_stream_close(s->stream); /* after both */
    while (at < total + 100) {
        ssize_t n = read(s->fd, chunk, sizeof chunk);

        if (n > 0) {
            assert(flow_matches(chunk, at, (size_t)n));
            at += (size_t)n;
        } else {
            assert(last.count == 0);
            world_turn(&s->w);
        }
    }
    channel_await(s, &last);
    assert(big.count == 1 && big.code == NEAP_OK && last.code == NEAP_OK);
    channel_await_end(s);
    free(data);
}

static void test_cancelled_writes(channel *s)
{
    char *lots = xcalloc(1, 1 << 20), text[8];
    reply first, second, third;
    neap_request *one, *two;

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    one = channel_write(s, lots, 1 << 20, &first);
    two = channel_write(s, "two", 3, &second);
    channel_write(s, "three", 5, &third);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    neap_request_cancel(two);
    neap_request_cancel(two);
    neap_request_cancel(one); /* a part of it is through */
    channel_await(s, &first);
    channel_await(s, &second);
    assert(first.code == NEAP_CANCELLED && second.code == NEAP_CANCELLED);
    while (read(s->fd, lots, 1 << 20) > 0)
        ;
    channel_await(s, &third);
    assert(third.code == NEAP_OK);
    assert(read(s->fd, text, sizeof text) == 5);
    free(lots);
}

/* What a close waits for may be cancelled: then it closes. */
static void test_cancelled_behind_close(channel *s)
{
    char *lots = xcalloc(1, 1 << 20);
    neap_request *req;
    reply r;

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    req = channel_write(s, lots, 1 << 20, &r);
    neap_stream_close(s->stream);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    assert(s->ended == 0);
    neap_request_cancel(req);
    channel_await(s, &r);
    assert(r.code == NEAP_CANCELLED);
    channel_await_end(s);
    free(lots);
}

/* The shim opens its end late: nothing is lost, and it need not wait. */
static void test_late_reader(channel *s, const char *text, size_t size)
{
    char got[32] = "";

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    close(s->fd);
    if (size > 0) {
        reply r;

        channel_write(s, text, size, &r);
        channel_await(s, &r);
        assert(r.code == NEAP_OK);
    }
    neap_stream_close(s->stream);
    neap_stream_close(s->stream);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    assert(s->ended == 0);
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC); /* does not hang */
    channel_await_end(s);
    assert(read(s->fd, got, sizeof got) == (ssize_t)size);
    assert(strcmp(got, text) == 0);
    assert(size == 0 || read(s->fd, got, sizeof got) == 0);
}

static void test_late_reader_of_text(channel *s)
{
    test_late_reader(s, "text", 4);
}

static void test_late_reader_of_nothing(channel *s)
{
    test_late_reader(s, "", 0);
}

/* The process ends while its shim has not opened the FIFO. */
static void test_no_reader(channel *s)
{
    reply r;

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_end_output(s);
    neap_stream_close(s->stream);
    world_glance(&s->w);
    channel_write(s, "x", 1, &r);
    channel_await(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && s->ended == 0);
    stream_shut(s->stream, NEAP_CANCELLED);
    assert(neap_stream_is_closed(s->stream));
}

static void test_wrong_way(channel *s)
{
    reply r;

    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_read_one(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
    stream_shut(s->stream, NEAP_CANCELLED);
    neap_stream_unref(s->stream);
    close(s->fd);
    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_write(s, "x", 1, &r);
    channel_await(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

static const channel_test tests[] = {
    { "input is written in order", test_write },
    { "a slow process holds up its writer", test_slow_process },
    { "writes can be cancelled", test_cancelled_writes },
    { "a close does not wait for a cancelled write",
      test_cancelled_behind_close },
    { "what is closed early is read late", test_late_reader_of_text },
    { "an end comes to who opens late", test_late_reader_of_nothing },
    { "a process that ends ends the wait for it", test_no_reader },
    { "streams have one direction", test_wrong_way },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
