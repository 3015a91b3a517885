#ifndef RPC_PRIVATE_H
#define RPC_PRIVATE_H

/* What the files of rpc share. Nobody else includes it. */

#include <grpc/grpc.h>

#include "loop.h"
#include "request.h"
#include "rpc.h"

/* containerd's own limit, of its server and its Go client. */
#define RPC_MAX_MESSAGE (16 << 20)

grpc_channel *rpc_channel_open(const char *socket);

/* Destroy it, as soon as that may be. */
void rpc_channel_close(grpc_channel *channel, neap_loop *loop);

/* How a call is to be sent, in the state that the channel is in. */
uint32_t rpc_channel_flags(const rpc *r);

/* One batch of operations on its way; `done` runs when gRPC is through. */
struct rpc_batch {
    void (*done)(rpc_batch *batch, bool ok);
};

struct rpc_queue {
    grpc_completion_queue *queue;
    grpc_channel *bell_channel; /* leads nowhere; the bell is a call on it */
    grpc_call *bell;
};

typedef struct rpc_counter {
    char *path;
    uint64_t count;
} rpc_counter;

/* What a unary call and a stream have in common. */
typedef struct rpc_flight {
    neap_request req; /* first */
    rpc *r;
    struct rpc_flight *next, **at; /* in rpc.flying */
    grpc_call *call;
    const char *op;
    char *path, *id;
    bool background;
    /* Answer the caller, and go on; NULL: a call that may be torn. */
    void (*leave)(struct rpc_flight *f);
    double start;      /* since the epoch */
    uint64_t start_hr; /* monotonic, ns */
    grpc_metadata_array headers, trailers;
    grpc_status_code status;
    grpc_slice details;
} rpc_flight;

struct rpc {
    neap_loop *loop;
    grpc_channel *channel;
    char *socket;
    grpc_slice ns;
    double timeout_s;
    bool closing;
    rpc_flight *flying;
    rpc_observer observer;
    void *observer_arg;
    rpc_counter *counters;
    size_t counter_count;

    /* while it closes */
    bool lingering; /* changes go on */
    bool watching;  /* `bound` is on its way */
    rpc_batch bound;
    gpr_timespec until;
    int *held; /* descriptors, closed at the end */
    size_t held_count;
};

/* A call of `r` is over: go, where `r` closes and that was the last. */
void rpc_settle(rpc *r);

/* Make the gRPC call of `f`, count it, and keep the loop going for it. */
void rpc_flight_begin(rpc_flight *f,
                      rpc *r,
                      const char *path,
                      const rpc_options *opt,
                      bool stream);

/* The operation that sends the metadata; `space` has room for it. */
grpc_op rpc_flight_metadata(const rpc_flight *f,
                            const rpc_options *opt,
                            grpc_metadata *space);

/* The operations that bring the status into `f`. */
grpc_op rpc_flight_headers(rpc_flight *f);
grpc_op rpc_flight_status(rpc_flight *f);

/* Describe a status other than OK. */
void rpc_flight_error(const rpc_flight *f, neap_error *err);

/* Tell the observer, take `f` off the channel, release what it holds. */
void rpc_flight_end(rpc_flight *f);

void rpc_flight_start(rpc_flight *f,
                      const grpc_op *ops,
                      size_t count,
                      rpc_batch *batch);

grpc_byte_buffer *rpc_buffer(const uint8_t *data, size_t size);

/* All bytes of `buffer` in one slice, which is owned by the caller. */
bool rpc_buffer_read(grpc_byte_buffer *buffer, grpc_slice *bytes);

#endif
