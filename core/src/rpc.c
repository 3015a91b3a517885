#include "rpc.h"

#include <assert.h>
#include <errno.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "classify.h"
#include "memory.h"
#include "rpc_private.h"

#define X(name, value, text)                                                   \
    static_assert((int)NEAP_##name == (int)GRPC_STATUS_##name, text);
NEAP_CODES(X)
#undef X

/* --- bytes ---------------------------------------------------------------- */

grpc_byte_buffer *rpc_buffer(const uint8_t *data, size_t size)
{
    grpc_slice bytes = grpc_slice_from_copied_buffer((const char *)data, size);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&bytes, 1);

    grpc_slice_unref(bytes);
    return buffer;
}

bool rpc_buffer_read(grpc_byte_buffer *buffer, grpc_slice *bytes)
{
    grpc_byte_buffer_reader reader;

    if (buffer == NULL || !grpc_byte_buffer_reader_init(&reader, buffer))
        return false;
    *bytes = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    return true;
}

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

/* --- flights: what unary calls and streams share -------------------------- */

static void count(rpc *r, const char *path)
{
    for (size_t i = 0; i < r->counter_count; i++)
        if (strcmp(r->counters[i].path, path) == 0) {
            r->counters[i].count++;
            return;
        }
    r->counters =
        xrealloc(r->counters, (r->counter_count + 1) * sizeof *r->counters);
    r->counters[r->counter_count++] =
        (rpc_counter){ .path = xstrdup(path), .count = 1 };
}

static gpr_timespec deadline(const rpc *r, const rpc_options *opt, bool stream)
{
    double timeout_s = opt->timeout_s;

    if (timeout_s == 0 && !stream)
        timeout_s = r->timeout_s;
    if (timeout_s <= 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(
        gpr_now(GPR_CLOCK_MONOTONIC),
        gpr_time_from_micros((int64_t)(timeout_s * 1e6), GPR_TIMESPAN));
}

static double wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A change is not torn: what was sent is finished. */
static void flight_cancel(neap_request *req)
{
    rpc_flight *f = (rpc_flight *)req;

    if (f->leave == NULL)
        grpc_call_cancel(f->call, NULL);
}

void rpc_flight_begin(rpc_flight *f,
                      rpc *r,
                      const char *path,
                      const rpc_options *opt,
                      bool stream)
{
    grpc_slice method = grpc_slice_from_copied_string(path);

    f->req.cancel = flight_cancel;
    f->r = r;
    f->op = opt->op;
    f->path = xstrdup(path);
    f->id = opt->id != NULL ? xstrdup(opt->id) : NULL;
    f->background = opt->background;
    f->start = wall_clock();
    f->start_hr = uv_hrtime();
    grpc_metadata_array_init(&f->headers);
    grpc_metadata_array_init(&f->trailers);
    f->details = grpc_empty_slice();
    f->call = grpc_channel_create_call(
        r->channel, NULL, GRPC_PROPAGATE_DEFAULTS, loop_queue(r->loop)->queue,
        method, NULL, deadline(r, opt, stream), NULL);
    grpc_slice_unref(method);
    f->at = &r->flying;
    f->next = r->flying;
    if (f->next != NULL)
        f->next->at = &f->next;
    r->flying = f;
    loop_flight_begin(r->loop, f->background);
    count(r, path);
}

grpc_op rpc_flight_metadata(const rpc_flight *f,
                            const rpc_options *opt,
                            grpc_metadata *space)
{
    size_t n = 0;

    space[n++] = (grpc_metadata){
        .key = grpc_slice_from_static_string("containerd-namespace"),
        .value = f->r->ns,
    };
    for (size_t i = 0; i < opt->header_count; i++)
        space[n++] = (grpc_metadata){
            .key = grpc_slice_from_copied_string(opt->headers[i].key),
            .value = grpc_slice_from_copied_string(opt->headers[i].value),
        };
    return (grpc_op){
        .op = GRPC_OP_SEND_INITIAL_METADATA,
        .flags = rpc_channel_flags(f->r),
        .data.send_initial_metadata = { .count = n, .metadata = space },
    };
}

grpc_op rpc_flight_headers(rpc_flight *f)
{
    return (grpc_op){
        .op = GRPC_OP_RECV_INITIAL_METADATA,
        .data.recv_initial_metadata.recv_initial_metadata = &f->headers,
    };
}

grpc_op rpc_flight_status(rpc_flight *f)
{
    return (grpc_op){
        .op = GRPC_OP_RECV_STATUS_ON_CLIENT,
        .data.recv_status_on_client = { .trailing_metadata = &f->trailers,
                                        .status = &f->status,
                                        .status_details = &f->details },
    };
}

void rpc_flight_start(rpc_flight *f,
                      const grpc_op *ops,
                      size_t op_count,
                      rpc_batch *batch)
{
    grpc_call_error bad =
        grpc_call_start_batch(f->call, ops, op_count, batch, NULL);

    assert(bad == GRPC_CALL_OK);
    (void)bad;
}

/* gRPC tells only by its words that a call never left. */
static bool never_left(const rpc_flight *f, const char *details)
{
    return f->status == GRPC_STATUS_UNAVAILABLE &&
           strncmp(details, "failed to connect", 17) == 0;
}

void rpc_flight_error(const rpc_flight *f, neap_error *err)
{
    char *details = xstrndup((const char *)GRPC_SLICE_START_PTR(f->details),
                             GRPC_SLICE_LENGTH(f->details));
    neap_code code = f->r->closing ? NEAP_CANCELLED
                                   : classify((neap_code)f->status, details);

    neap_error_set(err, code, f->op, "%s", details);
    if (never_left(f, details) || classify_met_no_shim(details))
        err->sys = ECONNREFUSED;
    free(details);
    if (f->id != NULL)
        err->id = xstrdup(f->id);
}

void rpc_flight_end(rpc_flight *f)
{
    rpc *r = f->r;

    if (r->observer != NULL) {
        rpc_record record = {
            .path = f->path,
            .id = f->id,
            .start = f->start,
            .duration = (double)(uv_hrtime() - f->start_hr) / 1e9,
            .code = (neap_code)f->status,
        };
        r->observer(r->observer_arg, &record);
    }
    *f->at = f->next;
    if (f->next != NULL)
        f->next->at = f->at;
    grpc_call_unref(f->call);
    grpc_metadata_array_destroy(&f->headers);
    grpc_metadata_array_destroy(&f->trailers);
    grpc_slice_unref(f->details);
    free(f->path);
    free(f->id);
    loop_flight_end(r->loop, f->background);
    rpc_settle(r);
}

/* --- unary calls ---------------------------------------------------------- */

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

/* --- the channel ---------------------------------------------------------- */

rpc *rpc_open(neap_loop *loop,
              const char *socket,
              const char *ns,
              double timeout_s)
{
    rpc *r = xcalloc(1, sizeof *r);

    r->loop = loop;
    r->socket = xstrdup(socket);
    r->channel = rpc_channel_open(socket);
    r->ns = grpc_slice_from_copied_string(ns);
    r->timeout_s = timeout_s;
    return r;
}

void rpc_observe(rpc *r, rpc_observer observer, void *arg)
{
    r->observer = observer;
    r->observer_arg = arg;
}

uint64_t rpc_count(const rpc *r, const char *path)
{
    uint64_t total = 0;

    for (size_t i = 0; i < r->counter_count; i++)
        if (path == NULL || strcmp(r->counters[i].path, path) == 0)
            total += r->counters[i].count;
    return total;
}
