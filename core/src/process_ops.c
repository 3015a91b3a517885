#include <stdlib.h>

#include "memory.h"
#include "process.h"
#include "request.h"

/* What is asked of a process that is there: one call each. */

typedef struct done_call {
    neap_process *process; /* a reference */
    neap_done_cb cb;
    void *arg;
    neap_status becomes; /* on success; UNKNOWN: no change */
    uint64_t asked;      /* the moment of the call */
} done_call;

static void deliver_done(void *ctx, const neap_error *err)
{
    done_call *call = ctx;

    call->cb(call->arg, err);
    neap_process_unref(call->process);
    free(call);
}

static void on_done(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    done_call *call = arg;
    neap_process *p = call->process;

    (void)m;
    if (err == NULL && call->becomes != NEAP_STATUS_UNKNOWN)
        process_has_paused(p, call->becomes == NEAP_STATUS_PAUSED, call->asked);
    deliver_done(call, err);
}

static done_call *call_new(neap_process *p, neap_done_cb cb, void *arg)
{
    done_call *call = xcalloc(1, sizeof *call);

    call->process = neap_process_ref(p);
    call->cb = cb;
    call->arg = arg;
    return call;
}

/* Fail what the handle knows to be impossible; NULL: it is not. */
static neap_request *refuse(done_call *call, const char *op, neap_code ended)
{
    neap_process *p = call->process;

    if (p->client->rpc == NULL)
        return client_fail_closed(p->client, deliver_done, call, op,
                                  p->container->id);
    if (p->gone || p->vanished)
        return client_fail(p->client, deliver_done, call, NEAP_NOT_FOUND, op,
                           p->container->id, "the process is gone");
    if (p->has_exit)
        return client_fail(p->client, deliver_done, call, ended, op,
                           p->container->id, "the process has ended");
    return NULL;
}

static neap_request *submit(done_call *call,
                            const rpc_method *method,
                            const ProtobufCMessage *request)
{
    neap_process *p = call->process;
    rpc_options options = { .id = p->container->id, .timeout_s = -1 };

    call->asked = events_moment(p->client);
    return rpc_unary(p->client->rpc, method, request, &options, on_done, call);
}

#define EMPTY(op, name)                                                        \
    {                                                                          \
        op, "/containerd.services.tasks.v1.Tasks/" name,                       \
            &google__protobuf__empty__descriptor                               \
    }

neap_request *neap_process_kill(neap_process *process,
                                uint32_t signal,
                                bool all,
                                neap_done_cb cb,
                                void *arg)
{
    static const rpc_method method = EMPTY("process.kill", "Kill");
    Containerd__Services__Tasks__V1__KillRequest request =
        CONTAINERD__SERVICES__TASKS__V1__KILL_REQUEST__INIT;
    done_call *call = call_new(process, cb, arg);
    neap_request *refused = refuse(call, method.op, NEAP_NOT_FOUND);

    if (refused != NULL)
        return refused;
    process->killed = process->killed || signal == 9;
    request.container_id = process->container->id;
    request.exec_id = process->is_task ? (char *)"" : process->id;
    request.signal = signal;
    request.all = all;
    return submit(call, &method, &request.base);
}

neap_request *neap_process_resize(neap_process *process,
                                  uint32_t width,
                                  uint32_t height,
                                  neap_done_cb cb,
                                  void *arg)
{
    static const rpc_method method = EMPTY("process.resize", "ResizePty");
    Containerd__Services__Tasks__V1__ResizePtyRequest request =
        CONTAINERD__SERVICES__TASKS__V1__RESIZE_PTY_REQUEST__INIT;
    done_call *call = call_new(process, cb, arg);
    neap_request *refused = refuse(call, method.op, NEAP_FAILED_PRECONDITION);

    if (refused != NULL)
        return refused;
    if (!process->terminal)
        return client_fail(
            process->client, deliver_done, call, NEAP_FAILED_PRECONDITION,
            method.op, process->container->id, "the process has no terminal");
    request.container_id = process->container->id;
    request.exec_id = process->is_task ? (char *)"" : process->id;
    request.width = width;
    request.height = height;
    return submit(call, &method, &request.base);
}

static neap_request *send_change(neap_task *task,
                                 const rpc_method *method,
                                 const ProtobufCMessage *request,
                                 neap_status becomes,
                                 neap_done_cb cb,
                                 void *arg)
{
    done_call *call = call_new(task, cb, arg);
    neap_request *refused = refuse(call, method->op, NEAP_FAILED_PRECONDITION);

    if (refused != NULL)
        return refused;
    call->becomes = becomes;
    return submit(call, method, request);
}

neap_request *neap_task_pause(neap_task *task, neap_done_cb cb, void *arg)
{
    static const rpc_method method = EMPTY("task.pause", "Pause");
    Containerd__Services__Tasks__V1__PauseTaskRequest request =
        CONTAINERD__SERVICES__TASKS__V1__PAUSE_TASK_REQUEST__INIT;

    request.container_id = task->container->id;
    return send_change(task, &method, &request.base, NEAP_STATUS_PAUSED, cb,
                       arg);
}

neap_request *neap_task_resume(neap_task *task, neap_done_cb cb, void *arg)
{
    static const rpc_method method = EMPTY("task.resume", "Resume");
    Containerd__Services__Tasks__V1__ResumeTaskRequest request =
        CONTAINERD__SERVICES__TASKS__V1__RESUME_TASK_REQUEST__INIT;

    request.container_id = task->container->id;
    return send_change(task, &method, &request.base, NEAP_STATUS_RUNNING, cb,
                       arg);
}

/* --- status --------------------------------------------------------------- */

typedef struct status_call {
    neap_request req; /* first */
    loop_task late;
    neap_process *process; /* a reference */
    uint64_t asked;        /* the moment of the question */
    neap_status_cb cb;
    void *arg;
} status_call;

/* The answer was that it is not there, or that another is. */
static void fail_gone(status_call *call)
{
    neap_error err = { 0 };

    neap_error_set(&err, NEAP_NOT_FOUND, "task.status", "the process is gone");
    err.id = xstrdup(call->process->container->id);
    call->cb(call->arg, &err, call->process->status);
    neap_error_clear(&err);
}

static void deliver_status(void *ctx, const neap_error *err)
{
    status_call *call = ctx;

    if (err == NULL && (call->process->gone || call->process->vanished))
        fail_gone(call);
    else
        call->cb(call->arg, err, call->process->status);
    neap_process_unref(call->process);
    free(call);
}

static void on_known(loop_task *task)
{
    status_call *call =
        (status_call *)((char *)task - offsetof(status_call, late));

    loop_release(call->process->client->loop);
    deliver_status(call, NULL);
}

static void
on_status(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__GetResponse *reply = (const void *)m;
    status_call *call = arg;

    if (err == NULL && reply->process != NULL)
        process_settle(call->process, reply->process, call->asked);
    else if (err != NULL && err->code == NEAP_NOT_FOUND)
        process_lost(call->process);
    deliver_status(call, err);
}

static void ignore(neap_request *req)
{
    (void)req;
}

static neap_request *answer_known(status_call *call)
{
    call->req.cancel = ignore;
    call->late.run = on_known;
    loop_hold(call->process->client->loop);
    loop_defer(call->process->client->loop, &call->late);
    return &call->req;
}

neap_request *
neap_process_status(neap_process *process, neap_status_cb cb, void *arg)
{
    neap_client *client = process->client;
    status_call *call = xcalloc(1, sizeof *call);

    call->process = neap_process_ref(process);
    call->cb = cb;
    call->arg = arg;
    if (client->rpc == NULL)
        return client_fail_closed(client, deliver_status, call, "task.status",
                                  process->container->id);
    if (process->gone || process->vanished)
        return client_fail(client, deliver_status, call, NEAP_NOT_FOUND,
                           "task.status", process->container->id,
                           "the process is gone");
    if (process->has_exit || process->covered)
        return answer_known(call);
    if (process->is_task && process->started_at == 0)
        return events_settle(client->events, deliver_status, call);
    call->asked = events_moment(client);
    return process_get(process, on_status, call);
}
