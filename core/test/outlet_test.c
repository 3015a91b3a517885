/* Several consumers of one output. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "junction.h"
#include "memory.h"

static void test_all_get_all(junction *j)
{
    neap_stream *first = junction_consumer(j, PIPE),
                *second = junction_consumer(j, CAPTURE);
    neap_stdio_end file = { .kind = NEAP_STDIO_FILE,
                            .file = world_path(&j->w, "file") };
    char *data = xmalloc(MUCH + 1);
    neap_stream *third = junction_consumer(j, file);
    flow_writer wr;
    int fd;

    junction_start_writer(j, &wr, MUCH);
    assert(flow_read_all(&j->w, first, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    junction_await_captured(j, second, MUCH);
    while (!neap_stream_is_closed(third))
        world_turn(&j->w);
    fd = open(file.file, O_RDONLY);
    assert(read(fd, data, MUCH + 1) == (ssize_t)MUCH);
    assert(flow_matches(data, 0, MUCH));
    assert(j->ended >= 2); /* of a pipe's end its reader is told */
    assert(neap_stream_is_closed(first) && neap_stream_is_closed(second));
    close(fd);
    unlink(file.file);
    free(data);
}

/* Who blocks holds up the process, and the others. */
static void test_one_blocks(junction *j)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow, *fast = junction_consumer(j, CAPTURE);
    flow_writer wr;
    size_t before;

    end.buffer = 100000;
    slow = junction_consumer(j, end);
    junction_start_writer(j, &wr, MUCH);
    while (junction_captured(fast) < 50001)
        world_turn(&j->w);
    junction_turns(j);
    before = junction_captured(fast);
    assert(before <= 100000 && !atomic_load(&wr.over));
    junction_turns(j);
    assert(junction_captured(fast) == before);
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    junction_await_captured(j, fast, MUCH);
}

/* A pipe beside others takes some bytes without being read. */
static void test_unread_pipe(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE),
                *slow = junction_consumer(j, PIPE);

    flow_say(j->fd, "a line");
    while (junction_captured(fast) < 6)
        world_turn(&j->w);
    assert(!neap_stream_is_closed(slow));
}

static void test_one_is_closed(junction *j)
{
    neap_stream *slow = junction_consumer(j, PIPE),
                *fast = junction_consumer(j, CAPTURE);
    flow_writer wr;

    junction_start_writer(j, &wr, MUCH);
    while (junction_captured(fast) < 1000)
        world_turn(&j->w);
    junction_turns(j);
    neap_stream_close(slow);
    junction_await_captured(j, fast, MUCH);
    flow_join_writer(&wr);
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == 0);
}

/* As one is that a script forgot. */
static void test_one_is_let_go(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE);
    flow_writer wr;

    junction_consumer(j, PIPE);
    junction_start_writer(j, &wr, MUCH);
    while (junction_captured(fast) < 1000)
        world_turn(&j->w);
    junction_turns(j);
    neap_stream_unref(j->all[--j->count]);
    junction_await_captured(j, fast, MUCH);
    flow_join_writer(&wr);
}

static void test_all_are_closed(junction *j)
{
    flow_writer wr;

    neap_stream_close(junction_consumer(j, CAPTURE));
    neap_stream_close(junction_consumer(j, PIPE));
    junction_start_writer(j, &wr, MUCH);
    flow_await_writer(&j->w, &wr);
}

/* What one holds is there after the end, and when the process is gone. */
static void test_what_is_held_stays(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE),
                *slow = junction_consumer(j, PIPE);
    char data[1000];

    flow_fill(data, 0, sizeof data);
    assert(write(j->fd, data, sizeof data) == sizeof data);
    junction_end(j);
    junction_await_captured(j, fast, sizeof data);
    assert(neap_stream_is_closed(fast) && !neap_stream_is_closed(slow));
    junction_shut(j, NEAP_NOT_FOUND);
    assert(!neap_stream_is_closed(slow));
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == sizeof data);
    assert(neap_stream_is_closed(slow));
}

static void test_client_is_closed(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE),
                *slow = junction_consumer(j, PIPE);
    neap_stream *waiting = junction_consumer(j, PIPE);
    flow_reply r;

    flow_say(j->fd, "some");
    while (junction_captured(fast) < 4)
        world_turn(&j->w);
    flow_read(waiting, &r);
    flow_await(&j->w, &r);
    free(r.data);
    flow_read(waiting, &r);
    junction_shut(j, NEAP_CANCELLED);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == 0);
}

static const junction_test tests[] = {
    { "every consumer gets every byte", test_all_get_all },
    { "one that blocks holds up the others", test_one_blocks },
    { "a pipe beside others takes some unread", test_unread_pipe },
    { "one that is closed holds up nobody", test_one_is_closed },
    { "nor does one that was let go", test_one_is_let_go },
    { "what is for nobody stops nobody", test_all_are_closed },
    { "what one holds outlives the process", test_what_is_held_stays },
    { "but not the client", test_client_is_closed },
};

int main(void)
{
    return junction_run(tests, sizeof tests / sizeof *tests);
}
