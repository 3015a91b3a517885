#include "container_call.h"
#include "memory.h"
#include "process.h"

/*
 * containerd deletes a record under a running task, which orphans the task. So:
 *   1. Known to have a task: refused here.
 *   2. Not known: Tasks/Get; NOT_FOUND goes on, unless a task was told of
 *      meanwhile; anything else ends it.
 *   3. Containers/Delete.
 */

static void
on_delete(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    container_call *call = arg;

    (void)m;
    if (err == NULL)
        container_set_gone(call->container);
    container_call_finish(call, err);
}

static void delete_record(container_call *call)
{
    static const rpc_method method = {
        "container.delete",
        "/containerd.services.containers.v1.Containers/Delete",
        &google__protobuf__empty__descriptor,
    };
    Containerd__Services__Containers__V1__DeleteContainerRequest request =
        CONTAINERD__SERVICES__CONTAINERS__V1__DELETE_CONTAINER_REQUEST__INIT;
    rpc_options options = { .id = call->container->id, .timeout_s = -1 };

    request.id = call->container->id;
    rpc_unary(call->client->rpc, &method, &request.base, &options, on_delete,
              call);
}

static void refuse(container_call *call, neap_error *err)
{
    neap_error_set(err, NEAP_FAILED_PRECONDITION, "container.delete",
                   "container \"%s\" has a task; delete that first, or force",
                   call->container->id);
    err->id = xstrdup(call->container->id);
}

static void on_task(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    container_call *call = arg;
    neap_container *c = call->container;
    bool is_none = err != NULL && err->code == NEAP_NOT_FOUND;
    neap_error refused = { 0 };

    (void)m;
    if (err == NULL)
        container_has_task(c);
    if (is_none && c->knows != TASK_PRESENT && call->client->rpc != NULL) {
        c->knows = TASK_NONE;
        delete_record(call);
        return;
    }
    if (err == NULL || (is_none && c->knows == TASK_PRESENT)) {
        refuse(call, &refused);
        err = &refused;
    }
    container_call_fail(call, err);
    neap_error_clear(&refused);
}

neap_request *
neap_container_delete(neap_container *container, neap_done_cb cb, void *arg)
{
    container_call *call = container_call_about(container, cb, arg);

    if (container->client->rpc == NULL)
        return client_fail_closed(container->client, container_call_fail, call,
                                  "container.delete", container->id);
    if (container->gone)
        return container_call_refuse_gone(call, "container.delete");
    switch (container->knows) {
    case TASK_PRESENT:
        return client_fail(container->client, container_call_fail, call,
                           NEAP_FAILED_PRECONDITION, "container.delete",
                           container->id,
                           "container \"%s\" has a task; delete that first, "
                           "or force",
                           container->id);
    case TASK_UNKNOWN:
        task_get(container, on_task, call);
        break;
    case TASK_NONE:
        delete_record(call);
    }
    return &call->req;
}
