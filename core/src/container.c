#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "process.h"
#include "record.h"
#include "request.h"

/* --- life ----------------------------------------------------------------- */

neap_container *container_find(const neap_client *client, const char *id)
{
    neap_container *found;

    HASH_FIND_STR(client->containers, id, found);
    return found;
}

neap_container *neap_container_known(neap_client *client, const char *id)
{
    return container_find(client, id);
}

neap_container *container_adopt(neap_client *client,
                                const container_record *reply)
{
    neap_container *c = container_find(client, reply->id);

    if (c != NULL && record_is_same(c->record, reply)) {
        record_free(c->record);
        c->record = record_copy(reply);
        return neap_container_ref(c);
    }
    if (c != NULL)
        container_set_gone(c);
    c = xcalloc(1, sizeof *c);
    c->refs = 1;
    c->client = neap_client_ref(client);
    c->record = record_copy(reply);
    c->id = xstrdup(reply->id);
    HASH_ADD_KEYPTR(hh, client->containers, c->id, strlen(c->id), c);
    return c;
}

neap_container *neap_container_ref(neap_container *container)
{
    container->refs++;
    return container;
}

void neap_container_unref(neap_container *container)
{
    if (container == NULL || --container->refs > 0)
        return;
    if (container->gone)
        DL_DELETE(container->client->gone, container);
    else
        HASH_DEL(container->client->containers, container);
    record_free(container->record);
    neap_client_unref(container->client);
    free(container->id);
    free(container);
}

void container_set_gone(neap_container *container)
{
    if (container->gone)
        return;
    container->gone = true;
    HASH_DEL(container->client->containers, container);
    DL_APPEND(container->client->gone, container);
}

neap_process *container_process(const neap_container *container, const char *id)
{
    for (neap_process *p = container->processes; p != NULL; p = p->next)
        if (strcmp(p->id, id) == 0)
            return p;
    return NULL;
}

neap_task *neap_container_task(const neap_container *container)
{
    return container_process(container, container->id);
}

neap_container **containers_hold(neap_client *client, size_t *count)
{
    size_t room = HASH_COUNT(client->containers);
    neap_container **all, *c, *next;

    DL_FOREACH(client->gone, c)
    room++;
    all = xcalloc(room, sizeof *all);
    *count = 0;
    HASH_ITER(hh, client->containers, c, next)
    all[(*count)++] = neap_container_ref(c);
    DL_FOREACH(client->gone, c)
    all[(*count)++] = neap_container_ref(c);
    return all;
}

void containers_release(neap_container **all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        neap_container_unref(all[i]);
    free(all);
}

void containers_close(neap_client *client)
{
    size_t count;
    neap_container **all = containers_hold(client, &count);

    for (size_t i = 0; i < count; i++)
        processes_close(all[i]);
    containers_release(all, count);
}

/* --- requests that answer with a container -------------------------------- */

typedef struct container_call {
    neap_request req;          /* first; of what changes something */
    neap_client *client;       /* a reference */
    neap_container *container; /* a reference, or NULL */
    neap_container_cb cb;
    neap_done_cb done;
    void *arg;
} container_call;

/* A change is not torn: what was sent is finished. */
static void never_torn(neap_request *req)
{
    (void)req;
}

static container_call *call_of(neap_client *client, void *arg)
{
    container_call *call = xcalloc(1, sizeof *call);

    call->req.cancel = never_torn;
    call->client = neap_client_ref(client);
    call->arg = arg;
    return call;
}

static void call_free(container_call *call)
{
    neap_container_unref(call->container);
    neap_client_unref(call->client);
    free(call);
}

static void deliver_failure(void *ctx, const neap_error *err)
{
    container_call *call = ctx;

    if (call->cb != NULL)
        call->cb(call->arg, err, NULL);
    else
        call->done(call->arg, err);
    call_free(call);
}

static void
deliver(container_call *call, const neap_error *err, const container_record *r)
{
    if (err != NULL) {
        deliver_failure(call, err);
        return;
    }
    call->cb(call->arg, NULL, container_adopt(call->client, r));
    call_free(call);
}

static void
on_create(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Containers__V1__CreateContainerResponse *reply =
        (const void *)m;
    container_call *call = arg;

    if (err == NULL) {
        call->container = container_adopt(call->client, reply->container);
        call->container->knows = TASK_NONE;
    }
    deliver(call, err, err == NULL ? reply->container : NULL);
}

static void on_get(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Containers__V1__GetContainerResponse *reply =
        (const void *)m;

    deliver(arg, err, err == NULL ? reply->container : NULL);
}

neap_request *neap_container_create(neap_client *client,
                                    const neap_container_config *config,
                                    neap_container_cb cb,
                                    void *arg)
{
    static const rpc_method method = {
        "container.create",
        "/containerd.services.containers.v1.Containers/Create",
        &containerd__services__containers__v1__create_container_response__descriptor,
    };
    Containerd__Services__Containers__V1__CreateContainerRequest request =
        CONTAINERD__SERVICES__CONTAINERS__V1__CREATE_CONTAINER_REQUEST__INIT;
    container_call *call = call_of(client, arg);
    rpc_options options = { .id = config->id, .timeout_s = -1 };

    call->cb = cb;
    if (client->rpc == NULL)
        return client_fail_closed(client, deliver_failure, call, method.op,
                                  config->id);
    events_ensure(client->events);
    request.container = record_from_config(config);
    rpc_unary(client->rpc, &method, &request.base, &options, on_create, call);
    record_shell_free(request.container);
    return &call->req;
}

#define GET(op)                                                                       \
    {                                                                                 \
        op, "/containerd.services.containers.v1.Containers/Get",                      \
            &containerd__services__containers__v1__get_container_response__descriptor \
    }

static const rpc_method load = GET("container.load");
static const rpc_method refresh = GET("container.refresh");

static neap_request *get_record(container_call *call,
                                const rpc_method *method,
                                const char *id,
                                rpc_cb cb)
{
    Containerd__Services__Containers__V1__GetContainerRequest request =
        CONTAINERD__SERVICES__CONTAINERS__V1__GET_CONTAINER_REQUEST__INIT;
    rpc_options options = { .id = id };

    if (call->client->rpc == NULL)
        return client_fail_closed(call->client, deliver_failure, call,
                                  method->op, id);
    events_ensure(call->client->events);
    request.id = (char *)id;
    return rpc_unary(call->client->rpc, method, &request.base, &options, cb,
                     call);
}

neap_request *neap_container_load(neap_client *client,
                                  const char *id,
                                  neap_container_cb cb,
                                  void *arg)
{
    container_call *call = call_of(client, arg);

    call->cb = cb;
    return get_record(call, &load, id, on_get);
}

/* --- requests about one container ----------------------------------------- */

static container_call *
about(neap_container *container, neap_done_cb done, void *arg)
{
    container_call *call = call_of(container->client, arg);

    call->container = neap_container_ref(container);
    call->done = done;
    return call;
}

static void finish(container_call *call, const neap_error *err)
{
    if (err != NULL && err->code == NEAP_NOT_FOUND)
        container_set_gone(call->container);
    deliver_failure(call, err);
}

static neap_request *fail_gone(container_call *call, const char *op)
{
    return client_fail(call->client, deliver_failure, call, NEAP_NOT_FOUND, op,
                       call->container->id, "container \"%s\" was deleted",
                       call->container->id);
}

static void take_record(container_call *call,
                        const neap_error *err,
                        const container_record *r)
{
    neap_container *c = call->container;
    neap_error gone = { 0 };

    if (err == NULL && !record_is_same(c->record, r)) {
        neap_error_set(&gone, NEAP_NOT_FOUND, "container.refresh",
                       "container \"%s\" was deleted, and another made", c->id);
        err = &gone;
    } else if (err == NULL) {
        record_free(c->record);
        c->record = record_copy(r);
    }
    finish(call, err);
    neap_error_clear(&gone);
}

static void
on_refresh(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Containers__V1__GetContainerResponse *reply =
        (const void *)m;

    take_record(arg, err, err == NULL ? reply->container : NULL);
}

neap_request *
neap_container_refresh(neap_container *container, neap_done_cb cb, void *arg)
{
    container_call *call = about(container, cb, arg);

    if (container->gone)
        return fail_gone(call, refresh.op);
    return get_record(call, &refresh, container->id, on_refresh);
}

static void
on_update(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Containers__V1__UpdateContainerResponse *reply =
        (const void *)m;

    take_record(arg, err, err == NULL ? reply->container : NULL);
}

neap_request *neap_container_update(neap_container *container,
                                    const neap_label *labels,
                                    size_t label_count,
                                    neap_done_cb cb,
                                    void *arg)
{
    static const rpc_method method = {
        "container.update",
        "/containerd.services.containers.v1.Containers/Update",
        &containerd__services__containers__v1__update_container_response__descriptor,
    };
    Containerd__Services__Containers__V1__UpdateContainerRequest request =
        CONTAINERD__SERVICES__CONTAINERS__V1__UPDATE_CONTAINER_REQUEST__INIT;
    container_call *call = about(container, cb, arg);
    rpc_options options = { .id = container->id, .timeout_s = -1 };

    if (container->client->rpc == NULL)
        return client_fail_closed(container->client, deliver_failure, call,
                                  method.op, container->id);
    if (container->gone)
        return fail_gone(call, method.op);
    request.container =
        record_with_labels(container->record, labels, label_count);
    request.update_mask = record_label_mask(labels, label_count);
    rpc_unary(container->client->rpc, &method, &request.base, &options,
              on_update, call);
    record_shell_free(request.container);
    record_mask_free(request.update_mask);
    return &call->req;
}

/* --- deleting --------------------------------------------------------------
 *
 * containerd deletes a record under a running task, which orphans the task. So:
 *   1. Known to have a task: refused here.
 *   2. Not known: Tasks/Get; NOT_FOUND goes on, anything else ends it.
 *   3. Containers/Delete.
 */

static void
on_delete(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    container_call *call = arg;

    (void)m;
    if (err == NULL)
        container_set_gone(call->container);
    finish(call, err);
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
    neap_error refused = { 0 };

    (void)m;
    if (err != NULL && err->code == NEAP_NOT_FOUND &&
        call->client->rpc != NULL) {
        call->container->knows = TASK_NONE;
        delete_record(call);
        return;
    }
    if (err == NULL) {
        call->container->knows = TASK_PRESENT;
        refuse(call, &refused);
        err = &refused;
    }
    deliver_failure(call, err);
    neap_error_clear(&refused);
}

neap_request *
neap_container_delete(neap_container *container, neap_done_cb cb, void *arg)
{
    container_call *call = about(container, cb, arg);

    if (container->client->rpc == NULL)
        return client_fail_closed(container->client, deliver_failure, call,
                                  "container.delete", container->id);
    if (container->gone)
        return fail_gone(call, "container.delete");
    switch (container->knows) {
    case TASK_PRESENT:
        return client_fail(container->client, deliver_failure, call,
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
