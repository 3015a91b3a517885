#include <stdlib.h>
#include <string.h>

#include "containerd/events.pb-c.h"
#include "events_private.h"
#include "memory.h"
#include "process.h"
#include "request.h"

/*
 * Proving the subscription, in stages:
 *   1. `proof` fires: is there still a handle whose exit could pass unheard?
 *   2. Events/Publish of an event of our own; again, later, until it is heard:
 *      a subscription that is not up yet misses it.
 *   3. It is heard: from here on nothing is missed. Tasks/List, once.
 *   4. Each handle takes over what was listed; what is not there is lost.
 * When containerd is away each stage ends, and the stream's reopening starts
 * anew.
 */

/* A new subscription is up within a few ms; asking sooner asks in vain. */
#define LANDING_S     0.03
#define HELLO_AGAIN_S 0.15

/* Shims repeat an exit for some 15 s without containerd, then drop it. */
#define LONG_OUTAGE_S 10.0
#define LIST_AGAIN_S  20.0

static double monotonic(void)
{
    return (double)uv_hrtime() / 1e9;
}

static bool any_needs_proof(const events *e)
{
    neap_container *c, *next;

    if (e->settlers != NULL)
        return true;
    HASH_ITER(hh, e->client->containers, c, next)
    for (neap_process *p = c->processes; p != NULL; p = p->next)
        if (process_needs_proof(p) && p->waiters != NULL)
            return true;
    return false;
}

/* --- 4. settling ---------------------------------------------------------- */

struct settler {
    neap_request req; /* first */
    settler *next;
    events *e;
    loop_task late;
    neap_done_cb cb;
    void *arg;
    neap_error err;
    neap_client *client; /* a reference */
};

static void answer_settler(loop_task *task)
{
    settler *s = (settler *)((char *)task - offsetof(settler, late));

    loop_release(s->client->loop);
    s->cb(s->arg, s->err.code != NEAP_OK ? &s->err : NULL);
    neap_error_clear(&s->err);
    neap_client_unref(s->client);
    free(s);
}

static void ignore_cancel(neap_request *req)
{
    (void)req;
}

static void finish_settler(settler *s)
{
    s->req.cancel = ignore_cancel;
    s->late.run = answer_settler;
    loop_defer(s->client->loop, &s->late);
}

static void finish_settlers(events *e, const neap_error *err)
{
    settler *s = e->settlers, *next;

    e->settlers = NULL;
    for (; s != NULL; s = next) {
        next = s->next;
        if (err != NULL)
            neap_error_copy(&s->err, err);
        finish_settler(s);
    }
}

void events_fail_settlers(events *e, neap_code code, const char *why)
{
    neap_error err = { 0 };

    neap_error_set(&err, code, "task.status", "%s", why);
    finish_settlers(e, &err);
    neap_error_clear(&err);
}

static void
settle_process(events *e, neap_process *p, const process_state *state)
{
    bool known = p->has_exit;

    neap_process_ref(p);
    if (state != NULL)
        process_settle(p, state, true);
    else
        process_lost(p);
    if (!known && p->has_exit)
        events_found_exit(e, p);
    neap_process_unref(p);
}

static const process_state *
find_state(const Containerd__Services__Tasks__V1__ListTasksResponse *list,
           const char *id)
{
    for (size_t i = 0; i < list->n_tasks; i++)
        if (strcmp(list->tasks[i]->id, id) == 0)
            return list->tasks[i];
    return NULL;
}

static void
on_exec_state(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__GetResponse *reply = (const void *)m;
    neap_process *p = arg;

    if (err == NULL)
        settle_process(p->client->events, p, reply->process);
    else if (err->code == NEAP_NOT_FOUND)
        settle_process(p->client->events, p, NULL);
    neap_process_unref(p);
}

/* Tasks/List tells of no execs: those whose task lives are asked for. */
static void settle_execs(neap_container *c)
{
    for (neap_process *p = c->processes; p != NULL; p = p->next)
        if (!p->is_task && process_needs_proof(p))
            process_get(p, on_exec_state, neap_process_ref(p));
}

static void on_list(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__ListTasksResponse *list =
        (const void *)m;
    neap_client *client = arg;
    events *e = client->events;
    neap_container *c, *next;

    e->listing = false;
    if (err == NULL && !e->closed) {
        HASH_ITER(hh, client->containers, c, next)
        {
            neap_task *task = neap_container_task(c);

            neap_container_ref(c);
            if (task != NULL && process_needs_proof(task))
                settle_process(e, task, find_state(list, c->id));
            settle_execs(c);
            neap_container_unref(c);
        }
        finish_settlers(e, NULL);
    } else if (!e->closed) {
        finish_settlers(e, err);
    }
    neap_client_unref(client);
}

/* --- 3. listing ----------------------------------------------------------- */

static void list(events *e)
{
    static const rpc_method method = {
        "task.list",
        "/containerd.services.tasks.v1.Tasks/List",
        &containerd__services__tasks__v1__list_tasks_response__descriptor,
    };
    Containerd__Services__Tasks__V1__ListTasksRequest request =
        CONTAINERD__SERVICES__TASKS__V1__LIST_TASKS_REQUEST__INIT;
    rpc_options options = { .background = e->settlers == NULL };

    if (e->listing)
        return;
    e->listing = true;
    rpc_unary(e->client->rpc, &method, &request.base, &options, on_list,
              neap_client_ref(e->client));
}

static void on_list_again(void *arg)
{
    events *e = arg;
    neap_container *c, *next;

    timer_close(&e->again);
    HASH_ITER(hh, e->client->containers, c, next)
    for (neap_process *p = c->processes; p != NULL; p = p->next)
        p->covered = false;
    list(e);
}

void events_heard_hello(events *e)
{
    bool was_long = e->lost_at != 0 && monotonic() - e->lost_at > LONG_OUTAGE_S;

    timer_close(&e->proof);
    e->hellos = 0;
    e->lost_at = 0;
    list(e);
    if (was_long && e->again == NULL)
        e->again = timer_open(e->client->loop, LIST_AGAIN_S, on_list_again, e);
}

/* --- 2. making it speak --------------------------------------------------- */

static void schedule(events *e, double delay_s);

static void
on_publish(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    neap_client *client = arg;

    (void)m;
    if (err != NULL && !client->events->closed)
        finish_settlers(client->events, err);
    neap_client_unref(client);
}

static void say_hello(events *e)
{
    static const rpc_method method = {
        "events.publish",
        "/containerd.services.events.v1.Events/Publish",
        &google__protobuf__empty__descriptor,
    };
    Containerd__Services__Events__V1__PublishRequest request =
        CONTAINERD__SERVICES__EVENTS__V1__PUBLISH_REQUEST__INIT;
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    rpc_options options = { .background = e->settlers == NULL };

    any.type_url = (char *)"neap.Hello";
    any.value.data = (uint8_t *)e->nonce;
    any.value.len = strlen(e->nonce);
    request.topic = (char *)EVENTS_HELLO;
    request.event = &any;
    rpc_unary(e->client->rpc, &method, &request.base, &options, on_publish,
              neap_client_ref(e->client));
    schedule(e, HELLO_AGAIN_S * (1 << (e->hellos < 4 ? e->hellos : 4)));
    e->hellos++;
}

/* --- 1. when -------------------------------------------------------------- */

static void on_proof(void *arg)
{
    events *e = arg;

    timer_close(&e->proof);
    if (e->closed || e->stream == NULL)
        return;
    if (any_needs_proof(e))
        say_hello(e);
    else
        e->hellos = 0;
}

static void schedule(events *e, double delay_s)
{
    double at = monotonic() + delay_s;

    if (e->proof != NULL && e->proof_at <= at)
        return;
    timer_close(&e->proof);
    e->proof_at = at;
    e->proof = timer_open(e->client->loop, delay_s, on_proof, e);
}

void events_need(events *e, neap_process *process)
{
    double delay_s = LANDING_S, grace_s;

    if (e->closed || !process_needs_proof(process))
        return;
    events_ensure(e);
    if (process->started_at != 0) {
        grace_s = process->started_at + e->client->grace_s - monotonic();
        if (grace_s > delay_s)
            delay_s = grace_s;
    }
    if (e->stream != NULL)
        schedule(e, delay_s);
}

neap_request *events_settle(events *e, neap_done_cb cb, void *arg)
{
    settler *s = xcalloc(1, sizeof *s);

    s->req.cancel = ignore_cancel;
    s->e = e;
    s->cb = cb;
    s->arg = arg;
    s->client = neap_client_ref(e->client);
    loop_hold(e->client->loop);
    events_ensure(e);
    if (e->stream == NULL) {
        neap_error_set(&s->err, NEAP_UNAVAILABLE, "task.status",
                       "containerd does not answer");
        finish_settler(s);
        return &s->req;
    }
    s->next = e->settlers;
    e->settlers = s;
    schedule(e, LANDING_S);
    return &s->req;
}

void events_uncover(events *e)
{
    neap_container *c, *next;

    timer_close(&e->proof);
    e->hellos = 0;
    events_fail_settlers(e, NEAP_UNAVAILABLE, "containerd does not answer");
    HASH_ITER(hh, e->client->containers, c, next)
    for (neap_process *p = c->processes; p != NULL; p = p->next)
        p->covered = false;
}

void events_recover(events *e)
{
    if (any_needs_proof(e))
        schedule(e, LANDING_S);
}
