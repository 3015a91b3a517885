#include <stdlib.h>

#include "client_call.h"
#include "memory.h"
#include "message.h"

/* A stream of any method that has one: messages written, and messages read. */

struct neap_exchange {
    rpc_stream *stream;
    neap_client *client; /* a reference */
    const ProtobufCMessageDescriptor *input, *output;
    int refs; /* the owner and each read or write in flight */
    neap_call_cb read_cb;
    void *read_arg;
    neap_exchange_cb write_cb;
    void *write_arg;
    neap_error unsent;
};

static void exchange_unref(neap_exchange *x)
{
    if (--x->refs > 0)
        return;
    neap_error_clear(&x->unsent);
    neap_client_unref(x->client);
    free(x);
}

static uint8_t *encode_first(const service_method *m,
                             const neap_value *request,
                             size_t *size,
                             neap_error *err)
{
    if (m->kind == METHOD_BIDI_STREAM && request == NULL)
        return xmalloc(1);
    return message_encode(m->input, request, "client.stream", size, err);
}

neap_exchange *neap_exchange_open(neap_client *client,
                                  const char *method,
                                  const neap_value *request,
                                  const neap_call_options *options,
                                  neap_error *err)
{
    rpc_options opt = client_call_options(options, "client.stream");
    service_method m;
    neap_exchange *x;
    uint8_t *bytes;
    size_t size;
    char *path;

    if (client->rpc == NULL) {
        neap_error_set(err, NEAP_CANCELLED, opt.op, "the client was closed");
        return NULL;
    }
    if (!client_call_method(method, true, &m, err))
        return NULL;
    bytes = encode_first(&m, request, &size, err);
    if (bytes == NULL)
        return NULL;
    x = xcalloc(1, sizeof *x);
    x->refs = 1;
    x->client = neap_client_ref(client);
    x->input = m.input;
    x->output = m.output;
    path = xasprintf("/%s/%s", m.service, m.name);
    x->stream = rpc_stream_open(client->rpc, path, &opt);
    if (m.kind == METHOD_SERVER_STREAM)
        rpc_stream_send(x->stream, bytes, size);
    free(path);
    free(bytes);
    return x;
}

static void
on_message(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    neap_exchange *x = arg;
    neap_value *message = NULL;
    neap_error bad = { 0 };

    if (data != NULL) {
        message = message_decode(x->output, data, size, "client.stream", &bad);
        err = message == NULL ? &bad : NULL;
    }
    x->read_cb(x->read_arg, err, message);
    neap_error_clear(&bad);
    exchange_unref(x);
}

neap_request *neap_exchange_read(neap_exchange *x, neap_call_cb cb, void *arg)
{
    x->refs++;
    x->read_cb = cb;
    x->read_arg = arg;
    return rpc_stream_read(x->stream, on_message, x);
}

static void on_written(void *arg, const neap_error *err)
{
    neap_exchange *x = arg;

    x->write_cb(x->write_arg, err);
    exchange_unref(x);
}

static void on_unwritten(void *ctx, const neap_error *err)
{
    neap_exchange *x = ctx;

    (void)err;
    x->write_cb(x->write_arg, &x->unsent);
    exchange_unref(x);
}

neap_request *neap_exchange_write(neap_exchange *x,
                                  const neap_value *message,
                                  neap_exchange_cb cb,
                                  void *arg)
{
    neap_request *req;
    uint8_t *bytes;
    size_t size;

    x->refs++;
    x->write_cb = cb;
    x->write_arg = arg;
    neap_error_clear(&x->unsent);
    bytes =
        message_encode(x->input, message, "stream.write", &size, &x->unsent);
    if (bytes == NULL)
        return client_fail_closed(x->client, on_unwritten, x, "stream.write",
                                  NULL);
    req = rpc_stream_write(x->stream, bytes, size, on_written, x);
    free(bytes);
    return req;
}

void neap_exchange_end(neap_exchange *x)
{
    rpc_stream_end(x->stream);
}

void neap_exchange_close(neap_exchange *x)
{
    if (x == NULL)
        return;
    rpc_stream_close(x->stream);
    x->stream = NULL;
    exchange_unref(x);
}
