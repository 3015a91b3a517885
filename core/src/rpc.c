#include "rpc.h"

#include <assert.h>
#include <errno.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>
#include <string.h>

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
