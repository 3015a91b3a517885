#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "memory.h"
#include "message.h"
#include "request.h"
#include "service.h"

/*
 * Any method of containerd's API, by its name: the descriptors that protobuf-c
 * makes say what a message has, so there is no code per method.
 */

static rpc_options options_of(const neap_call_options *from, const char *op)
{
    rpc_options options = { .op = op };

    if (from != NULL) {
        options.timeout_s = from->timeout_s;
        /* The same two strings, in the same order. */
        options.headers = (const rpc_header *)from->headers;
        options.header_count = from->header_count;
    }
    return options;
}

/* --- unary ---------------------------------------------------------------- */

typedef struct any_call {
    neap_client *client; /* a reference */
    const ProtobufCMessageDescriptor *output;
    neap_call_cb cb;
    void *arg;
    neap_error err; /* of a request that could not be sent */
} any_call;

static void call_free(any_call *call)
{
    neap_error_clear(&call->err);
    neap_client_unref(call->client);
    free(call);
}

static void
on_reply(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    any_call *call = arg;
    neap_value *reply = NULL;

    if (err == NULL) {
        reply =
            message_decode(call->output, data, size, "client.call", &call->err);
        err = reply == NULL ? &call->err : NULL;
    }
    call->cb(call->arg, err, reply);
    call_free(call);
}

static void on_unsent(void *ctx, const neap_error *err)
{
    any_call *call = ctx;

    call->cb(call->arg, call->err.code != NEAP_OK ? &call->err : err, NULL);
    call_free(call);
}

static bool find_method(const char *name,
                        bool streams,
                        service_method *method,
                        neap_error *err)
{
    if (!service_find_method(name, streams ? "client.stream" : "client.call",
                             method, err))
        return false;
    if ((method->kind != METHOD_UNARY) == streams)
        return true;
    neap_error_set(err, NEAP_INVALID_ARGUMENT,
                   streams ? "client.stream" : "client.call",
                   streams ? "%s does not stream: use client:call"
                           : "%s streams: use client:stream",
                   name);
    return false;
}

neap_request *neap_client_call(neap_client *client,
                               const char *method,
                               const neap_value *request,
                               const neap_call_options *options,
                               neap_call_cb cb,
                               void *arg)
{
    any_call *call = xcalloc(1, sizeof *call);
    rpc_options opt = options_of(options, "client.call");
    service_method found;
    uint8_t *bytes = NULL;
    neap_request *req;
    size_t size;
    char *path;

    call->client = neap_client_ref(client);
    call->cb = cb;
    call->arg = arg;
    if (find_method(method, false, &found, &call->err))
        bytes = message_encode(found.input, request, opt.op, &size, &call->err);
    if (client->rpc == NULL || bytes == NULL) {
        free(bytes);
        return client_fail_closed(client, on_unsent, call, opt.op, NULL);
    }
    call->output = found.output;
    path = xasprintf("/%s/%s", found.service, found.name);
    req = rpc_unary_bytes(client->rpc, path, bytes, size, &opt, on_reply, call);
    free(path);
    free(bytes);
    return req;
}

/* --- messages alone ------------------------------------------------------- */

static const ProtobufCMessageDescriptor *
known_type(const char *type, const char *op, neap_error *err)
{
    const ProtobufCMessageDescriptor *found = message_type_of_url(type);

    if (found == NULL)
        neap_error_set(err, NEAP_INVALID_ARGUMENT, op,
                       "no message is called %s", type);
    return found;
}

uint8_t *neap_message_encode(const char *type,
                             const neap_value *value,
                             size_t *size,
                             neap_error *err)
{
    const ProtobufCMessageDescriptor *found =
        known_type(type, "message.encode", err);

    if (found == NULL)
        return NULL;
    return message_encode(found, value, "message.encode", size, err);
}

neap_value *neap_message_decode(const char *type,
                                const void *data,
                                size_t size,
                                neap_error *err)
{
    const ProtobufCMessageDescriptor *found =
        known_type(type, "message.decode", err);

    if (found == NULL)
        return NULL;
    return message_decode(found, data, size, "message.decode", err);
}

/* --- streams -------------------------------------------------------------- */

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
    rpc_options opt = options_of(options, "client.stream");
    service_method m;
    neap_exchange *x;
    uint8_t *bytes;
    size_t size;
    char *path;

    if (client->rpc == NULL) {
        neap_error_set(err, NEAP_CANCELLED, opt.op, "the client was closed");
        return NULL;
    }
    if (!find_method(method, true, &m, err))
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
