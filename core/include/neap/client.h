#ifndef NEAP_CLIENT_H
#define NEAP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "neap/error.h"
#include "neap/loop.h"
#include "neap/request.h"
#include "neap/value.h"

/*
 * A connection to one containerd, in one namespace, on one loop.
 *
 * A client owns live resources, so it is closed: every request in flight then
 * completes with CANCELLED, pipes close, the event stream ends. Tasks and
 * records in containerd stay. Nothing is left half done: a Create, Start, Exec,
 * Update or Delete that was sent goes on for `linger_s` at most, and what
 * containerd answers is dropped. The memory is reference-counted and goes with
 * the last handle: closing releases the holder's reference, each container has
 * one.
 */
typedef struct neap_client neap_client;

#define NEAP_LINGER_S 10

typedef struct neap_client_config {
    const char *address; /* absolute path of the socket; copied */
    const char *ns;      /* copied */
    double
        timeout_s;   /* of every call that neither waits nor streams; 0: none */
    double grace_s;  /* how long the start of a task of one's own may be the
                        proof that events arrive, before they are asked for */
    double linger_s; /* how long changes in flight may go on once the client is
                        closed; 0: NEAP_LINGER_S, negative: not at all */
} neap_client_config;

/*
 * Open a client. Somebody must listen on the socket already; nothing is sent.
 *
 * NULL and `err` filled (owned by the caller) on failure: NOT_FOUND no socket,
 * PERMISSION_DENIED, UNAVAILABLE nobody listens, INVALID_ARGUMENT no path.
 */
neap_client *neap_client_open(neap_loop *loop,
                              const neap_client_config *config,
                              neap_error *err);
void neap_client_close(neap_client *client);
bool neap_client_is_closed(const neap_client *client);

/* Borrowed, as long as the client. */
const char *neap_client_address(const neap_client *client);
const char *neap_client_namespace(const neap_client *client);

/* The deadline of its calls, in seconds; 0: none. */
double neap_client_timeout(const neap_client *client);

/* Calls started so far, of "package.Service/Method"; NULL: of any. */
uint64_t neap_client_count(const neap_client *client, const char *method);

/* Write each call that ends to `fd`, borrowed, as a line of JSON; -1: stop. */
void neap_client_trace(neap_client *client, int fd);

/* Metadata of one call, as "containerd-lease"; borrowed for the submit. */
typedef struct neap_header {
    const char *key, *value;
} neap_header;

typedef struct neap_call_options {
    double timeout_s; /* 0: the client's; negative: none */
    const neap_header *headers;
    size_t header_count;
} neap_call_options;

/* `reply` is NULL on error, else owned by the callee: free it. */
typedef void (*neap_call_cb)(void *arg,
                             const neap_error *err,
                             neap_value *reply);

/*
 * Call any unary method of containerd's API, "package.Service/Method".
 *
 * `request` is borrowed for the submit. INVALID_ARGUMENT: no such method, or a
 * field that its message does not have. `options` may be NULL.
 */
neap_request *neap_client_call(neap_client *client,
                               const char *method,
                               const neap_value *request,
                               const neap_call_options *options,
                               neap_call_cb cb,
                               void *arg);

/*
 * A message of containerd's as bytes, for the value of an Any, and back. `type`
 * is its name, or a type_url. Owned; NULL and `err` filled where it does not
 * fit, or no such message is known.
 */
uint8_t *neap_message_encode(const char *type,
                             const neap_value *value,
                             size_t *size,
                             neap_error *err);
neap_value *neap_message_decode(const char *type,
                                const void *data,
                                size_t size,
                                neap_error *err);

/* A call that streams, in either direction. Closed by its owner. */
typedef struct neap_exchange neap_exchange;

typedef void (*neap_exchange_cb)(void *arg, const neap_error *err);

/*
 * Open a streaming method. NULL and `err` filled on failure. A method that
 * streams only its replies is sent `request` here; else it may be NULL.
 */
neap_exchange *neap_exchange_open(neap_client *client,
                                  const char *method,
                                  const neap_value *request,
                                  const neap_call_options *options,
                                  neap_error *err);

/* Read one message; NULL without an error is the end. One read at a time. */
neap_request *neap_exchange_read(neap_exchange *x, neap_call_cb cb, void *arg);

/* Write one message, borrowed for the submit. One write at a time. */
neap_request *neap_exchange_write(neap_exchange *x,
                                  const neap_value *message,
                                  neap_exchange_cb cb,
                                  void *arg);

/* Say that no message follows. */
void neap_exchange_end(neap_exchange *x);

/* Cancel what is in flight and release `x`. NULL is ignored. */
void neap_exchange_close(neap_exchange *x);

neap_client *neap_client_ref(neap_client *client);
void neap_client_unref(neap_client *client); /* NULL is ignored */

#endif
