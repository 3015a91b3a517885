#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "containerd/events.pb-c.h"
#include "event.h"
#include "events_private.h"
#include "memory.h"
#include "process.h"
#include "record.h"

/* --- listeners ------------------------------------------------------------ */

struct neap_listener {
    neap_listener *next;
    events *e;
    neap_event_cb cb;
    void *arg;
    bool closed;
};

neap_listener *
neap_events_listen(neap_client *client, neap_event_cb cb, void *arg)
{
    neap_listener *l = xcalloc(1, sizeof *l), **at;

    *l = (neap_listener){ .e = client->events, .cb = cb, .arg = arg };
    for (at = &client->events->listeners; *at != NULL; at = &(*at)->next)
        ;
    *at = l;
    neap_client_ref(client);
    events_ensure(client->events);
    return l;
}

/* While listeners are being called, a closed one stays in its place. */
static void sweep_listeners(events *e)
{
    neap_listener **at = &e->listeners, *l;

    while ((l = *at) != NULL) {
        if (!l->closed) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        free(l);
    }
}

void neap_listener_close(neap_listener *listener)
{
    neap_client *client;

    if (listener == NULL || listener->closed)
        return;
    client = listener->e->client;
    listener->closed = true;
    if (listener->e->telling == 0)
        sweep_listeners(listener->e);
    neap_client_unref(client);
}

static void tell(events *e, const neap_event *view)
{
    e->telling++;
    for (neap_listener *l = e->listeners; l != NULL; l = l->next)
        if (!l->closed)
            l->cb(l->arg, view);
    if (--e->telling == 0)
        sweep_listeners(e);
}

void events_found_exit(events *e, const neap_process *process)
{
    neap_event view = {
        .topic = "/tasks/exit",
        .time = process->exit.time != 0 ? process->exit.time : record_now(),
        .container = process->container->id,
        .process = process->id,
        .pid = process->pid,
        .code = process->exit.code,
        .has_pid = process->pid != 0,
        .has_code = true,
        .synthetic = true,
    };

    tell(e, &view);
}

/* --- what is heard ------------------------------------------------------- */

static bool is_mine(const events *e, const event *ev)
{
    return ev->view.payload_size == strlen(e->nonce) &&
           memcmp(ev->view.payload, e->nonce, ev->view.payload_size) == 0;
}

static void on_event(events *e, event *ev)
{
    bool known;

    ev->moment = events_next_moment(e->client);
    if (!e->live)
        e->live_since = ev->moment;
    e->live = true;
    e->backoff_s = EVENTS_BACKOFF_MIN_S;
    if (strcmp(ev->view.topic, EVENTS_HELLO) == 0) {
        if (is_mine(e, ev))
            events_heard_hello(e);
        return;
    }
    known = events_apply(e, ev);
    tell(e, &ev->view);
    if (!known)
        events_remember(e, ev);
}

/* --- the subscription ----------------------------------------------------- */

static void subscribe(events *e);
static void read_next(events *e);

static void on_retry(void *arg)
{
    events *e = arg;

    timer_close(&e->retry);
    subscribe(e);
    events_doubt(e, 0);
}

static void on_broken(events *e)
{
    rpc_stream_close(e->stream);
    e->stream = NULL;
    if (e->live || e->lost_at == 0)
        e->lost_at = (double)uv_hrtime() / 1e9;
    e->live = false;
    events_forget(e);
    events_broke(e);
    e->retry = timer_open(e->client->loop, e->backoff_s, on_retry, e);
    e->backoff_s *= 2;
    if (e->backoff_s > EVENTS_BACKOFF_MAX_S)
        e->backoff_s = EVENTS_BACKOFF_MAX_S;
}

static void
take(events *e, const neap_error *err, const uint8_t *data, size_t size)
{
    event ev;

    if (err != NULL || data == NULL) {
        on_broken(e);
        return;
    }
    read_next(e); /* first: nothing that follows may hold up the stream */
    if (event_read(&ev, data, size))
        on_event(e, &ev);
    event_free(&ev);
}

/* A closed stream answers too, when the last handle may be gone. */
static void
on_message(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    neap_client *client = arg;

    if (!client->events->closed)
        take(client->events, err, data, size);
    neap_client_unref(client);
}

static void read_next(events *e)
{
    rpc_stream_read(e->stream, on_message, neap_client_ref(e->client));
}

static void subscribe(events *e)
{
    Containerd__Services__Events__V1__SubscribeRequest request =
        CONTAINERD__SERVICES__EVENTS__V1__SUBSCRIBE_REQUEST__INIT;
    rpc_options options = { .op = "events.subscribe", .background = true };
    char *filter = xasprintf("namespace==%s", e->client->ns);
    uint8_t *bytes;
    size_t size;

    request.filters = &filter;
    request.n_filters = 1;
    size = protobuf_c_message_get_packed_size(&request.base);
    bytes = xmalloc(size);
    protobuf_c_message_pack(&request.base, bytes);
    e->stream = rpc_stream_open(
        e->client->rpc, "/containerd.services.events.v1.Events/Subscribe",
        &options);
    rpc_stream_send(e->stream, bytes, size);
    read_next(e);
    free(bytes);
    free(filter);
}

void events_ensure(events *e)
{
    if (!e->closed && e->stream == NULL && e->retry == NULL)
        subscribe(e);
}

uint64_t events_moment(const neap_client *client)
{
    return client->events->moment;
}

uint64_t events_next_moment(neap_client *client)
{
    return ++client->events->moment;
}

bool events_are_whole_since(const neap_client *client, uint64_t moment)
{
    return client->events->live && moment >= client->events->live_since;
}

bool neap_events_are_live(const neap_client *client)
{
    return client->events->live;
}

/* --- life ----------------------------------------------------------------- */

events *events_new(neap_client *client)
{
    events *e = xcalloc(1, sizeof *e);

    e->client = client;
    e->backoff_s = EVENTS_BACKOFF_MIN_S;
    e->long_outage_s = EVENTS_LONG_OUTAGE_S;
    e->list_again_s = EVENTS_LIST_AGAIN_S;
    snprintf(e->nonce, sizeof e->nonce, "%d-%p-%llu", (int)getpid(), (void *)e,
             (unsigned long long)uv_hrtime());
    return e;
}

void events_close(events *e)
{
    e->closed = true;
    e->live = false;
    timer_close(&e->retry);
    timer_close(&e->proof);
    timer_close(&e->again);
    rpc_stream_close(e->stream);
    e->stream = NULL;
    events_fail_settlers(e, NEAP_CANCELLED, "the client was closed");
    tell(e, NULL);
}

void events_free(events *e)
{
    events_forget(e);
    free(e);
}
