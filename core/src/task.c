#include <errno.h>
#include <stdlib.h>

#include "memory.h"
#include "process.h"
#include "process_call.h"
#include "record.h"

/*
 * Starting a task, in stages:
 *   1. The FIFOs are made and opened: the shim's Create blocks until the
 *      outputs have a reader.
 *   2. Tasks/Create. It failed: containerd has cleaned up; the FIFOs go.
 *   3. Tasks/Start. It failed: the task was created, so Tasks/Delete, whatever
 *      comes of it, and the error is Start's.
 * The handle is there from the first stage on, because events may be faster
 * than replies: a short process has exited before Start has answered.
 */

/* --- 3. start ------------------------------------------------------------- */

static void
on_unstarted_gone(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    process_call *call = arg;
    neap_process *p = call->process;

    (void)m;
    process_set_gone(p);
    if (p->is_task && err != NULL && err->code != NEAP_NOT_FOUND)
        p->container->knows = TASK_UNKNOWN;
    process_call_fail(call, &call->err);
}

/* Did containerd not live to say what became of it? A call that never left
 * changed nothing. */
static bool is_open(const neap_error *err)
{
    if (err->code == NEAP_UNAVAILABLE)
        return err->sys != ECONNREFUSED;
    return err->code == NEAP_CANCELLED || err->code == NEAP_DEADLINE_EXCEEDED;
}

static void undo_create(process_call *call, const neap_error *err)
{
    neap_process *p = call->process;

    neap_error_copy(&call->err, err);
    p->deleting = true;
    if (p->client->rpc == NULL || err->code == NEAP_UNAVAILABLE) {
        process_set_gone(p);
        if (p->is_task)
            p->container->knows = TASK_UNKNOWN;
        process_call_fail(call, &call->err);
        return;
    }
    process_send_delete(p, on_unstarted_gone, call);
}

static void
on_start(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__StartResponse *reply =
        (const void *)m;
    process_call *call = arg;
    neap_process *p = call->process;

    if (err != NULL) {
        undo_create(call, err);
        return;
    }
    process_has_started(p, reply->pid);
    process_call_deliver(call);
}

void process_send_start(process_call *call)
{
    static const rpc_method task = {
        "task.start", "/containerd.services.tasks.v1.Tasks/Start",
        &containerd__services__tasks__v1__start_response__descriptor
    };
    static const rpc_method exec = {
        "process.start", "/containerd.services.tasks.v1.Tasks/Start",
        &containerd__services__tasks__v1__start_response__descriptor
    };
    Containerd__Services__Tasks__V1__StartRequest request =
        CONTAINERD__SERVICES__TASKS__V1__START_REQUEST__INIT;
    neap_process *p = call->process;
    rpc_options options = { .id = p->container->id, .timeout_s = -1 };

    request.container_id = p->container->id;
    request.exec_id = p->is_task ? (char *)"" : p->id;
    rpc_unary(p->client->rpc, p->is_task ? &task : &exec, &request.base,
              &options, on_start, call);
}

/* --- 2. create ------------------------------------------------------------ */

static void
on_create(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__CreateTaskResponse *reply =
        (const void *)m;
    process_call *call = arg;
    neap_process *p = call->process;

    if (err != NULL) {
        if (err->code == NEAP_ALREADY_EXISTS)
            container_has_task(p->container);
        else if (is_open(err))
            p->container->knows = TASK_UNKNOWN;
        process_call_abandon(call, err);
        return;
    }
    container_has_task(p->container);
    p->pid = reply->pid;
    process_becomes(p, NEAP_STATUS_CREATED);
    process_can_close_input(p);
    if (p->client->rpc == NULL) {
        process_call_abandon_closed(call);
        return;
    }
    process_send_start(call);
}

static Containerd__Types__Mount *mounts_of(const neap_task_config *config,
                                           Containerd__Types__Mount ***list)
{
    Containerd__Types__Mount *mounts =
        xcalloc(config->rootfs_count, sizeof *mounts);

    *list = xcalloc(config->rootfs_count, sizeof **list);
    for (size_t i = 0; i < config->rootfs_count; i++) {
        containerd__types__mount__init(&mounts[i]);
        mounts[i].type = (char *)config->rootfs[i].type;
        mounts[i].source = (char *)config->rootfs[i].source;
        mounts[i].options = (char **)config->rootfs[i].options;
        mounts[i].n_options = config->rootfs[i].option_count;
        (*list)[i] = &mounts[i];
    }
    return mounts;
}

static void send_create(process_call *call, const neap_task_config *config)
{
    static const rpc_method method = {
        "container.start", "/containerd.services.tasks.v1.Tasks/Create",
        &containerd__services__tasks__v1__create_task_response__descriptor
    };
    Containerd__Services__Tasks__V1__CreateTaskRequest request =
        CONTAINERD__SERVICES__TASKS__V1__CREATE_TASK_REQUEST__INIT;
    Containerd__Types__Descriptor checkpoint =
        CONTAINERD__TYPES__DESCRIPTOR__INIT;
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    neap_process *p = call->process;
    rpc_options options = { .id = p->id, .timeout_s = -1 };
    Containerd__Types__Mount **rootfs;
    Containerd__Types__Mount *mounts = mounts_of(config, &rootfs);

    request.container_id = p->id;
    request.rootfs = rootfs;
    request.n_rootfs = config->rootfs_count;
    request.stdin = (char *)neap_process_stdio_path(p, 0);
    request.stdout = (char *)neap_process_stdio_path(p, 1);
    request.stderr = (char *)neap_process_stdio_path(p, 2);
    request.terminal = config->io.terminal;
    if (config->checkpoint_digest != NULL) {
        checkpoint.media_type = (char *)config->checkpoint_type;
        checkpoint.digest = (char *)config->checkpoint_digest;
        checkpoint.size = config->checkpoint_size;
        request.checkpoint = &checkpoint;
    }
    if (config->options.type_url != NULL) {
        any_fill(&any, &config->options);
        request.options = &any;
    }
    rpc_unary(p->client->rpc, &method, &request.base, &options, on_create,
              call);
    free(mounts);
    free(rootfs);
}

/* --- 1. submit ------------------------------------------------------------ */

neap_request *neap_task_start(neap_container *container,
                              const neap_task_config *config,
                              neap_process_cb cb,
                              void *arg)
{
    static const char op[] = "container.start";
    neap_client *client = container->client;
    process_call *call = process_call_new(container, cb, arg);

    if (client->rpc == NULL)
        return client_fail_closed(client, process_call_deliver_failure, call,
                                  op, container->id);
    if (container->gone)
        return client_fail(client, process_call_deliver_failure, call,
                           NEAP_NOT_FOUND, op, container->id,
                           "container \"%s\" was deleted", container->id);
    if (neap_container_task(container) != NULL &&
        neap_container_task(container)->vanished)
        process_set_gone(neap_container_task(container));
    if (neap_container_task(container) != NULL)
        return client_fail(client, process_call_deliver_failure, call,
                           NEAP_ALREADY_EXISTS, op, container->id,
                           "container \"%s\" has a task already",
                           container->id);
    events_ensure(client->events);
    call->process = process_new(container, container->id, true);
    process_is_born(call->process);
    if (!process_open_io(call->process, &config->io, &call->err)) {
        /* Who reads the streams of a task has one. */
        if (call->err.code == NEAP_FAILED_PRECONDITION)
            call->err.code = NEAP_ALREADY_EXISTS;
        return process_call_fail_later(call, op);
    }
    send_create(call, config);
    return &call->req;
}
