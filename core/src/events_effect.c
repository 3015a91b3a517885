#include <string.h>

#include "container.h"
#include "event.h"
#include "events_private.h"
#include "process.h"

/* What an event does to the handles. */

static bool is_of_task(const event *ev)
{
    return strncmp(ev->view.topic, "/tasks/", strlen("/tasks/")) == 0;
}

/* "exit" of "/tasks/exit" */
static const char *word(const event *ev)
{
    return ev->view.topic + strlen("/tasks/");
}

static void on_start(neap_process *p, const event *ev)
{
    p->covered = true;
    if (ev->view.has_pid)
        p->pid = ev->view.pid;
    process_runs(p);
}

/* A second start has a pid of its own; so has what is told of the first. */
static bool is_another(const neap_process *p, const event *ev)
{
    if (ev->view.time != 0 && ev->view.time < p->born)
        return true;
    return ev->view.has_pid && ev->view.pid != 0 && p->pid != 0 &&
           ev->view.pid != p->pid;
}

static void on_end(neap_process *p, const event *ev)
{
    if (!p->has_exit)
        p->told = ev->view.time;
    process_exited(p, ev->view.code, ev->exited_at, false);
}

/*
 * Of a dead shim's exit and deletion containerd tells in one breath, within
 * 0.3 ms, or 2 on a busy machine. Where others delete it, runc runs in
 * between, for 5 ms and more.
 */
#define BREATH_S 0.003

static bool is_in_one_breath(const neap_process *p, const event *ev)
{
    return p->told == 0 || ev->view.time - p->told < BREATH_S;
}

/* Where nobody here asked for it. An exit that was not heard is in it too. */
static void on_delete(neap_process *p, const event *ev)
{
    if (!p->is_task || p->deleting)
        return;
    if (ev->view.has_code)
        process_exited(p, ev->view.code, ev->exited_at, false);
    if (!is_in_one_breath(p, ev))
        process_exit_is_sure(p);
    process_lost(p);
}

void events_affect(neap_process *p, const event *ev)
{
    const char *what = word(ev);

    if (is_another(p, ev))
        return;
    if (strcmp(what, "create") == 0 || strcmp(what, "exec-added") == 0)
        p->covered = true;
    else if (strcmp(what, "start") == 0 || strcmp(what, "exec-started") == 0)
        on_start(p, ev);
    else if (strcmp(what, "exit") == 0)
        on_end(p, ev);
    else if (strcmp(what, "delete") == 0)
        on_delete(p, ev);
    else if (strcmp(what, "paused") == 0)
        process_heard_pause(p, true);
    else if (strcmp(what, "resumed") == 0)
        process_heard_pause(p, false);
}

static void on_task_event(neap_container *c, const event *ev)
{
    const char *what = word(ev);
    neap_process *p = container_process(c, ev->view.process);

    if (strcmp(what, "create") == 0)
        container_has_task(c);
    if (p != NULL) {
        neap_process_ref(p);
        events_affect(p, ev);
        neap_process_unref(p);
    } else if (strcmp(what, "delete") == 0 &&
               strcmp(ev->view.process, c->id) == 0) {
        c->knows = TASK_NONE;
    }
}

static void apply_to(neap_container *c, const event *ev)
{
    neap_container_ref(c);
    if (is_of_task(ev))
        on_task_event(c, ev);
    else if (strcmp(ev->view.topic, "/containers/delete") == 0 &&
             ev->view.time > neap_container_created_at(c))
        container_set_gone(c);
    neap_container_unref(c);
}

bool events_apply(events *e, const event *ev)
{
    neap_container *c, *next;
    bool known;

    if (ev->view.container == NULL)
        return true;
    DL_FOREACH_SAFE(e->client->gone, c, next)
    if (strcmp(c->id, ev->view.container) == 0)
        apply_to(c, ev);
    c = container_find(e->client, ev->view.container);
    known = !is_of_task(ev) ||
            (c != NULL && container_process(c, ev->view.process) != NULL);
    if (c != NULL)
        apply_to(c, ev);
    return known;
}
