#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* --- finding -------------------------------------------------------------- */

static neap_request *
get(neap_container *c, const char *exec_id, rpc_cb cb, void *arg)
{
    static const rpc_method method = {
        "container.task", "/containerd.services.tasks.v1.Tasks/Get",
        &containerd__services__tasks__v1__get_response__descriptor
    };
    Containerd__Services__Tasks__V1__GetRequest request =
        CONTAINERD__SERVICES__TASKS__V1__GET_REQUEST__INIT;
    rpc_options options = { .id = c->id };

    request.container_id = c->id;
    request.exec_id = (char *)exec_id;
    return rpc_unary(c->client->rpc, &method, &request.base, &options, cb, arg);
}

neap_request *task_get(neap_container *container, rpc_cb cb, void *arg)
{
    return get(container, "", cb, arg);
}

neap_request *process_get(neap_process *p, rpc_cb cb, void *arg)
{
    return get(p->container, p->is_task ? "" : p->id, cb, arg);
}

/* The handle of what had none. What was heard of it meanwhile, it missed. */
static neap_process *adopt_new(neap_container *c,
                               const char *id,
                               const process_state *state,
                               uint64_t asked)
{
    const char *paths[] = { state->stdin, state->stdout, state->stderr };
    neap_process *p = process_new(c, id, strcmp(id, c->id) == 0);

    for (int i = 0; i < 3; i++)
        p->paths[i] = xstrdup(paths[i]);
    p->can_close_input = true;
    process_settle(p, state, asked);
    events_recall(p, asked);
    return p;
}

neap_process *process_adopt(neap_container *c,
                            const char *id,
                            const process_state *state,
                            uint64_t asked)
{
    neap_process *p = container_process(c, id);

    if (p != NULL && p->made > asked) /* the answer may be of one before it */
        return neap_process_ref(p);
    if (p != NULL && process_is_another(p, state)) {
        process_replaced(p);
        p = NULL;
    }
    if (p != NULL)
        process_settle(neap_process_ref(p), state, asked);
    else
        p = adopt_new(c, id, state, asked);
    if (p->is_task && !p->vanished)
        container_has_task(c);
    return p;
}

static void
on_found(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__GetResponse *reply = (const void *)m;
    process_call *call = arg;
    neap_container *c = call->container;

    if (err != NULL) {
        if (err->code == NEAP_NOT_FOUND && call->id == NULL)
            container_had_no_task(c, call->asked);
        process_call_fail(call, err);
        return;
    }
    if (reply->process == NULL) {
        neap_error_set(&call->err, NEAP_INTERNAL, "container.task",
                       "containerd sent no process");
        process_call_fail(call, &call->err);
        return;
    }
    call->process = process_adopt(c, call->id != NULL ? call->id : c->id,
                                  reply->process, call->asked);
    if (call->has_io && call->process->io == NULL &&
        !neap_process_attach(call->process, &call->io, &call->err)) {
        process_call_fail(call, &call->err);
        return;
    }
    process_call_deliver(call);
}

static neap_request *
find(process_call *call, const char *op, const neap_stdio *io)
{
    neap_container *c = call->container;

    if (c->client->rpc == NULL)
        return client_fail_closed(c->client, process_call_deliver_failure, call,
                                  op, c->id);
    if (c->gone)
        return client_fail(c->client, process_call_deliver_failure, call,
                           NEAP_NOT_FOUND, op, c->id,
                           "container \"%s\" was deleted", c->id);
    events_ensure(c->client->events);
    process_call_keep_io(call, io);
    call->asked = events_moment(c->client);
    return get(c, call->id != NULL ? call->id : "", on_found, call);
}

neap_request *neap_task_load(neap_container *container,
                             const neap_stdio *io,
                             neap_process_cb cb,
                             void *arg)
{
    return find(process_call_new(container, cb, arg), "container.task", io);
}

neap_request *neap_task_process(neap_task *task,
                                const char *id,
                                const neap_stdio *io,
                                neap_process_cb cb,
                                void *arg)
{
    process_call *call = process_call_new(task->container, cb, arg);

    call->id = xstrdup(id);
    return find(call, "task.process", io);
}
