#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "memory.h"
#include "process.h"
#include "record.h"
#include "request.h"

/*
 * Listing, in stages:
 *   1. Containers/ListStream, a record a message: a List over 16 MiB is
 *      refused.
 *   2. Tasks/List, where tasks are asked for; each is given to its record.
 * A failure ends it; records found so far are released.
 */
typedef struct listing {
    neap_request req;    /* first */
    neap_client *client; /* a reference */
    rpc_stream *stream;
    neap_request *flying; /* what is cancelled */
    neap_error err;       /* of its own */
    neap_found *found;    /* references */
    size_t count, room;
    bool tasks;
    uint64_t asked; /* the moment when tasks were asked for */
    neap_containers_cb cb;
    void *arg;
} listing;

static void read_next(listing *l);

static void finish(listing *l, const neap_error *err)
{
    if (err != NULL) {
        for (size_t i = 0; i < l->count; i++)
            neap_container_unref(l->found[i].container);
        free(l->found);
        l->cb(l->arg, err, NULL, 0);
    } else {
        l->cb(l->arg, NULL, l->found, l->count);
    }
    neap_error_clear(&l->err);
    neap_client_unref(l->client);
    free(l);
}

/* --- 2. tasks ------------------------------------------------------------- */

static void
give_task(const listing *l,
          neap_found *found,
          const Containerd__Services__Tasks__V1__ListTasksResponse *list)
{
    neap_container *c = found->container;

    for (size_t i = 0; i < list->n_tasks; i++)
        if (strcmp(list->tasks[i]->id, c->id) == 0) {
            found->task = process_adopt(c, c->id, list->tasks[i], l->asked);
            return;
        }
    if (c->knows == TASK_UNKNOWN)
        c->knows = TASK_NONE;
}

static void
on_tasks(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__ListTasksResponse *reply =
        (const void *)m;
    listing *l = arg;

    for (size_t i = 0; err == NULL && i < l->count; i++)
        give_task(l, &l->found[i], reply);
    finish(l, err);
}

static void list_tasks(listing *l)
{
    static const rpc_method method = {
        "client.restore", "/containerd.services.tasks.v1.Tasks/List",
        &containerd__services__tasks__v1__list_tasks_response__descriptor
    };
    Containerd__Services__Tasks__V1__ListTasksRequest request =
        CONTAINERD__SERVICES__TASKS__V1__LIST_TASKS_REQUEST__INIT;

    l->asked = events_moment(l->client);
    l->flying =
        rpc_unary(l->client->rpc, &method, &request.base, NULL, on_tasks, l);
}

/* --- 1. records ----------------------------------------------------------- */

static void keep(listing *l, neap_container *c)
{
    if (l->count == l->room) {
        l->room = l->room * 2 + 16;
        l->found = xrealloc(l->found, l->room * sizeof *l->found);
    }
    l->found[l->count++] = (neap_found){ .container = c };
}

static void on_end(listing *l, const neap_error *err)
{
    rpc_stream_close(l->stream);
    l->stream = NULL;
    if (err == NULL && l->tasks && l->client->rpc == NULL) {
        neap_error_set(&l->err, NEAP_CANCELLED, "client.restore",
                       "the client was closed");
        err = &l->err;
    }
    if (err == NULL && l->tasks)
        list_tasks(l);
    else
        finish(l, err);
}

static void
on_message(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    Containerd__Services__Containers__V1__ListContainerMessage *m;
    listing *l = arg;

    if (err != NULL || data == NULL) {
        on_end(l, err);
        return;
    }
    m = containerd__services__containers__v1__list_container_message__unpack(
        NULL, size, data);
    if (m == NULL) {
        neap_error_set(&l->err, NEAP_INTERNAL, "client.containers",
                       "containerd sent a malformed record");
        on_end(l, &l->err);
        return;
    }
    if (m->container != NULL)
        keep(l, container_adopt(l->client, m->container));
    containerd__services__containers__v1__list_container_message__free_unpacked(
        m, NULL);
    read_next(l);
}

static void read_next(listing *l)
{
    l->flying = rpc_stream_read(l->stream, on_message, l);
}

static void send_filters(listing *l, const char *const *filters, size_t count)
{
    Containerd__Services__Containers__V1__ListContainersRequest request =
        CONTAINERD__SERVICES__CONTAINERS__V1__LIST_CONTAINERS_REQUEST__INIT;
    uint8_t *bytes;
    size_t size;

    request.filters = (char **)filters;
    request.n_filters = count;
    size = protobuf_c_message_get_packed_size(&request.base);
    bytes = xmalloc(size);
    protobuf_c_message_pack(&request.base, bytes);
    rpc_stream_send(l->stream, bytes, size);
    free(bytes);
}

static void cancel_listing(neap_request *req)
{
    neap_request_cancel(((listing *)req)->flying);
}

static void fail_listing(void *ctx, const neap_error *err)
{
    finish(ctx, err);
}

neap_request *neap_container_list(neap_client *client,
                                  const char *const *filters,
                                  size_t filter_count,
                                  bool tasks,
                                  neap_containers_cb cb,
                                  void *arg)
{
    listing *l = xcalloc(1, sizeof *l);
    rpc_options options = { .op = "client.containers",
                            .timeout_s = client->timeout_s };

    l->req.cancel = cancel_listing;
    l->client = neap_client_ref(client);
    l->tasks = tasks;
    l->cb = cb;
    l->arg = arg;
    if (client->rpc == NULL)
        return client_fail_closed(client, fail_listing, l, options.op, NULL);
    if (tasks)
        events_ensure(client->events);
    l->stream = rpc_stream_open(
        client->rpc, "/containerd.services.containers.v1.Containers/ListStream",
        &options);
    send_filters(l, filters, filter_count);
    read_next(l);
    return &l->req;
}
