#ifndef CONTAINER_CALL_H
#define CONTAINER_CALL_H

#include "container.h"
#include "request.h"

/* A request about one record: it answers with a container, or that it is done.
 */
typedef struct container_call {
    neap_request req;          /* first; of what changes something */
    neap_client *client;       /* a reference */
    neap_container *container; /* a reference, or NULL */
    neap_container_cb cb;
    neap_done_cb done;
    void *arg;
} container_call;

/* About a container that is there. */
container_call *
container_call_about(neap_container *container, neap_done_cb done, void *arg);

/* Answer; NULL: all is well. For client_fail, too. */
void container_call_fail(void *call, const neap_error *err);

/* The same, taking NOT_FOUND for the record's end. */
void container_call_finish(container_call *call, const neap_error *err);

/* Fail on the next turn: the handle knows that its record is gone. */
neap_request *container_call_refuse_gone(container_call *call, const char *op);

#endif
