#ifndef RPC_H
#define RPC_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neap/error.h"
#include "neap/loop.h"
#include "neap/request.h"

/*
 * The only door to gRPC: a channel to one containerd, unary calls and streams
 * on it. Bytes go in and out; the typed forms pack and unpack protobuf-c.
 *
 * Everything here runs on the loop's thread; how completions get there is the
 * matter of loop.c, through the queue at the end of this file.
 */
typedef struct rpc rpc;
typedef struct rpc_stream rpc_stream;

/* A method that is called with messages of protobuf-c. Static. */
typedef struct rpc_method {
    const char *op; /* how errors name it: "container.create" */
    const char
        *path; /* "/containerd.services.containers.v1.Containers/Create" */
    const ProtobufCMessageDescriptor *reply;
} rpc_method;

/* Metadata of one call; both strings are copied. */
typedef struct rpc_header {
    const char *key, *value;
} rpc_header;

typedef struct rpc_options {
    const char *op; /* static; in typed calls the method's */
    const char *id; /* what the call is about, for errors and traces; copied */
    double timeout_s; /* 0: the channel's; negative: none */
    bool background;  /* does not keep the loop going */
    const rpc_header *headers;
    size_t header_count;
} rpc_options;

/* What an observer is told about each call that ended. Borrowed. */
typedef struct rpc_record {
    const char *path, *id; /* id may be NULL */
    double start;          /* seconds since the epoch */
    double duration;       /* seconds */
    neap_code code;
} rpc_record;

typedef void (*rpc_observer)(void *arg, const rpc_record *record);

/* `reply` is NULL on error, else borrowed for the length of the call. */
typedef void (*rpc_cb)(void *arg,
                       const neap_error *err,
                       const ProtobufCMessage *reply);

/* The same in bytes; `data` is NULL on error. */
typedef void (*rpc_bytes_cb)(void *arg,
                             const neap_error *err,
                             const uint8_t *data,
                             size_t size);

/*
 * `socket` is a path; `ns` is sent as metadata "containerd-namespace". Both are
 * copied. `timeout_s`: of every unary call that does not bring its own; 0 none.
 */
rpc *rpc_open(neap_loop *loop,
              const char *socket,
              const char *ns,
              double timeout_s);

/*
 * Close: each callback in flight still runs, soon, with NEAP_CANCELLED. What is
 * a change (change.h) goes on without its caller, for up to `linger_s`; all
 * else is cancelled. `r` is freed after the last call.
 */
void rpc_close(rpc *r, double linger_s);

/* Keep `fd` open until then. Owned from now on. */
void rpc_hold(rpc *r, int fd);

void rpc_observe(rpc *r, rpc_observer observer, void *arg);

/* How many calls of `path` were started on `r`; NULL: of any. */
uint64_t rpc_count(const rpc *r, const char *path);

/* `request` is packed before this returns. `opt` may be NULL. */
neap_request *rpc_unary(rpc *r,
                        const rpc_method *method,
                        const ProtobufCMessage *request,
                        const rpc_options *opt,
                        rpc_cb cb,
                        void *arg);

/* `path` and `data` are copied before this returns. */
neap_request *rpc_unary_bytes(rpc *r,
                              const char *path,
                              const uint8_t *data,
                              size_t size,
                              const rpc_options *opt,
                              rpc_bytes_cb cb,
                              void *arg);

/* --- streams -------------------------------------------------------------- */

/* Told for the next message; both NULL and 0 at the end of the stream. */
typedef rpc_bytes_cb rpc_read_cb;
typedef void (*rpc_write_cb)(void *arg, const neap_error *err);

/* Open a stream in both directions. `path` is copied. Nothing is read yet. */
rpc_stream *rpc_stream_open(rpc *r, const char *path, const rpc_options *opt);

/* Ask for one message. One read at a time. */
neap_request *rpc_stream_read(rpc_stream *s, rpc_read_cb cb, void *arg);

/*
 * Send one message; `data` is copied. One write at a time. FAILED_PRECONDITION
 * once the stream has ended, or its end was said.
 */
neap_request *rpc_stream_write(rpc_stream *s,
                               const uint8_t *data,
                               size_t size,
                               rpc_write_cb cb,
                               void *arg);

/* Say that no message follows. Twice is fine. */
void rpc_stream_end(rpc_stream *s);

/* Send the only message of a call that streams its replies. First of all. */
void rpc_stream_send(rpc_stream *s, const uint8_t *data, size_t size);

/*
 * Release the stream, cancelling it unless it has ended. A read or write in
 * flight still calls back, with NEAP_CANCELLED. NULL is ignored.
 */
void rpc_stream_close(rpc_stream *s);

/* --- the queue, for loop.c ------------------------------------------------ */

typedef struct rpc_queue rpc_queue;
typedef struct rpc_batch rpc_batch;

rpc_queue *rpc_queue_new(void);
void rpc_queue_free(rpc_queue *q);

/*
 * Wait up to `timeout_ms` (-1: for ever) for a batch to complete. False when
 * the time is over. `*batch` is NULL when the queue was only rung.
 */
bool rpc_queue_next(rpc_queue *q, int timeout_ms, rpc_batch **batch, bool *ok);

/* Make a waiting rpc_queue_next return. From any thread. */
void rpc_queue_ring(rpc_queue *q);

/* Run what waits for `batch`. */
void rpc_batch_done(rpc_batch *batch, bool ok);

#endif
