/* rpc: calls, on a loop that is driven and on one that is hosted. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google/protobuf/empty.pb-c.h"
#include "memory.h"
#include "outcome.h"

/* Long, as containerd's are: gRPC allocates for such. */
#define ASK  "/test.a.package.of.some.length.v1.Service/Ask"
#define FLOW "/test.Service/Flow"

static neap_request *ask_with(rpc *r, const rpc_options *opt, outcome *o)
{
    *o = (outcome){ 0 };
    return rpc_unary_bytes(r, ASK, (const uint8_t *)"question", 8, opt,
                           outcome_bytes, o);
}

static neap_request *ask(rpc *r, outcome *o)
{
    rpc_options opt = { .op = "test.echo", .id = "an-id" };

    return ask_with(r, &opt, o);
}

static void test_success(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o;

    server_answer(w->server, ASK, "answer", 6);
    ask(r, &o);
    assert(o.count == 0);
    outcome_await(w, &o);
    assert(o.code == NEAP_OK && strcmp(o.text, "answer") == 0);
    server_answer(w->server, ASK, "", 0);
    ask(r, &o);
    outcome_await(w, &o);
    assert(o.code == NEAP_OK && o.size == 0 && o.text[0] == '\0');
    rpc_close(r, 0);
}

static void test_error(world *w)
{
    rpc *r = open_rpc(w, 0);
    outcome o;

    server_fail(w->server, ASK, NEAP_NOT_FOUND, "no such thing: not found");
    ask(r, &o);
    outcome_await(w, &o);
    assert(o.code == NEAP_NOT_FOUND && strcmp(o.id, "an-id") == 0);
    assert(strcmp(o.text, "no such thing") == 0);
    server_fail(w->server, ASK, NEAP_UNKNOWN,
                "process already finished: unknown");
    ask(r, &o);
    outcome_await(w, &o);
    assert(o.code == NEAP_NOT_FOUND);
    server_fail(w->server, ASK, NEAP_OK, "");
    ask(r, &o);
    outcome_await(w, &o);
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
    outcome_await(w, &o);
    assert(o.code == NEAP_OK);
    o = (outcome){ 0 };
    server_answer(w->server, ASK, "\xff\xff\xff", 3);
    rpc_unary(r, &method, &empty.base, NULL, on_message, &o);
    outcome_await(w, &o);
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
    outcome_await(w, &o);
    assert(o.code == NEAP_DEADLINE_EXCEEDED);
    ask(r, &o); /* the channel's own */
    outcome_await(w, &o);
    assert(o.code == NEAP_DEADLINE_EXCEEDED && patient.count == 0);
    server_release(w->server, ASK);
    outcome_await(w, &patient);
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
    outcome_await(w, &o);
    assert(o.code == NEAP_CANCELLED);
    req = ask(r, &o);
    while (server_open_calls(w->server, ASK) == 0)
        world_turn(w);
    neap_request_cancel(req);
    outcome_await(w, &o);
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
            outcome_await(w, &o[i]);
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
    outcome_await(w, &o);
    assert(o.code == NEAP_UNAVAILABLE);
    ask(r, &o); /* nobody listens: at once, no waiting for it */
    outcome_await(w, &o);
    assert(o.code == NEAP_UNAVAILABLE);
    server_release(w->server, ASK);
    server_refuse(w->server, false);
    do { /* until gRPC's pause between two connections is over */
        ask(r, &o);
        outcome_await(w, &o);
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
    outcome_await(w, &o);
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
    outcome_await(w, &o);
    assert(seen.count == 1 && seen.last.code == NEAP_OK);
    assert(strcmp(seen.path, ASK) == 0 && strcmp(seen.id, "an-id") == 0);
    assert(seen.last.start > 1e9 && seen.last.duration > 0);
    server_fail(w->server, ASK, NEAP_ABORTED, "no");
    ask(r, &o);
    outcome_await(w, &o);
    assert(seen.count == 2 && seen.last.code == NEAP_ABORTED);
    rpc_observe(r, NULL, NULL);
    ask(r, &o);
    outcome_await(w, &o);
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
    rpc_unary_bytes(r, ASK, (uint8_t *)big, limit, &opt, outcome_bytes, &o);
    outcome_await(w, &o);
    assert(o.code == NEAP_OK && o.size == limit);
    server_answer(w->server, ASK, big, limit + 1);
    ask(r, &o);
    outcome_await(w, &o);
    assert(o.code == NEAP_RESOURCE_EXHAUSTED);
    free(big);
    rpc_close(r, 0);
}

static const outcome_test tests[] = {
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
};

int main(void)
{
    return outcome_run(tests, sizeof tests / sizeof *tests);
}
