/* rpc: calls and streams, on a loop that is driven and on one that is hosted.
 */
#include "rpc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google/protobuf/empty.pb-c.h"
#include "memory.h"
#include "world.h"

/* Long, as containerd's are: gRPC allocates for such. */
#define ASK  "/test.a.package.of.some.length.v1.Service/Ask"
#define FLOW "/test.Service/Flow"

typedef struct outcome {
    int count; /* how often it was told */
    neap_code code;
    char text[80]; /* the reply, or the error's message */
    size_t size;
    char id[16];
} outcome;

static void
on_bytes(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    outcome *o = arg;

    o->count++;
    o->code = err != NULL ? err->code : NEAP_OK;
    o->size = size;
    if (err != NULL)
        snprintf(o->text, sizeof o->text, "%s", err->message);
    else
        snprintf(o->text, sizeof o->text, "%.*s", (int)size,
                 data != NULL ? (const char *)data : "(end)");
    if (data == NULL && err == NULL)
        strcpy(o->text, "(end)");
    snprintf(o->id, sizeof o->id, "%s",
             err != NULL && err->id != NULL ? err->id : "");
}

static void on_written(void *arg, const neap_error *err)
{
    on_bytes(arg, err, (const uint8_t *)"written", 7);
}

static neap_request *ask_with(rpc *r, const rpc_options *opt, outcome *o)
{
    *o = (outcome){ 0 };
    return rpc_unary_bytes(r, ASK, (const uint8_t *)"question", 8, opt,
                           on_bytes, o);
}

static neap_request *ask(rpc *r, outcome *o)
{
    rpc_options opt = { .op = "test.echo", .id = "an-id" };

    return ask_with(r, &opt, o);
}

static void finish(world *w, const outcome *o)
{
    while (o->count == 0)
        world_turn(w);
    assert(o->count == 1);
}

static rpc *open_rpc(world *w, double timeout_s)
{
    return rpc_open(w->loop, w->socket, "a-namespace", timeout_s);
}

/* --- unary ---------------------------------------------------------------- */

static void test_success(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o;

    server_answer(w->server, ASK, "answer", 6);
    ask(r, &o);
    assert(o.count == 0);
    finish(w, &o);
    assert(o.code == NEAP_OK && strcmp(o.text, "answer") == 0);
    server_answer(w->server, ASK, "", 0);
    ask(r, &o);
    finish(w, &o);
    assert(o.code == NEAP_OK && o.size == 0 && o.text[0] == '\0');
    rpc_close(r, 0);
}

static void test_error(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o;

    server_fail(w->server, ASK, NEAP_NOT_FOUND, "no such thing: not found");
    ask(r, &o);
    finish(w, &o);
    assert(o.code == NEAP_NOT_FOUND && strcmp(o.id, "an-id") == 0);
    assert(strcmp(o.text, "no such thing") == 0);
    server_fail(w->server, ASK, NEAP_UNKNOWN,
                "process already finished: unknown");
    ask(r, &o);
    finish(w, &o);
    assert(o.code == NEAP_NOT_FOUND);
    server_fail(w->server, ASK, NEAP_OK, "");
    ask(r, &o);
    finish(w, &o);
    assert(o.code == NEAP_INTERNAL); /* success, and no reply */
    rpc_close(r, 0);
}

static void
on_message(void *arg, const neap_error *err, const ProtobufCMessage *reply)
{
    outcome *o = arg;

    o->count++;
    o->code = err != NULL ? err->code : NEAP_OK;
    assert((reply == NULL) == (err != NULL));
}

static void test_typed(world *w)
{
    static const rpc_method method = { "test.echo", ASK,
                                       &google__protobuf__empty__descriptor };
    Google__Protobuf__Empty empty = GOOGLE__PROTOBUF__EMPTY__INIT;
    rpc *r = open_rpc(w, 0);
    outcome o = { 0 };

    server_answer(w->server, ASK, "", 0);
    rpc_unary(r, &method, &empty.base, NULL, on_message, &o);
    finish(w, &o);
    assert(o.code == NEAP_OK);
    o = (outcome){ 0 };
    server_answer(w->server, ASK, "\xff\xff\xff", 3);
    rpc_unary(r, &method, &empty.base, NULL, on_message, &o);
    finish(w, &o);
    assert(o.code == NEAP_INTERNAL); /* it is no message */
    rpc_close(r, 0);
}

static void test_deadline(world *w)
{
    rpc_options brief = { .op = "test.echo", .timeout_s = 0.01 };
    rpc_options endless = { .op = "test.echo", .timeout_s = -1 };
    rpc *r = open_rpc(w, 0.01);
    outcome o, patient;

    server_answer(w->server, ASK, "late", 4);
    server_hold(w->server, ASK);
    ask_with(r, &endless, &patient);
    ask_with(r, &brief, &o);
    finish(w, &o);
    assert(o.code == NEAP_DEADLINE_EXCEEDED);
    ask(r, &o); /* the channel's own */
    finish(w, &o);
    assert(o.code == NEAP_DEADLINE_EXCEEDED && patient.count == 0);
    server_release(w->server, ASK);
    finish(w, &patient);
    assert(patient.code == NEAP_OK);
    rpc_close(r, 0);
}

static void test_cancel(world *w)
{
    rpc *r = open_rpc(w, 0);
    neap_request *req;
    outcome o;

    server_hold(w->server, ASK);
    req = ask(r, &o);
    neap_request_cancel(req); /* before it was sent */
    neap_request_cancel(req);
    assert(o.count == 0);
    finish(w, &o);
    assert(o.code == NEAP_CANCELLED);
    req = ask(r, &o);
    while (server_open_calls(w->server, ASK) == 0)
        world_turn(w);
    neap_request_cancel(req);
    finish(w, &o);
    assert(o.code == NEAP_CANCELLED);
    while (server_cancelled(w->server, ASK) == 0)
        world_turn(w);
    server_release(w->server, ASK);
    rpc_close(r, 0);
}

static void test_close_at_any_turn(world *w)
{
    outcome o[3];
    bool late = false;

    server_answer(w->server, ASK, "answer", 6);
    for (int turns = 0; !late; turns++) {
        rpc *r = open_rpc(w, 0);

        for (int i = 0; i < 3; i++)
            ask(r, &o[i]);
        for (int i = 0; i < turns && !late; i++) {
            world_turn(w);
            late = o[0].count + o[1].count + o[2].count == 3;
        }
        rpc_close(r, 0);
        for (int i = 0; i < 3; i++) {
            finish(w, &o[i]);
            assert(o[i].code == NEAP_OK || o[i].code == NEAP_CANCELLED);
        }
    }
}

static void test_server_gone(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o;

    server_answer(w->server, ASK, "answer", 6);
    server_hold(w->server, ASK);
    ask(r, &o);
    while (server_open_calls(w->server, ASK) == 0)
        world_turn(w);
    server_refuse(w->server, true);
    server_drop(w->server);
    finish(w, &o);
    assert(o.code == NEAP_UNAVAILABLE);
    ask(r, &o); /* nobody listens: at once, no waiting for it */
    finish(w, &o);
    assert(o.code == NEAP_UNAVAILABLE);
    server_release(w->server, ASK);
    server_refuse(w->server, false);
    do { /* until gRPC's pause between two connections is over */
        ask(r, &o);
        finish(w, &o);
    } while (o.code == NEAP_UNAVAILABLE);
    assert(o.code == NEAP_OK);
    rpc_close(r, 0);
}

static void test_metadata(world *w)
{
    const rpc_header headers[] = { { "containerd-lease", "a-lease" },
                                   { "x-other", "thing" } };
    rpc_options opt = { .op = "test.echo",
                        .headers = headers,
                        .header_count = 2 };
    rpc *r = open_rpc(w, 0);
    unsigned call = server_calls(w->server, ASK);
    outcome o;

    server_answer(w->server, ASK, "answer", 6);
    ask_with(r, &opt, &o);
    finish(w, &o);
    assert(strcmp(server_header(w->server, ASK, call, "containerd-namespace"),
                  "a-namespace") == 0);
    assert(strcmp(server_header(w->server, ASK, call, "containerd-lease"),
                  "a-lease") == 0);
    assert(strcmp(server_header(w->server, ASK, call, "x-other"), "thing") ==
           0);
    rpc_close(r, 0);
}

typedef struct observed {
    int count;
    rpc_record last;
    char path[64], id[16];
} observed;

static void on_record(void *arg, const rpc_record *record)
{
    observed *seen = arg;

    seen->count++;
    seen->last = *record;
    snprintf(seen->path, sizeof seen->path, "%s", record->path);
    snprintf(seen->id, sizeof seen->id, "%s", record->id);
}

static void test_counted_and_observed(world *w)
{
    rpc *r = open_rpc(w, 0);
    observed seen = { 0 };
    outcome o;

    rpc_observe(r, on_record, &seen);
    server_answer(w->server, ASK, "answer", 6);
    ask(r, &o);
    assert(rpc_count(r, ASK) == 1 && rpc_count(r, NULL) == 1);
    assert(rpc_count(r, FLOW) == 0 && seen.count == 0);
    finish(w, &o);
    assert(seen.count == 1 && seen.last.code == NEAP_OK);
    assert(strcmp(seen.path, ASK) == 0 && strcmp(seen.id, "an-id") == 0);
    assert(seen.last.start > 1e9 && seen.last.duration > 0);
    server_fail(w->server, ASK, NEAP_ABORTED, "no");
    ask(r, &o);
    finish(w, &o);
    assert(seen.count == 2 && seen.last.code == NEAP_ABORTED);
    rpc_observe(r, NULL, NULL);
    ask(r, &o);
    finish(w, &o);
    assert(seen.count == 2 && rpc_count(r, ASK) == 3);
    rpc_close(r, 0);
}

/* containerd takes 16 MiB and no more; so do we. */
static void test_size(world *w)
{
    const size_t limit = 16 << 20;
    char *big = xcalloc(1, limit + 1);
    rpc_options opt = { .op = "test.echo" };
    rpc *r = open_rpc(w, 0);
    outcome o = { 0 };

    server_answer(w->server, ASK, big, limit);
    rpc_unary_bytes(r, ASK, (uint8_t *)big, limit, &opt, on_bytes, &o);
    finish(w, &o);
    assert(o.code == NEAP_OK && o.size == limit);
    server_answer(w->server, ASK, big, limit + 1);
    ask(r, &o);
    finish(w, &o);
    assert(o.code == NEAP_RESOURCE_EXHAUSTED);
    free(big);
    rpc_close(r, 0);
}

/* --- streams -------------------------------------------------------------- */

static rpc_stream *open_stream(rpc *r)
{
    rpc_options opt = { .op = "test.flow" };

    return rpc_stream_open(r, FLOW, &opt);
}

static void read_one(world *w, rpc_stream *s, outcome *o)
{
    *o = (outcome){ 0 };
    rpc_stream_read(s, on_bytes, o);
    assert(o->count == 0);
    finish(w, o);
}

static void write_one(world *w, rpc_stream *s, outcome *o)
{
    *o = (outcome){ 0 };
    rpc_stream_write(s, (const uint8_t *)"word", 4, on_written, o);
    assert(o->count == 0);
    finish(w, o);
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

static void test_stream_both_ways(world *w)
{
    unsigned before = server_messages(w->server, FLOW);
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome in = { 0 }, out;
    size_t size;

    server_stream(w->server, FLOW);
    await_stream(w, 1);
    rpc_stream_read(s, on_bytes, &in);
    for (int i = 0; i < 3; i++) {
        write_one(w, s, &out);
        assert(out.code == NEAP_OK && in.count == 0);
    }
    while (server_messages(w->server, FLOW) < before + 3)
        world_turn(w);
    assert(memcmp(server_message(w->server, FLOW, before, &size), "word", 4) ==
           0);
    server_send(w->server, FLOW, "back", 4);
    finish(w, &in);
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
    rpc_stream_write(s, (const uint8_t *)"word", 4, on_written, &o);
    rpc_stream_end(s);
    finish(w, &o);
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
        rpc_stream_read(s, on_bytes, &o);
        for (int i = 0; i < turns && !arrived; i++) {
            world_turn(w);
            arrived = server_open_calls(w->server, FLOW) > 0;
        }
        rpc_stream_close(s);
        assert(o.count == 0);
        finish(w, &o);
        assert(o.code == NEAP_CANCELLED);
        await_stream(w, 0);
    }
    rpc_close(r, 0);
}

static void test_close_under_a_stream(world *w)
{
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome o = { 0 };

    server_stream(w->server, FLOW);
    rpc_stream_read(s, on_bytes, &o);
    await_stream(w, 1);
    rpc_close(r, 0);
    finish(w, &o);
    assert(o.code == NEAP_CANCELLED);
    read_one(w, s, &o); /* the channel is gone; the stream answers still */
    assert(o.code == NEAP_CANCELLED);
    rpc_stream_close(s);
    await_stream(w, 0);
}

static void test_stream_server_gone(world *w)
{
    rpc *r = open_rpc(w, 0);
    rpc_stream *s = open_stream(r);
    outcome o = { 0 };

    server_stream(w->server, FLOW);
    rpc_stream_read(s, on_bytes, &o);
    await_stream(w, 1);
    server_drop(w->server);
    finish(w, &o);
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
    req = rpc_stream_read(s, on_bytes, &o);
    await_stream(w, 1);
    neap_request_cancel(req);
    neap_request_cancel(req);
    finish(w, &o);
    assert(o.code == NEAP_CANCELLED);
    rpc_stream_close(s);
    rpc_stream_close(NULL);
    rpc_close(r, 0);
}

/* --- all, in both modes --------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(world *w);
} tests[] = {
    { "a unary call gives its reply", test_success },
    { "a unary call gives its error", test_error },
    { "a typed call refuses what is no message", test_typed },
    { "a deadline is the call's, or the channel's", test_deadline },
    { "a call can be cancelled", test_cancel },
    { "closing at any turn ends each call once", test_close_at_any_turn },
    { "a server that goes is unavailable until it is back", test_server_gone },
    { "metadata arrives", test_metadata },
    { "calls are counted and observed", test_counted_and_observed },
    { "messages are 16 MiB at most", test_size },
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
    static const char *const modes[] = { "driven", "hosted" };
    world w;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
            world_open(&w, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&w);
            world_close(&w);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
