#include "client_call.h"

#include <stdlib.h>

#include "memory.h"
#include "message.h"

/*
 * Any method of containerd's API, by its name: the descriptors that protobuf-c
 * makes say what a message has, so there is no code per method.
 */

rpc_options client_call_options(const neap_call_options *from, const char *op)
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

bool client_call_method(const char *name,
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

neap_request *neap_client_call(neap_client *client,
                               const char *method,
                               const neap_value *request,
                               const neap_call_options *options,
                               neap_call_cb cb,
                               void *arg)
{
    any_call *call = xcalloc(1, sizeof *call);
    rpc_options opt = client_call_options(options, "client.call");
    service_method found;
    uint8_t *bytes = NULL;
    neap_request *req;
    size_t size;
    char *path;

    call->client = neap_client_ref(client);
    call->cb = cb;
    call->arg = arg;
    if (client_call_method(method, false, &found, &call->err))
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
