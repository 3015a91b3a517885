/* Outputs that go into inputs. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "junction.h"
#include "memory.h"

static void test_connect(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    junction_start_writer(j, &wr, MUCH);
    assert(junction_drink(j, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_OK && r.moved == MUCH);
    assert(j->input_ended == 1 && neap_stream_is_closed(to));
    neap_stream_close(to);
    assert(j->input_ended == 1); /* the end is given once */
}

/* What takes nothing stops the process that writes. */
static void test_connect_to_slow(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    int waiting = 0;
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    junction_start_writer(j, &wr, 2 * MUCH);
    while (waiting < 60000) {
        world_glance(&j->w);
        ioctl(j->source, FIONREAD, &waiting);
    }
    junction_turns(j);
    assert(!atomic_load(&wr.over) && r.count == 0);
    assert(junction_drink(j, 0, SIZE_MAX) == 2 * MUCH);
    flow_join_writer(&wr);
    flow_await(&j->w, &r);
    assert(r.moved == 2 * MUCH);
}

static void on_write(void *arg, const neap_error *err)
{
    flow_reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
}

static void write_to(neap_stream *to, size_t from, size_t size, flow_reply *r)
{
    char *data = xmalloc(size);

    *r = (flow_reply){ 0 };
    flow_fill(data, from, size);
    neap_stream_write(to, data, size, on_write, r);
    free(data);
}

/* After what was written before; and nobody writes meanwhile. */
static void test_connect_after_writes(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply first, r, late;
    char rest[2000];

    write_to(to, 0, 300000, &first);
    flow_connect(from, to, &r);
    write_to(to, 0, 10, &late);
    flow_fill(rest, 300000, sizeof rest);
    assert(write(j->fd, rest, sizeof rest) == sizeof rest);
    junction_end(j);
    assert(junction_drink(j, 0, SIZE_MAX) == 302000);
    flow_await(&j->w, &r);
    flow_await(&j->w, &late);
    assert(first.code == NEAP_OK && late.code == NEAP_FAILED_PRECONDITION);
    assert(r.code == NEAP_OK && r.moved == sizeof rest);
}

/* Not a byte is lost where the input ends early: the rest can be read. */
static void test_input_ends_early(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    junction_start_writer(j, &wr, MUCH);
    assert(junction_drink(j, 0, 100000) == 100000);
    stream_shut(to, NEAP_FAILED_PRECONDITION);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && r.moved >= 100000);
    assert(strcmp(neap_stream_truncated(from), "EPIPE") == 0);
    assert(flow_read_all(&j->w, from, r.moved, SIZE_MAX) == MUCH - r.moved);
    flow_join_writer(&wr);
    assert(j->input_ended == 0);
}

static void test_connect_is_cancelled(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    neap_request *req;
    uint64_t moved;
    flow_writer wr;
    flow_reply r;

    req = flow_connect(from, to, &r);
    junction_start_writer(j, &wr, MUCH);
    assert(junction_drink(j, 0, 100000) == 100000);
    neap_request_cancel(req);
    neap_request_cancel(req);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_CANCELLED && j->input_ended == 0);
    moved = r.moved;
    flow_connect(from, to, &r); /* and once more, from there */
    assert(junction_drink(j, 100000, SIZE_MAX) == MUCH - 100000);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_OK && j->input_ended == 1);
    assert(r.moved == MUCH - moved);
    flow_join_writer(&wr);
}

static void test_connect_what_has_ended(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r;

    junction_end(j);
    assert(flow_read_all(&j->w, from, 0, SIZE_MAX) == 0);
    flow_connect(from, to, &r);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_OK && r.moved == 0 && j->input_ended == 1);
    flow_connect(from, to, &r);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

/* Reading no more is the end for the other. */
static void test_connected_output_is_closed(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r;

    flow_connect(from, to, &r);
    junction_turns(j);
    neap_stream_close(from);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_OK && j->input_ended == 1);
}

static void test_connected_input_is_closed(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r;

    flow_connect(from, to, &r);
    junction_turns(j);
    neap_stream_close(to);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && j->input_ended == 1);
}

static void test_connected_client_is_closed(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r;

    flow_connect(from, to, &r);
    junction_turns(j);
    junction_shut(j, NEAP_CANCELLED);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_CANCELLED && j->input_ended == 0);
}

/* The process that wrote is deleted: what came goes on. */
static void test_connected_process_is_gone(junction *j)
{
    neap_stream *from = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r;

    flow_connect(from, to, &r);
    flow_say(j->fd, "some");
    junction_turns(j);
    stream_shut(from, NEAP_NOT_FOUND);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_OK && r.moved == 4 && j->input_ended == 1);
}

/* One of several consumers may be another process. */
static void test_connect_one_of_two(junction *j)
{
    neap_stream *kept = junction_consumer(j, CAPTURE),
                *from = junction_consumer(j, PIPE);
    neap_stream *to = junction_input(j);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    junction_start_writer(j, &wr, MUCH);
    assert(junction_drink(j, 0, SIZE_MAX) == MUCH);
    flow_await(&j->w, &r);
    junction_await_captured(j, kept, MUCH);
    flow_join_writer(&wr);
}

static void refused(junction *j, neap_stream *from, neap_stream *to)
{
    flow_reply r;

    flow_connect(from, to, &r);
    flow_await(&j->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

static void test_wrong_ends(junction *j)
{
    neap_stream *kept = junction_consumer(j, CAPTURE),
                *from = junction_consumer(j, PIPE);
    neap_stream *other = junction_consumer(j, PIPE), *to = junction_input(j);
    flow_reply r, first, second;

    refused(j, to, to);
    refused(j, from, from);
    refused(j, kept, to);
    flow_read(from, &first);
    refused(j, from, to);
    flow_connect(other, to, &r);
    refused(j, other, to);
    refused(j, from, to);
    flow_read(other, &second);
    flow_await(&j->w, &second);
    assert(second.code == NEAP_FAILED_PRECONDITION);
    junction_shut(j, NEAP_CANCELLED);
    flow_await(&j->w, &r);
    flow_await(&j->w, &first);
}

static const junction_test tests[] = {
    { "an output goes into an input", test_connect },
    { "a slow one stops the process that writes", test_connect_to_slow },
    { "writes go first", test_connect_after_writes },
    { "an input that ends early loses nothing", test_input_ends_early },
    { "a connection can be cancelled", test_connect_is_cancelled },
    { "what has ended ends the input", test_connect_what_has_ended },
    { "so does what is closed", test_connected_output_is_closed },
    { "a closed input ends the connection", test_connected_input_is_closed },
    { "so does a closed client", test_connected_client_is_closed },
    { "a process that is gone is the end", test_connected_process_is_gone },
    { "one of two consumers is a process", test_connect_one_of_two },
    { "only pipes that are free connect", test_wrong_ends },
};

int main(void)
{
    return junction_run(tests, sizeof tests / sizeof *tests);
}
