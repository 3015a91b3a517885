/* The scripted server, asked by a client of gRPC's own. */
#include "server.h"

#include <assert.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ECHO  "/test.Service/Echo"
#define WATCH "/test.Service/Watch"

/* One call of one client, a batch at a time. */
typedef struct client {
    grpc_completion_queue *queue;
    grpc_channel *channel;
    grpc_call *call;
    grpc_metadata_array initial, trailing;
    bool has_headers; /* initial: received, or asked for */
    grpc_byte_buffer *reply;
    grpc_status_code status;
    grpc_slice details;
} client;

static char socket_path[64];

static client call_open(const char *method)
{
    client c = { .queue = grpc_completion_queue_create_for_next(NULL) };
    grpc_channel_credentials *plain = grpc_insecure_credentials_create();
    char target[80];

    snprintf(target, sizeof target, "unix:%s", socket_path);
    c.channel = grpc_channel_create(target, plain, NULL);
    grpc_channel_credentials_release(plain);
    c.call = grpc_channel_create_call(
        c.channel, NULL, GRPC_PROPAGATE_DEFAULTS, c.queue,
        grpc_slice_from_static_string(method), NULL,
        gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    grpc_metadata_array_init(&c.initial);
    grpc_metadata_array_init(&c.trailing);
    c.details = grpc_empty_slice();
    return c;
}

static void call_close(client *c)
{
    grpc_call_unref(c->call);
    grpc_channel_destroy(c->channel);
    grpc_completion_queue_shutdown(c->queue);
    while (grpc_completion_queue_next(c->queue,
                                      gpr_inf_future(GPR_CLOCK_REALTIME), NULL)
               .type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(c->queue);
    grpc_metadata_array_destroy(&c->initial);
    grpc_metadata_array_destroy(&c->trailing);
    grpc_slice_unref(c->details);
}

static void start(client *c, const grpc_op *ops, size_t count, void *tag)
{
    assert(grpc_call_start_batch(c->call, ops, count, tag, NULL) ==
           GRPC_CALL_OK);
}

/* Wait for the batch that was started with `tag`. */
static void await(client *c, void *tag)
{
    grpc_event event = grpc_completion_queue_next(
        c->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);

    assert(event.type == GRPC_OP_COMPLETE && event.tag == tag);
}

/* Wait until `count(s, method)` is `wanted`, the client's queue being polled.
 */
static void until(client *c,
                  unsigned (*count)(server *, const char *),
                  server *s,
                  const char *method,
                  unsigned wanted)
{
    while (count(s, method) != wanted) {
        gpr_timespec soon = gpr_time_add(gpr_now(GPR_CLOCK_REALTIME),
                                         gpr_time_from_millis(1, GPR_TIMESPAN));

        if (c == NULL)
            gpr_sleep_until(soon);
        else
            assert(grpc_completion_queue_next(c->queue, soon, NULL).type ==
                   GRPC_QUEUE_TIMEOUT);
    }
}

static void send(client *c, const char *text)
{
    grpc_metadata header = { .key = grpc_slice_from_static_string("who"),
                             .value = grpc_slice_from_static_string("me") };
    grpc_op ops[3] = { { .op = GRPC_OP_SEND_INITIAL_METADATA },
                       { .op = GRPC_OP_SEND_MESSAGE },
                       { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT } };
    grpc_slice slice = grpc_slice_from_static_string(text);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);

    ops[0].data.send_initial_metadata.count = 1;
    ops[0].data.send_initial_metadata.metadata = &header;
    ops[1].data.send_message.send_message = message;
    start(c, ops, 3, c);
    await(c, c);
    grpc_byte_buffer_destroy(message);
}

/* Begin to receive the headers and a message; or the status. */
static void receive_begin(client *c)
{
    grpc_op ops[2] = { { .op = GRPC_OP_RECV_INITIAL_METADATA },
                       { .op = GRPC_OP_RECV_MESSAGE } };
    bool first = !c->has_headers;

    ops[0].data.recv_initial_metadata.recv_initial_metadata = &c->initial;
    ops[1].data.recv_message.recv_message = &c->reply;
    c->has_headers = true;
    start(c, first ? ops : ops + 1, first ? 2 : 1, &c->reply);
}

static void receive_end(client *c, char *text, size_t size)
{
    grpc_byte_buffer_reader reader;
    grpc_slice whole;

    await(c, &c->reply);
    text[0] = '\0';
    if (c->reply == NULL)
        return;
    assert(grpc_byte_buffer_reader_init(&reader, c->reply));
    whole = grpc_byte_buffer_reader_readall(&reader);
    snprintf(text, size, "%.*s", (int)GRPC_SLICE_LENGTH(whole),
             (char *)GRPC_SLICE_START_PTR(whole));
    grpc_slice_unref(whole);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(c->reply);
    c->reply = NULL;
}

/* The end of the call; gRPC tells it only to who has taken the headers. */
static grpc_status_code status_of(client *c)
{
    grpc_op ops[2] = { { .op = GRPC_OP_RECV_STATUS_ON_CLIENT },
                       { .op = GRPC_OP_RECV_INITIAL_METADATA } };

    ops[0].data.recv_status_on_client.trailing_metadata = &c->trailing;
    ops[0].data.recv_status_on_client.status = &c->status;
    ops[0].data.recv_status_on_client.status_details = &c->details;
    ops[1].data.recv_initial_metadata.recv_initial_metadata = &c->initial;
    start(c, ops, c->has_headers ? 1 : 2, &c->status);
    await(c, &c->status);
    return c->status;
}

static void answers_with_bytes(server *s)
{
    client c = call_open(ECHO);
    char text[16];
    size_t size;

    server_answer(s, ECHO, "pong", 4);
    send(&c, "ping");
    receive_begin(&c);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "pong") == 0);
    assert(status_of(&c) == GRPC_STATUS_OK);
    assert(server_calls(s, ECHO) == 1 && server_calls(s, NULL) == 1);
    assert(server_messages(s, ECHO) == 1);
    assert(memcmp(server_message(s, ECHO, 0, &size), "ping", 4) == 0);
    assert(size == 4);
    assert(server_message(s, ECHO, 1, &size) == NULL);
    assert(strcmp(server_header(s, ECHO, 0, "who"), "me") == 0);
    assert(server_header(s, ECHO, 0, "nobody") == NULL);
    call_close(&c);
}

static void answers_with_a_status(server *s)
{
    client c = call_open(ECHO);

    server_fail(s, ECHO, GRPC_STATUS_NOT_FOUND, "no such thing");
    send(&c, "ping");
    assert(status_of(&c) == GRPC_STATUS_NOT_FOUND);
    assert(grpc_slice_str_cmp(c.details, "no such thing") == 0);
    call_close(&c);
}

static void says_unimplemented_unasked(server *s)
{
    client c = call_open("/test.Service/Nothing");

    send(&c, "ping");
    assert(status_of(&c) == GRPC_STATUS_UNIMPLEMENTED);
    assert(server_calls(s, "/test.Service/Nothing") == 1);
    call_close(&c);
}

static void holds_a_call_until_released(server *s)
{
    client c = call_open(ECHO);
    unsigned before = server_messages(s, ECHO);
    char text[16];

    server_answer(s, ECHO, "late", 4);
    server_hold(s, ECHO);
    send(&c, "ping");
    receive_begin(&c);
    until(&c, server_messages, s, ECHO, before + 1);
    assert(server_open_calls(s, ECHO) == 1);
    server_release(s, ECHO);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "late") == 0);
    assert(status_of(&c) == GRPC_STATUS_OK);
    assert(server_open_calls(s, ECHO) == 0);
    call_close(&c);
}

static void streams_on_command(server *s)
{
    client c = call_open(WATCH);
    char text[16];

    server_stream(s, WATCH);
    send(&c, "filter");
    receive_begin(&c);
    until(&c, server_open_calls, s, WATCH, 1);
    server_send(s, WATCH, "one", 3);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "one") == 0);
    server_send(s, WATCH, "two", 3);
    server_end(s, WATCH, GRPC_STATUS_ABORTED, "enough");
    receive_begin(&c);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "two") == 0);
    assert(status_of(&c) == GRPC_STATUS_ABORTED);
    call_close(&c);
}

static void streams_a_scripted_list(server *s)
{
    client c = call_open(WATCH);
    char text[16];

    server_answer(s, WATCH, "one", 3);
    server_append(s, WATCH, "two", 3);
    send(&c, "filter");
    receive_begin(&c);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "one") == 0);
    receive_begin(&c);
    receive_end(&c, text, sizeof text);
    assert(strcmp(text, "two") == 0);
    assert(status_of(&c) == GRPC_STATUS_OK);
    call_close(&c);
}

static void sees_a_cancelled_call(server *s)
{
    client c = call_open(WATCH);
    unsigned before = server_cancelled(s, WATCH);

    server_stream(s, WATCH);
    send(&c, "filter");
    until(&c, server_open_calls, s, WATCH, 1);
    grpc_call_cancel(c.call, NULL);
    assert(status_of(&c) == GRPC_STATUS_CANCELLED);
    until(&c, server_cancelled, s, WATCH, before + 1);
    call_close(&c);
}

static void drops_connections(server *s)
{
    client c = call_open(WATCH);

    server_stream(s, WATCH);
    send(&c, "filter");
    until(&c, server_open_calls, s, WATCH, 1);
    server_drop(s);
    assert(status_of(&c) == GRPC_STATUS_UNAVAILABLE);
    call_close(&c);
    until(NULL, server_open_calls, s, WATCH, 0);
}

static void refuses_and_takes_again(server *s)
{
    client c = call_open(ECHO);

    server_refuse(s, true);
    send(&c, "ping");
    assert(status_of(&c) == GRPC_STATUS_UNAVAILABLE);
    call_close(&c);
    server_refuse(s, false);
    answers_with_a_status(s);
}

static void closes_with_calls_in_flight(server *s)
{
    client c = call_open(WATCH);

    server_stream(s, WATCH);
    send(&c, "filter");
    until(&c, server_open_calls, s, WATCH, 1);
    server_close(s);
    assert(status_of(&c) != GRPC_STATUS_OK);
    call_close(&c);
    assert(access(socket_path, F_OK) != 0);
}

#define RUN(test) (test(s), puts("ok - " #test))

int main(void)
{
    char directory[] = "/tmp/neap-server-XXXXXX";
    server *s;

    setvbuf(stdout, NULL, _IOLBF, 0);
    assert(mkdtemp(directory) != NULL);
    snprintf(socket_path, sizeof socket_path, "%s/sock", directory);
    grpc_init();
    s = server_open(socket_path);
    RUN(answers_with_bytes);
    RUN(answers_with_a_status);
    RUN(says_unimplemented_unasked);
    RUN(holds_a_call_until_released);
    RUN(streams_on_command);
    RUN(streams_a_scripted_list);
    RUN(sees_a_cancelled_call);
    RUN(drops_connections);
    RUN(refuses_and_takes_again);
    RUN(closes_with_calls_in_flight);
    rmdir(directory);
    grpc_shutdown();
    return 0;
}
