#include "container_call.h"

#include <stdlib.h>

#include "memory.h"
#include "record.h"

/* --- requests that answer with a container -------------------------------- */

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

void container_call_fail(void *ctx, const neap_error *err)
{
    container_call *call = ctx;

    if (call->cb != NULL)
        call->cb(call->arg, err, NULL);
    else
        call->done(call->arg, err);
    call_free(call);
}

/* Where there is a reply but no record in it, that is an error. */
static const neap_error *
missing(const neap_error *err, const container_record *r, neap_error *space)
{
    if (err != NULL || r != NULL)
        return err;
    neap_error_set(space, NEAP_INTERNAL, "container.load",
                   "containerd sent no record");
    return space;
}

static void
deliver(container_call *call, const neap_error *err, const container_record *r)
{
    neap_error none = { 0 };

    err = missing(err, r, &none);
    if (err != NULL) {
        container_call_fail(call, err);
        neap_error_clear(&none);
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

    if (err == NULL && reply->container != NULL) {
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
        return client_fail_closed(client, container_call_fail, call, method.op,
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
        return client_fail_closed(call->client, container_call_fail, call,
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

container_call *
container_call_about(neap_container *container, neap_done_cb done, void *arg)
{
    container_call *call = call_of(container->client, arg);

    call->container = neap_container_ref(container);
    call->done = done;
    return call;
}

void container_call_finish(container_call *call, const neap_error *err)
{
    if (err != NULL && err->code == NEAP_NOT_FOUND)
        container_set_gone(call->container);
    container_call_fail(call, err);
}

neap_request *container_call_refuse_gone(container_call *call, const char *op)
{
    return client_fail(call->client, container_call_fail, call, NEAP_NOT_FOUND,
                       op, call->container->id, "container \"%s\" was deleted",
                       call->container->id);
}

static void take_record(container_call *call,
                        const neap_error *err,
                        const container_record *r)
{
    neap_container *c = call->container;
    neap_error gone = { 0 };

    err = missing(err, r, &gone);
    if (err == NULL && !record_is_same(c->record, r)) {
        neap_error_set(&gone, NEAP_NOT_FOUND, "container.refresh",
                       "container \"%s\" was deleted, and another made", c->id);
        err = &gone;
    } else if (err == NULL) {
        record_free(c->record);
        c->record = record_copy(r);
    }
    container_call_finish(call, err);
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
    container_call *call = container_call_about(container, cb, arg);

    if (container->gone)
        return container_call_refuse_gone(call, refresh.op);
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
    container_call *call = container_call_about(container, cb, arg);
    rpc_options options = { .id = container->id, .timeout_s = -1 };

    if (container->client->rpc == NULL)
        return client_fail_closed(container->client, container_call_fail, call,
                                  method.op, container->id);
    if (container->gone)
        return container_call_refuse_gone(call, method.op);
    request.container =
        record_with_labels(container->record, labels, label_count);
    request.update_mask = record_label_mask(labels, label_count);
    rpc_unary(container->client->rpc, &method, &request.base, &options,
              on_update, call);
    record_shell_free(request.container);
    record_mask_free(request.update_mask);
    return &call->req;
}
