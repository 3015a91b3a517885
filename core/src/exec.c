#include "memory.h"
#include "process.h"
#include "process_call.h"
#include "record.h"

/*
 * Starting an exec, in stages:
 *   1. The FIFOs are made and opened: the shim's Start blocks until the
 *      outputs have a reader.
 *   2. Tasks/Exec. It failed: the FIFOs go.
 *   3. Tasks/Start, in task.c. It failed: DeleteProcess, for the shim keeps
 *      what could not start.
 * Input is closed after Start at the earliest: before, CloseIO does nothing.
 */

static void on_exec(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    process_call *call = arg;
    neap_process *p = call->process;

    (void)m;
    if (err != NULL) {
        process_call_abandon(call, err);
        return;
    }
    process_becomes(p, NEAP_STATUS_CREATED);
    if (p->client->rpc == NULL)
        process_call_abandon_closed(call);
    else
        process_send_start(call);
}

static void send_exec(process_call *call, const neap_exec_config *config)
{
    static const rpc_method method = {
        "task.exec", "/containerd.services.tasks.v1.Tasks/Exec",
        &google__protobuf__empty__descriptor
    };
    Containerd__Services__Tasks__V1__ExecProcessRequest request =
        CONTAINERD__SERVICES__TASKS__V1__EXEC_PROCESS_REQUEST__INIT;
    Google__Protobuf__Any spec = GOOGLE__PROTOBUF__ANY__INIT;
    neap_process *p = call->process;
    rpc_options options = { .id = p->container->id, .timeout_s = -1 };

    any_fill(&spec, &config->spec);
    request.container_id = p->container->id;
    request.exec_id = p->id;
    request.stdin = (char *)neap_process_stdio_path(p, 0);
    request.stdout = (char *)neap_process_stdio_path(p, 1);
    request.stderr = (char *)neap_process_stdio_path(p, 2);
    request.terminal = config->io.terminal;
    request.spec = &spec;
    rpc_unary(p->client->rpc, &method, &request.base, &options, on_exec, call);
}

/* What the handle knows to be impossible is refused here. */
static const char *why_not(const neap_task *task)
{
    if (task->has_exit || task->status == NEAP_STATUS_STOPPED)
        return "the task has ended";
    if (task->status == NEAP_STATUS_PAUSED)
        return "the task is paused; resume it first";
    return NULL;
}

neap_request *neap_task_exec(neap_task *task,
                             const neap_exec_config *config,
                             neap_process_cb cb,
                             void *arg)
{
    static const char op[] = "task.exec";
    neap_container *c = task->container;
    process_call *call = process_call_new(c, cb, arg);
    const char *reason = why_not(task);

    if (c->client->rpc == NULL)
        return client_fail_closed(c->client, process_call_deliver_failure, call,
                                  op, c->id);
    if (task->gone || task->vanished)
        return client_fail(c->client, process_call_deliver_failure, call,
                           NEAP_NOT_FOUND, op, c->id, "the task is gone");
    if (reason != NULL)
        return client_fail(c->client, process_call_deliver_failure, call,
                           NEAP_FAILED_PRECONDITION, op, c->id, "%s", reason);
    if (container_process(c, config->id) != NULL)
        return client_fail(c->client, process_call_deliver_failure, call,
                           NEAP_ALREADY_EXISTS, op, c->id,
                           "exec \"%s\" is there already", config->id);
    call->process = process_new(c, config->id, false);
    process_is_born(call->process);
    if (!process_open_io(call->process, &config->io, &call->err))
        return process_call_fail_later(call, op);
    send_exec(call, config);
    return &call->req;
}
