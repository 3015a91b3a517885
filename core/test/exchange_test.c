/* An exchange: any stream of any service. */
#include <assert.h>

#include "session.h"

#define WRITE "/containerd.services.content.v1.Content/Write"

static void test_exchange(session *s)
{
    neap_error err = { 0 };
    neap_exchange *x;
    neap_value *message = neap_value_new_map();
    reply read = { 0 }, written = { 0 };

    server_stream(s->w.server, WRITE);
    x = neap_exchange_open(s->client, WRITE + 1, NULL, NULL, &err);
    assert(x != NULL);
    neap_exchange_read(x, reply_value, &read);
    neap_value_put(message, "ref", neap_value_new_bytes("r", 1));
    neap_exchange_write(x, message, reply_done, &written);
    reply_await(&s->w, &written);
    assert(written.code == NEAP_OK && read.count == 0);
    daemon_await(&s->w, "Content/Write", 1);
    assert(daemon_was_asked(&s->w, "Content/Write", "'ref':'r'"));
    neap_value_put(message, "no_such_field", neap_value_new_int(1));
    written = (reply){ 0 };
    neap_exchange_write(x, message, reply_done, &written);
    reply_await(&s->w, &written);
    assert(written.code == NEAP_INVALID_ARGUMENT);
    server_send(s->w.server, WRITE, "", 0);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_OK);
    neap_exchange_end(x);
    server_end(s->w.server, WRITE, NEAP_ABORTED, "enough");
    read = (reply){ 0 };
    neap_exchange_read(x, reply_value, &read);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_ABORTED);
    neap_exchange_close(x);
    neap_exchange_close(NULL);
    neap_value_free(message);
}

/* It outlives its client, and tells that. */
static void test_exchange_of_closed_client(session *s)
{
    neap_client *client = daemon_client(&s->w);
    neap_error err = { 0 };
    neap_exchange *x;
    reply read = { 0 };

    server_stream(s->w.server, WRITE);
    x = neap_exchange_open(client, WRITE + 1, NULL, NULL, &err);
    neap_exchange_read(x, reply_value, &read);
    neap_client_close(client);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_CANCELLED);
    neap_exchange_close(x);
    client = daemon_client(&s->w);
    neap_client_ref(client);
    neap_client_close(client);
    assert(neap_exchange_open(client, WRITE + 1, NULL, NULL, &err) == NULL);
    assert(err.code == NEAP_CANCELLED);
    neap_error_clear(&err);
    read = (reply){ 0 };
    neap_client_call(client, VERSION, NULL, NULL, reply_value, &read);
    reply_await(&s->w, &read);
    assert(read.code == NEAP_CANCELLED);
    neap_client_unref(client);
}

static const session_test tests[] = {
    { "any stream can be exchanged", test_exchange },
    { "an exchange ends with its client", test_exchange_of_closed_client },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
