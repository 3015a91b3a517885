#ifndef PROCESS_CALL_H
#define PROCESS_CALL_H

#include "process.h"
#include "request.h"

/* A request that answers with a process: start, exec, find. */
typedef struct process_call {
    neap_request req; /* first; a change is not torn by cancelling it */
    neap_container *container; /* a reference */
    neap_process *process;     /* a reference, handed over on success */
    char *id;                  /* of an exec that is looked for; NULL: a task */
    neap_process_cb cb;
    void *arg;
    neap_error err;
    uint64_t asked; /* the moment of the question */
    bool has_io;
    neap_stdio io; /* strings owned */
} process_call;

process_call *
process_call_new(neap_container *container, neap_process_cb cb, void *arg);

/* Copy `io` (NULL: none) until the answer is there. */
void process_call_keep_io(process_call *call, const neap_stdio *io);

/* Call back with the process, or with `err` (which may be the call's own). */
void process_call_deliver(process_call *call);
void process_call_fail(process_call *call, const neap_error *err);

/* The same for client_fail. */
void process_call_deliver_failure(void *call, const neap_error *err);

/* Fail with the call's own error, on the next turn, as `op`. */
neap_request *process_call_fail_later(process_call *call, const char *op);

/* The process never came to be in containerd: forget it, and fail. */
void process_call_abandon(process_call *call, const neap_error *err);
void process_call_abandon_closed(process_call *call);

/* Tasks/Start of the call's process; goes on by itself. */
void process_send_start(process_call *call);

/* Tasks/Delete, or DeleteProcess. */
neap_request *process_send_delete(neap_process *p, rpc_cb cb, void *arg);

#endif
