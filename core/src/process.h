#ifndef PROCESS_H
#define PROCESS_H

#include "container.h"
#include "containerd/tasks.pb-c.h"
#include "neap/process.h"
#include "stdio_set.h"
#include "watch.h"

typedef Containerd__V1__Types__Process process_state;
typedef struct waiter waiter;

/*
 * How an exit gets here, in stages:
 *   has_exit   the code is known: an event, a listing, or the reply to Delete
 *   drained    the output is through, or the time for it is over
 * and only then whoever waits is answered.
 */
struct neap_process {
    neap_process *next; /* in container.processes */
    int refs;
    neap_container *container; /* a reference */
    neap_client *client;       /* borrowed from the container */
    char *id;
    bool is_task;
    uint32_t pid;
    neap_status status;

    bool started;     /* containerd has said so */
    bool covered;     /* its events arrive: no need to ask about its exit */
    uint64_t made;    /* the moment of the handle, see events.h */
    uint64_t changed; /* the moment of its last change of status */
    uint64_t asked;   /* the moment of the question it waits for; 0: none */
    uint64_t heard_pause[2]; /* the moments of the last "resumed", "paused" */
    unsigned echoes[2];      /* as many are our own, and still to be heard */
    uint64_t echoes_since;   /* the moment of the first of these */
    double born; /* since the epoch: older events are another's; 0: found */
    double
        started_at; /* monotonic: from then its events have a grace; 0: found */
    bool deleting;  /* the event that follows is our own */
    bool deleted;   /* containerd has said so */
    bool killed;    /* by this handle: an exit 137 is no surprise */
    bool has_exit, drained;
    bool gone;     /* deleted: containerd keeps nothing of it */
    bool vanished; /* gone by itself: nobody here deleted it */
    neap_exit exit;
    double told; /* when the event told of the exit; 0: none did */

    stdio *io;      /* NULL: all null, or not attached */
    char *paths[3]; /* of FIFOs as containerd has them; not attached */
    bool terminal;
    bool can_close_input, wants_input_closed;
    bool owes_input_end; /* containerd was away when it was to be told */
    waiter *waiters;
    timer *doubt; /* an exit 137 that may be a dead shim's */
};

/* --- life, in process.c --------------------------------------------------- */

/* Make the handle of process `id` and list it with its container. */
neap_process *
process_new(neap_container *container, const char *id, bool is_task);

/* The client closes; `r` is what stays of its connection. */
void processes_close(neap_container *container, rpc *r);

/* Its record in containerd is gone: close what is open, remove the FIFOs. */
void process_set_gone(neap_process *p);

/* Open pipes as `io` says. False and `err` filled on failure. */
bool process_open_io(neap_process *p, const neap_stdio *io, neap_error *err);

/* containerd has the process: input may be closed from now on. */
void process_can_close_input(neap_process *p);

/* Tell of the end of input that containerd has not heard of, if there is one.
 */
void process_pay_input_end(neap_process *p);

/* --- the exit, in process_exit.c ------------------------------------------ */

/* The first exit of a start counts; the others are ignored. */
void process_exited(neap_process *p, uint32_t code, double time, bool lost);

/* The output is through, or nobody will take it: answer whoever waits. */
void process_drained(neap_process *p);

/* Is `state` of a start that came after `p`'s? Its pid is another's then. */
bool process_is_another(const neap_process *p, const process_state *state);

/* It was deleted and started again by somebody else. */
void process_replaced(neap_process *p);

/* Its status changes, unless it has ended. */
void process_becomes(neap_process *p, neap_status status);

/* An event says that it was paused or resumed, by anybody. */
void process_heard_pause(neap_process *p, bool paused);

/* The reply to our own pause or resumption, called at the moment `asked`. */
void process_has_paused(neap_process *p, bool paused, uint64_t asked);

/* It was started. */
void process_runs(neap_process *p);

/* Take over what Get or List told, that was asked at the moment `asked`. */
void process_settle(neap_process *p,
                    const process_state *state,
                    uint64_t asked);

/* Make, or find, the handle of what containerd told of. Owned. */
neap_process *process_adopt(neap_container *c,
                            const char *id,
                            const process_state *state,
                            uint64_t asked);

/* It is being made, by us and now. */
void process_is_born(neap_process *p);

/* The reply to Start, which events may have overtaken. */
void process_has_started(neap_process *p, uint32_t pid);

/* Containerd knows no such process: it is gone, and with it the exit. */
void process_lost(neap_process *p);

/* The exit that was heard is no guess. */
void process_exit_is_sure(neap_process *p);

/* Answer whoever waits, with `code`, because there will be no exit. */
void process_fail_waiters(neap_process *p, neap_code code, const char *why);

/* Does somebody wait for an exit that might pass unheard? */
bool process_needs_proof(const neap_process *p);

/* --- calls, in task.c ----------------------------------------------------- */

/* Tasks/Get of `container`'s task. */
neap_request *task_get(neap_container *container, rpc_cb cb, void *arg);

/* Tasks/Get of `p`. */
neap_request *process_get(neap_process *p, rpc_cb cb, void *arg);

#endif
