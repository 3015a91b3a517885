#include <stdlib.h>

#include "change.h"
#include "memory.h"
#include "rpc_private.h"

/*
 * Unary calls. One that changes something is not torn when the client closes:
 * its caller is told on the next turn, and the reply is nobody's.
 */

/* Who wants the reply of a unary call. */
typedef enum unary_state {
    AWAITED, /* its caller */
    LEAVING, /* nobody; its caller is told on the next turn */
    LEFT,    /* nobody, and its caller knows */
    ENDED,   /* it has come before its caller was told: `late` is left */
} unary_state;

typedef struct unary {
    rpc_flight flight; /* first: a unary call is also a request */
    unary_state state;
    loop_task late;     /* LEAVING: tells the caller... */
    neap_error parting; /* ...this */
    rpc_batch batch;
    const rpc_method *method; /* NULL: bytes */
    rpc_cb cb;
    rpc_bytes_cb bytes_cb;
    void *arg;
    grpc_byte_buffer *request, *reply;
} unary;

static grpc_byte_buffer *pack(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    grpc_slice bytes = grpc_slice_malloc(size);
    grpc_byte_buffer *buffer;

    protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(bytes));
    buffer = grpc_raw_byte_buffer_create(&bytes, 1);
    grpc_slice_unref(bytes);
    return buffer;
}

static void unary_deliver(unary *u, const neap_error *err, grpc_slice bytes)
{
    const uint8_t *data = GRPC_SLICE_START_PTR(bytes);
    size_t size = GRPC_SLICE_LENGTH(bytes);
    ProtobufCMessage *reply;
    neap_error malformed = { 0 };

    if (u->method == NULL) {
        u->bytes_cb(u->arg, err, err == NULL ? data : NULL,
                    err == NULL ? size : 0);
        return;
    }
    if (err != NULL) {
        u->cb(u->arg, err, NULL);
        return;
    }
    reply = protobuf_c_message_unpack(u->method->reply, NULL, size, data);
    if (reply == NULL)
        neap_error_set(&malformed, NEAP_INTERNAL, u->method->op,
                       "containerd sent a malformed reply");
    u->cb(u->arg, reply == NULL ? &malformed : NULL, reply);
    if (reply != NULL)
        protobuf_c_message_free_unpacked(reply, NULL);
    neap_error_clear(&malformed);
}

/* Hand the outcome to whoever asked. The callback comes last. */
static void unary_done(rpc_batch *batch, bool ok)
{
    unary *u = (unary *)((char *)batch - offsetof(unary, batch));
    neap_error err = { 0 };
    grpc_slice bytes = grpc_empty_slice();

    (void)ok; /* a batch with a status always completes */
    if (u->flight.status != GRPC_STATUS_OK)
        rpc_flight_error(&u->flight, &err);
    else if (!rpc_buffer_read(u->reply, &bytes))
        neap_error_set(&err, NEAP_INTERNAL, u->flight.op,
                       "containerd ended the call without a reply");
    grpc_byte_buffer_destroy(u->request);
    grpc_byte_buffer_destroy(u->reply);
    rpc_flight_end(&u->flight);
    if (u->state == AWAITED)
        unary_deliver(u, err.code != NEAP_OK ? &err : NULL, bytes);
    grpc_slice_unref(bytes);
    neap_error_clear(&err);
    if (u->state == LEAVING)
        u->state = ENDED;
    else
        free(u);
}

static void on_left(loop_task *task)
{
    unary *u = (unary *)((char *)task - offsetof(unary, late));

    unary_deliver(u, &u->parting, grpc_empty_slice());
    neap_error_clear(&u->parting);
    if (u->state == ENDED)
        free(u);
    else
        u->state = LEFT;
}

/* The client closes: nobody waits for the reply, nor needs the loop for it. */
static void unary_leave(rpc_flight *f)
{
    unary *u = (unary *)f;

    neap_error_set(&u->parting, NEAP_CANCELLED, f->op, "the client was closed");
    if (f->id != NULL)
        u->parting.id = xstrdup(f->id);
    u->state = LEAVING;
    u->late.run = on_left;
    loop_defer(f->r->loop, &u->late);
    if (!f->background)
        loop_release(f->r->loop);
    f->background = true;
}

static neap_request *unary_start(unary *u, const rpc_options *opt)
{
    grpc_metadata *metadata = xcalloc(opt->header_count + 1, sizeof *metadata);
    grpc_op ops[] = {
        rpc_flight_metadata(&u->flight, opt, metadata),
        { .op = GRPC_OP_SEND_MESSAGE,
          .data.send_message.send_message = u->request },
        { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT },
        rpc_flight_headers(&u->flight),
        { .op = GRPC_OP_RECV_MESSAGE,
          .data.recv_message.recv_message = &u->reply },
        rpc_flight_status(&u->flight),
    };

    u->batch.done = unary_done;
    if (change_is_one(u->flight.path))
        u->flight.leave = unary_leave;
    rpc_flight_start(&u->flight, ops, sizeof ops / sizeof *ops, &u->batch);
    for (size_t i = 1; i <= opt->header_count; i++) {
        grpc_slice_unref(metadata[i].key);
        grpc_slice_unref(metadata[i].value);
    }
    free(metadata);
    return &u->flight.req;
}

neap_request *rpc_unary(rpc *r,
                        const rpc_method *method,
                        const ProtobufCMessage *request,
                        const rpc_options *opt,
                        rpc_cb cb,
                        void *arg)
{
    rpc_options options = opt != NULL ? *opt : (rpc_options){ 0 };
    unary *u = xcalloc(1, sizeof *u);

    options.op = method->op;
    *u = (unary){ .method = method, .cb = cb, .arg = arg };
    u->request = pack(request);
    rpc_flight_begin(&u->flight, r, method->path, &options, false);
    return unary_start(u, &options);
}

neap_request *rpc_unary_bytes(rpc *r,
                              const char *path,
                              const uint8_t *data,
                              size_t size,
                              const rpc_options *opt,
                              rpc_bytes_cb cb,
                              void *arg)
{
    unary *u = xcalloc(1, sizeof *u);

    *u = (unary){ .bytes_cb = cb, .arg = arg };
    u->request = rpc_buffer(data, size);
    rpc_flight_begin(&u->flight, r, path, opt, false);
    return unary_start(u, opt);
}
