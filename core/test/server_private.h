#ifndef SERVER_PRIVATE_H
#define SERVER_PRIVATE_H

#include <grpc/grpc.h>
#include <pthread.h>

#include "server.h"
#include "server_script.h"
#include "server_socket.h"

/*
 * One call. It arrives, its first message is received, it is answered, and when
 * gRPC says that it is closed it goes with the last batch in flight. A stream
 * goes on receiving and is answered by hand.
 */
typedef struct call call;
typedef struct batch {
    void (*done)(call *c, bool ok);
    call *call;
} batch;

struct call {
    server *server;
    call *next; /* of the server's; NULL before it has arrived */
    server_method *method;
    grpc_call *rpc;
    grpc_call_details details;
    grpc_metadata_array metadata;
    grpc_byte_buffer *incoming;
    server_list outgoing;
    unsigned sent; /* of outgoing */
    int status;
    char *status_text;
    int cancelled;
    bool ready;    /* may be answered: asked all that a unary call asks */
    bool answered; /* what it is answered has been queued, or is up to the test
                    */
    bool ending, ended, started, sending, closed;
    unsigned in_flight; /* batches */
    batch arriving, receiving, transmitting, closing;
};

struct server {
    pthread_mutex_t lock;
    pthread_t thread;
    grpc_server *grpc;
    grpc_completion_queue *queue;
    server_socket *socket;
    server_method *methods;
    call *calls;
    unsigned arrived;
    bool down; /* gRPC has shut down: what is left ends by itself */
    void (*watcher)(void *arg);
    void *watcher_arg;
};

/* The rest is for the server's thread, or under its lock. */

/* Have gRPC hand over one call more. */
void call_expect(server *s);

/* Answer `c` as its method's script has it, where the time has come. */
void call_answer(call *c);

/* Send what is queued in `outgoing`, then the end if it is known. */
void call_transmit(call *c);

/* No message follows. */
void call_end(call *c, int status, const char *text);

/* A batch has completed; `c` may be gone afterwards. */
void call_proceed(call *c, batch *b, bool ok);

#endif
