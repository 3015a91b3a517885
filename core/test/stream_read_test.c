/* Outputs that are kept or read. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "flow.h"
#include "stream.h"

/* --- captures ------------------------------------------------------------- */

static void test_capture(channel *s)
{
    size_t size;

    channel_output(
        s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 100 });
    neap_stream_captured(s->stream, &size);
    assert(size == 0 && !stream_is_through(s->stream));
    flow_say(s->fd, "one ");
    flow_say(s->fd, "two");
    channel_end_output(s);
    channel_await_end(s);
    assert(memcmp(neap_stream_captured(s->stream, &size), "one two", 7) == 0);
    assert(size == 7 && neap_stream_truncated(s->stream) == NULL);
}

static void test_limit(channel *s)
{
    size_t size;

    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 5 });
    flow_say(s->fd, "12345");
    for (neap_stream_captured(s->stream, &size); size < 5;
         neap_stream_captured(s->stream, &size))
        world_turn(&s->w);
    assert(neap_stream_truncated(s->stream) == NULL);
    flow_say(s->fd, "6");
    channel_end_output(s);
    channel_await_end(s);
    assert(memcmp(neap_stream_captured(s->stream, &size), "12345", 5) == 0);
    assert(size == 5);
    assert(strcmp(neap_stream_truncated(s->stream), "limit") == 0);
}

static void test_limit_of_none(channel *s)
{
    size_t size;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE });
    flow_say(s->fd, "x");
    channel_end_output(s);
    channel_await_end(s);
    neap_stream_captured(s->stream, &size);
    assert(size == 0);
    assert(strcmp(neap_stream_truncated(s->stream), "limit") == 0);
}

static void test_bulk(channel *s)
{
    const size_t total = 5 << 20;
    const char *data;
    flow_writer wr;
    size_t size;

    channel_output(
        s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = total });
    channel_start_writer(s, &wr, total);
    channel_await_end(s);
    flow_join_writer(&wr);
    data = neap_stream_captured(s->stream, &size);
    assert(size == total && flow_matches(data, 0, total));
    assert(neap_stream_truncated(s->stream) == NULL);
}

/* --- reading -------------------------------------------------------------- */

static void test_read(channel *s)
{
    reply first, second;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    assert(stream_is_through(s->stream)); /* nobody waits for a pipe */
    channel_read(s, &first);
    channel_read(s, &second);
    channel_await(s, &second);
    assert(second.code == NEAP_FAILED_PRECONDITION && first.count == 0);
    flow_say(s->fd, "one");
    channel_await(s, &first);
    assert(strcmp(first.text, "one") == 0);
    flow_say(s->fd, "two");
    for (int i = 0; i < 5; i++)
        world_glance(&s->w); /* nobody asks: it waits in the FIFO */
    flow_say(s->fd, " three");
    assert(strcmp(channel_read_one(s, &first), "two three") == 0);
    flow_say(s->fd, "last");
    channel_end_output(s);
    assert(strcmp(channel_read_one(s, &first), "last") == 0);
    for (int i = 0; i < 3; i++)
        assert(strcmp(channel_read_one(s, &first), "(end)") == 0);
    assert(first.code == NEAP_OK);
}

static void test_cancelled_read(channel *s)
{
    neap_request *req;
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    req = channel_read(s, &r);
    neap_request_cancel(req);
    neap_request_cancel(req);
    flow_say(s->fd, "kept");
    channel_await(s, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(strcmp(channel_read_one(s, &r), "kept") == 0);
}

/* Errors are about the container, of a tap's too. */
static void test_id(channel *s)
{
    neap_stdio_end how = { .buffer = 1 };
    neap_stream *tap;
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    stream_name(s->stream, "box");
    tap = neap_stream_tap(s->stream, &how);
    assert(strcmp(neap_stream_id(tap), "box") == 0);
    neap_stream_unref(tap);
    neap_request_cancel(channel_read(s, &r));
    channel_await(s, &r);
    assert(r.code == NEAP_CANCELLED && strcmp(r.id, "box") == 0);
}

static void test_unread_pipe(channel *s)
{
    char chunk[4096] = "";
    size_t total = 0;
    ssize_t n;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    while ((n = write(s->fd, chunk, sizeof chunk)) > 0) {
        total += (size_t)n;
        world_glance(&s->w);
    }
    assert(errno == EAGAIN && total == 65536); /* as in a shell */
}

static void test_bulk_read(channel *s)
{
    const size_t total = 3 << 20;
    size_t at = 0;
    flow_writer wr;
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_start_writer(s, &wr, total);
    while (channel_read_one(s, &r), r.size > 0)
        at += r.size;
    flow_join_writer(&wr);
    assert(at == total && r.code == NEAP_OK);
}

/* As a terminal that was turned off: the program need not know. */
static void test_closed_output(channel *s)
{
    flow_writer wr;
    reply r;

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    channel_read(s, &r);
    neap_stream_close(s->stream);
    neap_stream_close(s->stream);
    channel_await(s, &r);
    assert(r.code == NEAP_OK && strcmp(r.text, "(end)") == 0);
    assert(strcmp(channel_read_one(s, &r), "(end)") == 0);
    channel_start_writer(s, &wr, 3 << 20);
    flow_await_writer(&s->w, &wr);
    assert(strcmp(channel_read_one(s, &r), "(end)") == 0);
}

static void test_pipe_that_holds(channel *s)
{
    reply r;

    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_PIPE, .holds = true });
    channel_end_output(s);
    assert(strcmp(channel_read_one(s, &r), "(end)") == 0);
    assert(s->ended == 0 && !stream_is_through(s->stream));
    neap_stream_done(s->stream);
    assert(s->ended == 1 && stream_is_through(s->stream));
    neap_stream_done(s->stream);
    assert(s->ended == 1);
}

static const channel_test tests[] = {
    { "output is captured", test_capture },
    { "a capture stops at its limit", test_limit },
    { "a capture may be limited to nothing", test_limit_of_none },
    { "bulk output is captured whole", test_bulk },
    { "a pipe is read as it is asked for", test_read },
    { "a cancelled read takes nothing", test_cancelled_read },
    { "an error names the container, a tap's too", test_id },
    { "a pipe nobody reads stops the process", test_unread_pipe },
    { "bulk output is read whole", test_bulk_read },
    { "a closed output stops nobody", test_closed_output },
    { "a pipe may hold", test_pipe_that_holds },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
