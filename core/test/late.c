#include "late.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void late_tell(scene *s, const char *what, const char *type, int pid)
{
    char topic[32];

    snprintf(topic, sizeof topic, "/tasks/%s", what);
    daemon_event(&s->w, topic, type, "{'container_id': 'box', 'pid': %d}", pid);
}

void late_tell_pause(scene *s, const char *what)
{
    char topic[32];

    snprintf(topic, sizeof topic, "/tasks/%s", what);
    daemon_event(&s->w, topic, "TaskPaused", "{'container_id': 'box'}");
}

void late_get_says(scene *s, const char *process)
{
    daemon_answer(&s->w, "Tasks/Get", "{'process': %s}", process);
}

void late_list_says(scene *s, const char *process)
{
    daemon_answer(&s->w, "Tasks/List", "{'tasks': [%s]}", process);
}

void late_ask(scene *s, reply *r, const char *process)
{
    unsigned asked = daemon_calls(&s->w, "Tasks/Get");

    *r = (reply){ 0 };
    late_get_says(s, process);
    daemon_hold(&s->w, "Tasks/Get");
    neap_task_load(s->box, NULL, reply_process, r);
    daemon_await(&s->w, "Tasks/Get", asked + 1);
}

neap_process *late_answered(scene *s, reply *r)
{
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/Get");
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK && r->process != NULL);
    return r->process;
}

neap_task *late_found(scene *s, const char *process)
{
    reply r;

    late_ask(s, &r, process);
    return late_answered(s, &r);
}

void late_restore(scene *s, reply *r, const char *process)
{
    *r = (reply){ 0 };
    daemon_answer(&s->w, "Containers/ListStream",
                  "{'container': {'id': 'box', 'created_at': 1}}");
    late_list_says(s, process);
    daemon_hold(&s->w, "Tasks/List");
    neap_container_list(s->client, NULL, 0, true, reply_found, r);
    daemon_await(&s->w, "Tasks/List", 1);
}

neap_task *late_restored(scene *s, reply *r)
{
    neap_task *task;

    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK && r->found_count == 1);
    task = r->found[0].task;
    neap_container_unref(r->found[0].container);
    free(r->found);
    return task;
}

neap_status late_status_of(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_status(p, reply_status, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.status;
}

void late_expect_exit(scene *s, neap_process *p, uint32_t code)
{
    reply r;

    reply_wait(p, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.exit.code == code && !r.exit.lost);
    assert(daemon_calls(&s->w, "Events/Publish") == 0);
}

void late_break(scene *s)
{
    daemon_break(&s->w, s->client);
    daemon_await_subscription(&s->w);
}
