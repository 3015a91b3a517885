#include <string.h>

#include "containerd/events.pb-c.h"
#include "events_private.h"
#include "process.h"

/*
 * Proving the subscription, in stages:
 *   1. `proof` fires: is there still a handle whose exit could pass unheard?
 *   2. Events/Publish of an event of our own; again, later, until it is heard:
 *      a subscription that is not up yet misses it.
 *   3. It is heard: from here on nothing is missed. Tasks/List, once.
 *   4. Each handle takes over what was listed; what is not there is lost.
 *      Stages 3 and 4 are in events_settle.c.
 * When containerd is away each stage ends, and the stream's reopening starts
 * anew.
 */

/* A new subscription is up within a few ms; asking sooner asks in vain. */
#define LANDING_S     0.03
#define HELLO_AGAIN_S 0.15

static double monotonic(void)
{
    return (double)uv_hrtime() / 1e9;
}

/* Does somebody wait for what might pass unheard, and was not asked for yet? */
static bool waits_in_doubt(const neap_process *p)
{
    return (p->waiters != NULL || p->owes_input_end) && p->asked == 0 &&
           process_needs_proof(p);
}

static bool any_in_doubt(const events *e)
{
    size_t count;
    neap_container **all;
    bool any = e->settlers != NULL;

    all = containers_hold(e->client, &count);
    for (size_t i = 0; i < count && !any; i++)
        for (neap_process *p = all[i]->processes; p != NULL; p = p->next)
            any = any || waits_in_doubt(p);
    containers_release(all, count);
    return any;
}

/* Growing, up to a few seconds. */
static double patience(int tries)
{
    return HELLO_AGAIN_S * (1 << (tries < 4 ? tries : 4));
}

static void schedule(events *e, double delay_s);

/* --- 3. heard ------------------------------------------------------------- */

void events_heard_hello(events *e)
{
    bool was_long =
        e->lost_at != 0 && monotonic() - e->lost_at > e->long_outage_s;

    timer_close(&e->proof);
    e->hellos = 0;
    e->lost_at = 0;
    events_list(e);
    if (was_long)
        events_list_again(e);
}

/* --- 2. making it speak --------------------------------------------------- */

static void
on_publish(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    neap_client *client = arg;

    (void)m;
    if (err != NULL && !client->events->closed)
        events_finish_settlers(client->events, err);
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
    schedule(e, patience(e->hellos++));
}

/* --- 1. when -------------------------------------------------------------- */

static void on_proof(void *arg)
{
    events *e = arg;

    timer_close(&e->proof);
    if (e->closed || e->stream == NULL || e->listing)
        return;
    if (any_in_doubt(e))
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

void events_doubt(events *e, int tries)
{
    if (any_in_doubt(e))
        schedule(e, tries > 0 ? patience(tries) : LANDING_S);
}

void events_broke(events *e)
{
    timer_close(&e->proof);
    e->hellos = 0;
    events_fail_settlers(e, NEAP_UNAVAILABLE, "containerd does not answer");
    events_uncover(e);
}
