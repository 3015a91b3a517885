#include <stdlib.h>
#include <string.h>

#include "events_private.h"
#include "memory.h"
#include "process.h"
#include "request.h"

/*
 * Stages 3 and 4 of events_proof.c: one listing settles every handle that might
 * have missed something; who only asked how things are is answered then too.
 */

static void each_process(events *e, void (*visit)(neap_process *p))
{
    size_t count;
    neap_container **all = containers_hold(e->client, &count);

    for (size_t i = 0; i < count; i++)
        for (neap_process *p = all[i]->processes; p != NULL; p = p->next)
            visit(p);
    containers_release(all, count);
}

/* --- who asked how things are --------------------------------------------- */

struct settler {
    neap_request req; /* first */
    settler *next;
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

void events_finish_settlers(events *e, const neap_error *err)
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
    events_finish_settlers(e, &err);
    neap_error_clear(&err);
}

neap_request *events_settle(events *e, neap_done_cb cb, void *arg)
{
    settler *s = xcalloc(1, sizeof *s);

    s->req.cancel = ignore_cancel;
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
    events_doubt(e, 0);
    return &s->req;
}

/* --- 4. settling ---------------------------------------------------------- */

/* A younger question may be on its way by now. */
static void is_answered(neap_process *p, uint64_t asked)
{
    if (p->asked == asked)
        p->asked = 0;
}

/* `state`, NULL where there is none, answers what was asked at `asked`. */
static void settle_process(events *e,
                           neap_process *p,
                           const process_state *state,
                           uint64_t asked)
{
    bool known = p->has_exit;

    neap_process_ref(p);
    is_answered(p, asked);
    if (state != NULL)
        process_settle(p, state, asked);
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

typedef struct exec_question {
    neap_process *exec; /* a reference */
    uint64_t asked;     /* the moment */
} exec_question;

static void
on_exec_state(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__GetResponse *reply = (const void *)m;
    exec_question *q = arg;
    neap_process *p = q->exec;
    events *e = p->client->events;

    if (err == NULL && reply->process != NULL)
        settle_process(e, p, reply->process, q->asked);
    else if (err != NULL && err->code == NEAP_NOT_FOUND)
        settle_process(e, p, NULL, q->asked);
    is_answered(p, q->asked);
    if (!e->closed)
        events_doubt(e, 1);
    neap_process_unref(p);
    free(q);
}

/* By now a new stream may have begun: the question is a moment of its own. */
static void ask_for_exec(neap_process *p)
{
    exec_question *q = xcalloc(1, sizeof *q);

    q->exec = neap_process_ref(p);
    q->asked = p->asked = events_moment(p->client);
    process_get(p, on_exec_state, q);
}

/* Tasks/List tells of no execs: those whose task lives are asked for. */
static void settle_execs(neap_container *c)
{
    for (neap_process *p = c->processes; p != NULL; p = p->next) {
        if (p->is_task || p->asked == 0)
            continue;
        if (neap_events_are_live(c->client) && process_needs_proof(p))
            ask_for_exec(p);
        else
            p->asked = 0;
    }
}

/* The execs come second: a lost task takes its own along. */
static void
settle_all(events *e,
           const Containerd__Services__Tasks__V1__ListTasksResponse *list)
{
    size_t count;
    neap_container **all = containers_hold(e->client, &count);

    for (size_t i = 0; i < count; i++) {
        neap_task *task = neap_container_task(all[i]);

        if (task != NULL && task->asked != 0 && process_needs_proof(task))
            settle_process(e, task, find_state(list, all[i]->id), task->asked);
        if (!e->closed)
            settle_execs(all[i]);
    }
    containers_release(all, count);
}

/* Who is settled by the next answer: not who comes while it is on its way. */
static void mark(neap_process *p)
{
    p->asked = process_needs_proof(p) ? events_moment(p->client) : 0;
}

static void unmark(neap_process *p)
{
    p->asked = 0;
}

static void uncover(neap_process *p)
{
    p->covered = false;
}

/* Nothing is known of tasks that others start or delete meanwhile, either. */
void events_uncover(events *e)
{
    neap_container *c, *next;

    each_process(e, uncover);
    HASH_ITER(hh, e->client->containers, c, next)
    c->knows = TASK_UNKNOWN;
}

/* --- 3. listing ----------------------------------------------------------- */

static void on_list(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    const Containerd__Services__Tasks__V1__ListTasksResponse *list =
        (const void *)m;
    neap_client *client = arg;
    events *e = client->events;

    e->listing = false;
    if (err == NULL && !e->closed)
        settle_all(e, list);
    else
        each_process(e, unmark);
    if (!e->closed) {
        e->failures = err != NULL ? e->failures + 1 : 0;
        events_finish_settlers(e, err);
        events_doubt(e, e->failures);
    }
    neap_client_unref(client);
}

void events_list(events *e)
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
    each_process(e, mark);
    rpc_unary(e->client->rpc, &method, &request.base, &options, on_list,
              neap_client_ref(e->client));
}

static void on_list_again(void *arg)
{
    events *e = arg;

    timer_close(&e->again);
    if (!e->live)
        return; /* the next outage has begun */
    events_uncover(e);
    events_list(e);
}

void events_list_again(events *e)
{
    if (e->again == NULL)
        e->again =
            timer_open(e->client->loop, e->list_again_s, on_list_again, e);
}
