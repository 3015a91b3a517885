#include <string.h>

#include "memory.h"
#include "process.h"
#include "process_call.h"
#include "record.h"

/*
 * Finding a task or an exec that is there: Tasks/Get, and the handle for what
 * it answers, which may be there by then.
 */

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
