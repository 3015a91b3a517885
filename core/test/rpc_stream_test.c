/* rpc: streams, on a loop that is driven and on one that is hosted. */
#include <assert.h>
#include <string.h>

#include "outcome.h"

#define FLOW "/test.Service/Flow"

static rpc_stream *open_stream(rpc *r)
{
    rpc_options opt = { .op = "test.flow" };

    return rpc_stream_open(r, FLOW, &opt);
}

static void read_one(world *w, rpc_stream *s, outcome *o)
{
    *o = (outcome){ 0 };
    rpc_stream_read(s, outcome_bytes, o);
    assert(o->count == 0);
    outcome_await(w, o);
}

static void write_one(world *w, rpc_stream *s, outcome *o)
{
    *o = (outcome){ 0 };
    rpc_stream_write(s, (const uint8_t *)"word", 4, outcome_written, o);
    assert(o->count == 0);
    outcome_await(w, o);
}

static void test_stream_to_the_end(world *w)
{
    rpc *r = open_rpc(w, 0.01); /* streams have no deadline of their own */
    rpc_stream *s = open_stream(r);
    outcome o;

    server_answer(w->server, FLOW, "one", 3);
    server_append(w->server, FLOW, "", 0);
    server_append(w->server, FLOW, "three", 5);
    rpc_stream_send(s, (const uint8_t *)"go", 2);
    read_one(w, s, &o);
    assert(o.code == NEAP_OK && strcmp(o.text, "one") == 0);
    read_one(w, s, &o);
    assert(o.code == NEAP_OK && o.size == 0 && o.text[0] == '\0');
    read_one(w, s, &o);
    assert(strcmp(o.text, "three") == 0);
    for (int i = 0; i < 3; i++) { /* the end stays the end */
        read_one(w, s, &o);
        assert(o.code == NEAP_OK && strcmp(o.text, "(end)") == 0);
    }
    write_one(w, s, &o);
    assert(o.code == NEAP_FAILED_PRECONDITION);
    rpc_stream_end(s);
    rpc_stream_close(s);
    assert(rpc_count(r, FLOW) == 1);
    rpc_close(r, 0);
}

static void test_stream_error_end(world *w)
{
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome o;

    server_fail(w->server, FLOW, NEAP_PERMISSION_DENIED, "not you");
    server_append(w->server, FLOW, "one", 3);
    rpc_stream_send(s, (const uint8_t *)"go", 2);
    read_one(w, s, &o);
    assert(strcmp(o.text, "one") == 0);
    for (int i = 0; i < 2; i++) {
        read_one(w, s, &o);
        assert(o.code == NEAP_PERMISSION_DENIED);
        assert(strcmp(o.text, "not you") == 0);
    }
    rpc_stream_close(s);
    rpc_close(r, 0);
}

static void await_stream(world *w, unsigned count)
{
    while (server_open_calls(w->server, FLOW) != count)
        world_turn(w);
}

/* The server has it, and says nothing to who reads it. */
static rpc_stream *open_waiting(world *w, rpc *r, outcome *o)
{
    rpc_stream *s = open_stream(r);

    server_stream(w->server, FLOW);
    rpc_stream_read(s, outcome_bytes, o);
    await_stream(w, 1);
    return s;
}

static void test_stream_both_ways(world *w)
{
    unsigned before = server_messages(w->server, FLOW);
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome in = { 0 }, out;
    size_t size;

    server_stream(w->server, FLOW);
    await_stream(w, 1);
    rpc_stream_read(s, outcome_bytes, &in);
    for (int i = 0; i < 3; i++) {
        write_one(w, s, &out);
        assert(out.code == NEAP_OK && in.count == 0);
    }
    while (server_messages(w->server, FLOW) < before + 3)
        world_turn(w);
    assert(memcmp(server_message(w->server, FLOW, before, &size), "word", 4) ==
           0);
    server_send(w->server, FLOW, "back", 4);
    outcome_await(w, &in);
    assert(strcmp(in.text, "back") == 0);
    rpc_stream_end(s);
    rpc_stream_end(s); /* twice is once */
    write_one(w, s, &out);
    assert(out.code == NEAP_FAILED_PRECONDITION);
    server_end(w->server, FLOW, 0, "");
    read_one(w, s, &in);
    assert(in.code == NEAP_OK && strcmp(in.text, "(end)") == 0);
    rpc_stream_close(s);
    rpc_close(r, 0);
}

/* An end that is said while a write is still on its way. */
static void test_end_behind_a_write(world *w)
{
    unsigned before = server_messages(w->server, FLOW);
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome o = { 0 };

    server_stream(w->server, FLOW);
    rpc_stream_write(s, (const uint8_t *)"word", 4, outcome_written, &o);
    rpc_stream_end(s);
    outcome_await(w, &o);
    assert(o.code == NEAP_OK);
    while (server_messages(w->server, FLOW) < before + 1)
        world_turn(w);
    rpc_stream_close(s);
    await_stream(w, 0);
    rpc_close(r, 0);
}

static void test_stream_close_with_a_read(world *w)
{
    rpc *r = open_rpc(w, 0);
    bool arrived = false;
    outcome o;

    server_stream(w->server, FLOW);
    for (int turns = 0; !arrived; turns++) {
        rpc_stream *s = open_stream(r);

        o = (outcome){ 0 };
        rpc_stream_read(s, outcome_bytes, &o);
        for (int i = 0; i < turns && !arrived; i++) {
            world_turn(w);
            arrived = server_open_calls(w->server, FLOW) > 0;
        }
        rpc_stream_close(s);
        assert(o.count == 0);
        outcome_await(w, &o);
        assert(o.code == NEAP_CANCELLED);
        await_stream(w, 0);
    }
    rpc_close(r, 0);
}

static void test_close_under_a_stream(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o = { 0 };
    rpc_stream *s = open_waiting(w, r, &o);

    rpc_close(r, 0);
    outcome_await(w, &o);
    assert(o.code == NEAP_CANCELLED);
    read_one(w, s, &o); /* the channel is gone; the stream answers still */
    assert(o.code == NEAP_CANCELLED);
    rpc_stream_close(s);
    await_stream(w, 0);
}

static void test_stream_server_gone(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o = { 0 };
    rpc_stream *s = open_waiting(w, r, &o);

    server_drop(w->server);
    outcome_await(w, &o);
    assert(o.code == NEAP_UNAVAILABLE);
    rpc_stream_close(s);
    rpc_close(r, 0);
}

static void test_stream_cancel_read(world *w)
{
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome o = { 0 };
    neap_request *req;

    server_stream(w->server, FLOW);
    req = rpc_stream_read(s, outcome_bytes, &o);
    await_stream(w, 1);
    neap_request_cancel(req);
    neap_request_cancel(req);
    outcome_await(w, &o);
    assert(o.code == NEAP_CANCELLED);
    rpc_stream_close(s);
    rpc_stream_close(NULL);
    rpc_close(r, 0);
}

static const outcome_test tests[] = {
    { "a stream is read to its end", test_stream_to_the_end },
    { "a stream ends with its error", test_stream_error_end },
    { "a stream goes both ways", test_stream_both_ways },
    { "an end waits for the write before it", test_end_behind_a_write },
    { "a closed stream cancels its read", test_stream_close_with_a_read },
    { "a closed channel cancels its streams", test_close_under_a_stream },
    { "a stream ends with its server", test_stream_server_gone },
    { "a read can be cancelled", test_stream_cancel_read },
};

int main(void)
{
    return outcome_run(tests, sizeof tests / sizeof *tests);
}
