#include <stdlib.h>

#include "memory.h"
#include "process.h"
#include "process_call.h"
#include "record.h"

/*
 * Deleting what containerd keeps of an ended process, in stages:
 *   1. The output is drained, for the deletion takes its pipes away.
 *   2. Tasks/Delete or DeleteProcess; it tells the exit once more, and the only
 *      time where no event did.
 * One that vanished is gone already, by somebody else or with its shim, and
 * events do not tell which: nobody is asked, and its exit is told once.
 * An exec that never ran has none.
 */

typedef struct delete_call {
    neap_request req; /* first */
    loop_task late;
    neap_process *process; /* a reference */
    neap_exit_cb cb;
    void *arg;
} delete_call;

static const char *op_of(const neap_process *p)
{
    return p->is_task ? "task.delete" : "process.delete";
}

static void deliver(void *ctx, const neap_error *err)
{
    delete_call *call = ctx;
    neap_process *p = call->process;

    call->cb(call->arg, err, err == NULL && p->has_exit ? &p->exit : NULL);
    neap_process_unref(p);
    free(call);
}

static void never_torn(neap_request *req)
{
    (void)req;
}

/* --- 2. the call ---------------------------------------------------------- */

neap_request *process_send_delete(neap_process *p, rpc_cb cb, void *arg)
{
    static const rpc_method task = {
        "task.delete", "/containerd.services.tasks.v1.Tasks/Delete",
        &containerd__services__tasks__v1__delete_response__descriptor
    };
    static const rpc_method exec = {
        "process.delete", "/containerd.services.tasks.v1.Tasks/DeleteProcess",
        &containerd__services__tasks__v1__delete_response__descriptor
    };
    Containerd__Services__Tasks__V1__DeleteTaskRequest whole =
        CONTAINERD__SERVICES__TASKS__V1__DELETE_TASK_REQUEST__INIT;
    Containerd__Services__Tasks__V1__DeleteProcessRequest part =
        CONTAINERD__SERVICES__TASKS__V1__DELETE_PROCESS_REQUEST__INIT;
    rpc_options options = { .id = p->container->id, .timeout_s = -1 };

    whole.container_id = part.container_id = p->container->id;
    part.exec_id = p->id;
    return rpc_unary(p->client->rpc, p->is_task ? &task : &exec,
                     p->is_task ? &whole.base : &part.base, &options, cb, arg);
}

/* The shim is gone, and what it wrote is in the pipes still. */
static void on_taken(void *arg, const neap_error *err, const neap_exit *exit)
{
    delete_call *call = arg;

    (void)exit;
    if (err == NULL)
        process_set_gone(call->process);
    deliver(call, err);
}

static bool
never_ran(const neap_process *p,
          const Containerd__Services__Tasks__V1__DeleteResponse *reply)
{
    return !p->is_task && !p->started && !p->has_exit && reply->pid == 0;
}

static void
on_delete(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__DeleteResponse *reply =
        (const void *)m;
    delete_call *call = arg;
    neap_process *p = call->process;

    if (err == NULL && never_ran(p, reply)) {
        process_set_gone(p);
    } else if (err == NULL) {
        p->deleted = true;
        process_exited(p, reply->exit_status, record_time(reply->exited_at),
                       false);
        neap_process_wait(p, on_taken, call);
        return;
    }
    p->deleting = false;
    if (err != NULL && err->code == NEAP_NOT_FOUND)
        process_set_gone(p);
    deliver(call, err);
}

static void send_request(delete_call *call)
{
    call->process->deleting = true;
    process_send_delete(call->process, on_delete, call);
}

/* --- 1. draining ---------------------------------------------------------- */

/* The exit is answered on a later turn, and the client was closed before. */
static void fail_closed(delete_call *call)
{
    neap_error err = { 0 };

    neap_error_set(&err, NEAP_CANCELLED, op_of(call->process),
                   "the client was closed");
    deliver(call, &err);
    neap_error_clear(&err);
}

static void
on_exit_through(void *arg, const neap_error *err, const neap_exit *exit)
{
    delete_call *call = arg;

    (void)exit;
    if (err != NULL) {
        deliver(call, err);
    } else if (call->process->vanished || call->process->gone) {
        process_set_gone(call->process);
        deliver(call, NULL);
    } else if (call->process->client->rpc == NULL) {
        fail_closed(call);
    } else {
        send_request(call);
    }
}

/* After a KILL of ours it should not, whatever no event has said. */
static bool knows_it_runs(const neap_process *p)
{
    return p->status >= NEAP_STATUS_RUNNING && p->covered && !p->killed;
}

neap_request *
neap_process_delete(neap_process *process, neap_exit_cb cb, void *arg)
{
    neap_client *client = process->client;
    const char *id = process->container->id;
    delete_call *call = xcalloc(1, sizeof *call);

    call->req.cancel = never_torn;
    call->process = neap_process_ref(process);
    call->cb = cb;
    call->arg = arg;
    if (client->rpc == NULL)
        return client_fail_closed(client, deliver, call, op_of(process), id);
    if (process->gone)
        return client_fail(client, deliver, call, NEAP_NOT_FOUND,
                           op_of(process), id, "the process is gone");
    if (process->has_exit)
        return neap_process_wait(process, on_exit_through, call), &call->req;
    if (knows_it_runs(process))
        return client_fail(client, deliver, call, NEAP_FAILED_PRECONDITION,
                           op_of(process), id,
                           "the process runs; stop it first, or force");
    send_request(call);
    return &call->req;
}
