/* Events: no exit is missed, whatever happens to the subscription. */
#include "events.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon.h"
#include "events_private.h"

#define SUBSCRIBE "/containerd.services.events.v1.Events/Subscribe"

/* A client with one container, whose task may be there. */
typedef struct scene {
    world w;
    neap_client *client;
    neap_container *box;
    neap_task *task;
} scene;

static void scene_open(scene *s)
{
    world_open(&s->w, NEAP_LOOP_DRIVEN);
    s->client = daemon_client(&s->w);
    s->box = daemon_create(&s->w, s->client, "box", 1);
    s->task = NULL;
    daemon_await_subscription(&s->w);
}

static void scene_close(scene *s)
{
    neap_process_unref(s->task);
    neap_container_unref(s->box);
    daemon_leave(&s->w, s->client);
    world_close(&s->w);
}

static void start(scene *s)
{
    s->task = daemon_start(&s->w, s->box);
}

/* The events of that start. */
static void tell_start(scene *s)
{
    daemon_event(&s->w, "/tasks/create", "TaskCreate",
                 "{'container_id': 'box', 'pid': 7}");
    daemon_event(&s->w, "/tasks/start", "TaskStart",
                 "{'container_id': 'box', 'pid': 7}");
}

/* Adopt the task of a container that somebody else made. */
static neap_task *
adopt(scene *s, const char *id, int pid, neap_container **container)
{
    reply c = { 0 }, t = { 0 };

    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': '%s', 'created_at': 5}}", id);
    neap_container_load(s->client, id, reply_container, &c);
    reply_await(&s->w, &c);
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': '%s', 'pid': %d, 'status': 'RUNNING'}}",
                  id, pid);
    neap_task_load(c.container, NULL, reply_process, &t);
    reply_await(&s->w, &t);
    assert(t.code == NEAP_OK);
    *container = c.container;
    return t.process;
}

static void wait_for(neap_process *p, reply *r)
{
    *r = (reply){ 0 };
    neap_process_wait(p, reply_exit, r);
}

static void let_it_be_heard(scene *s)
{
    daemon_be_heard(&s->w, s->client);
}

/* A list of one task. */
static void
list_task(scene *s, const char *id, int pid, const char *status, int code)
{
    daemon_answer(&s->w, "Tasks/List",
                  "{'tasks': [{'id': '%s', 'pid': %d, 'status': '%s',"
                  " 'exit_status': %d, 'exited_at': 2000}]}",
                  id, pid, status, code);
}

static void break_stream(scene *s)
{
    server_end(s->w.server, SUBSCRIBE, NEAP_UNAVAILABLE, "gone");
    while (neap_events_are_live(s->client))
        world_turn(&s->w);
}

/* --- one's own tasks ------------------------------------------------------ */

static void test_own_task(scene *s)
{
    reply first, second, late;

    start(s);
    tell_start(s);
    wait_for(s->task, &first);
    wait_for(s->task, &second);
    daemon_exit(&s->w, "box", "box", 7, 3);
    reply_await(&s->w, &first);
    reply_await(&s->w, &second);
    wait_for(s->task, &late);
    assert(late.count == 0);
    reply_await(&s->w, &late);
    assert(first.exit.code == 3 && second.exit.code == 3);
    assert(late.exit.code == 3 && late.exit.time == 1000 && !late.exit.lost);
    assert(neap_process_known_status(s->task) == NEAP_STATUS_STOPPED);
    assert(daemon_calls(&s->w, "Events/Publish") == 0);
    assert(daemon_calls(&s->w, "Tasks/List") == 0);
}

/* Create answers late: the task has come and gone by then. */
static void test_faster_than_the_reply(scene *s)
{
    neap_task_config config = { 0 };
    reply r = { 0 }, exit;

    daemon_hold(&s->w, "Tasks/Start");
    neap_task_start(s->box, &config, reply_process, &r);
    daemon_await(&s->w, "Tasks/Start", 1);
    tell_start(s);
    daemon_exit(&s->w, "box", "box", 7, 4);
    let_it_be_heard(s);
    assert(r.count == 0);
    daemon_release(&s->w, "Tasks/Start");
    reply_await(&s->w, &r);
    s->task = r.process;
    assert(neap_process_known_status(s->task) == NEAP_STATUS_STOPPED);
    wait_for(s->task, &exit);
    reply_await(&s->w, &exit);
    assert(exit.exit.code == 4);
}

/* The subscription is not up yet: create, start and exit are not heard. */
static void test_gap(scene *s)
{
    reply r;

    start(s);
    wait_for(s->task, &r);
    list_task(s, "box", 7, "STOPPED", 5);
    daemon_await(&s->w, "Events/Publish", 1);
    assert(daemon_was_asked(&s->w, "Events/Publish", "/neap/hello"));
    daemon_await(&s->w, "Events/Publish", 2); /* the first is missed too */
    assert(r.count == 0 && daemon_calls(&s->w, "Tasks/List") == 0);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 5 && r.exit.time == 2000);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
}

static void test_not_in_the_list(scene *s)
{
    reply r;

    start(s);
    wait_for(s->task, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.exit.lost && r.exit.code == 137);
    assert(neap_container_has_no_task(s->box));
}

/* --- others' -------------------------------------------------------------- */

static void test_once_for_all(scene *s)
{
    enum { N = 5 };
    neap_container *containers[N];
    neap_task *tasks[N];
    reply r[N], status = { 0 };
    char id[16];

    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "c%d", i);
        tasks[i] = adopt(s, id, 100 + i, &containers[i]);
        wait_for(tasks[i], &r[i]);
    }
    daemon_answer(&s->w, "Tasks/List",
                  "{'tasks': ["
                  "{'id': 'c0', 'pid': 100, 'status': 'RUNNING'},"
                  "{'id': 'c1', 'pid': 101, 'status': 'RUNNING'},"
                  "{'id': 'c2', 'pid': 102, 'status': 'STOPPED'},"
                  "{'id': 'c3', 'pid': 103, 'status': 'PAUSED'}]}");
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r[2]);
    reply_await(&s->w, &r[4]);
    assert(r[4].exit.lost && !r[2].exit.lost);
    assert(neap_process_known_status(tasks[3]) == NEAP_STATUS_PAUSED);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "c%d", i);
        daemon_exit(&s->w, id, id, 100 + i, i);
        reply_await(&s->w, &r[i]);
    }
    assert(r[0].exit.code == 0 && r[1].exit.code == 1 && r[3].exit.code == 3);
    neap_process_status(tasks[0], reply_status, &status);
    reply_await(&s->w, &status);
    assert(status.status == NEAP_STATUS_STOPPED);
    assert(daemon_calls(&s->w, "Events/Publish") == 1);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
    for (int i = 0; i < N; i++) {
        neap_process_unref(tasks[i]);
        neap_container_unref(containers[i]);
    }
}

/* Before any event was heard 2 calls, afterwards none. */
static void test_status(scene *s)
{
    neap_container *other;
    neap_task *task = adopt(s, "other", 9, &other);
    reply r = { 0 };

    list_task(s, "other", 9, "PAUSED", 0);
    neap_process_status(task, reply_status, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.status == NEAP_STATUS_PAUSED);
    daemon_event(&s->w, "/tasks/resumed", "TaskResumed",
                 "{'container_id': 'other'}");
    let_it_be_heard(s);
    r = (reply){ 0 };
    neap_process_status(task, reply_status, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.status == NEAP_STATUS_RUNNING);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* To ask how it is tells that it is not there any more, the first time too. */
static void test_status_of_none(scene *s)
{
    neap_container *other;
    neap_task *task = adopt(s, "other", 9, &other);
    reply r = { 0 };

    daemon_answer(&s->w, "Tasks/List", "{'tasks': []}");
    neap_process_status(task, reply_status, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_NOT_FOUND);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* It was found before it was started: the start may be missed as well. */
static void test_adopted_before_its_start(scene *s)
{
    neap_container *other;
    neap_task *task;
    reply c = { 0 }, t = { 0 }, r;

    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': 'other', 'created_at': 5}}");
    neap_container_load(s->client, "other", reply_container, &c);
    reply_await(&s->w, &c);
    other = c.container;
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'other', 'status': 'CREATED'}}");
    neap_task_load(other, NULL, reply_process, &t);
    reply_await(&s->w, &t);
    task = t.process;
    wait_for(task, &r);
    list_task(s, "other", 9, "STOPPED", 6);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 6);
    neap_process_unref(task);
    neap_container_unref(other);
}

static void test_list_fails(scene *s)
{
    neap_container *other;
    neap_task *task = adopt(s, "other", 9, &other);
    reply r, status = { 0 };

    wait_for(task, &r);
    neap_process_status(task, reply_status, &status);
    daemon_fail(&s->w, "Tasks/List", NEAP_INTERNAL);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &status);
    assert(status.code == NEAP_INTERNAL && r.count == 0);
    list_task(s, "other", 9, "STOPPED", 8); /* it is asked for again */
    daemon_await(&s->w, "Events/Publish", 2);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 8);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* A handle that comes while the list is on its way is not in it, and lives. */
static void test_comes_behind_the_list(scene *s)
{
    neap_container *other;
    neap_task *task = adopt(s, "other", 9, &other);
    reply r, mine;

    wait_for(task, &r);
    daemon_hold(&s->w, "Tasks/List");
    list_task(s, "other", 9, "STOPPED", 0);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    start(s);
    wait_for(s->task, &mine);
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, &r);
    assert(mine.count == 0);
    daemon_exit(&s->w, "box", "box", 7, 1);
    reply_await(&s->w, &mine);
    assert(mine.exit.code == 1 && !mine.exit.lost);
    assert(daemon_calls(&s->w, "Events/Publish") == 1);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* --- outages -------------------------------------------------------------- */

static void test_exit_in_an_outage(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    let_it_be_heard(s);
    list_task(s, "box", 7, "STOPPED", 6);
    break_stream(s);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 6 && !r.exit.lost);
    assert(daemon_calls(&s->w, "Events/Publish") == 1);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
}

static void test_killed_daemon(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    let_it_be_heard(s);
    list_task(s, "box", 7, "RUNNING", 0);
    server_refuse(s->w.server, true);
    server_drop(s->w.server);
    while (neap_events_are_live(s->client))
        world_turn(&s->w);
    server_refuse(s->w.server, false);
    while (daemon_calls(&s->w, "Events/Publish") == 0)
        world_turn(&s->w);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    daemon_exit(&s->w, "box", "box", 7, 2);
    reply_await(&s->w, &r);
    assert(r.exit.code == 2);
}

/* Nobody waits: nothing is asked before somebody does. */
static void test_quiet_outage(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    let_it_be_heard(s);
    break_stream(s);
    daemon_await_subscription(&s->w);
    let_it_be_heard(s);
    assert(daemon_calls(&s->w, "Events/Publish") == 0);
    list_task(s, "box", 7, "STOPPED", 9);
    wait_for(s->task, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 9);
}

/* The subscription breaks again while the list is on its way: what it says may
 * be outdated, so it is made once more. */
static void test_outage_behind_the_list(scene *s)
{
    reply r;

    start(s);
    wait_for(s->task, &r);
    daemon_hold(&s->w, "Tasks/List");
    list_task(s, "box", 7, "RUNNING", 0);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    break_stream(s);
    daemon_release(&s->w, "Tasks/List");
    daemon_await(&s->w, "Events/Publish", 2);
    list_task(s, "box", 7, "STOPPED", 3);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 3);
}

static void test_second_list(scene *s)
{
    reply r;

    s->client->events->long_outage_s = 0;
    s->client->events->list_again_s = 0.05;
    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    let_it_be_heard(s);
    list_task(s, "box", 7, "RUNNING", 0);
    break_stream(s);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    list_task(s, "box", 7, "STOPPED", 12); /* its event was dropped */
    reply_await(&s->w, &r);
    assert(r.exit.code == 12);
    assert(daemon_calls(&s->w, "Tasks/List") == 2);
    assert(daemon_calls(&s->w, "Events/Publish") == 1);
}

static void test_refused(scene *s)
{
    reply r;

    start(s);
    server_end(s->w.server, SUBSCRIBE, NEAP_UNAVAILABLE, "");
    server_fail(s->w.server, SUBSCRIBE, NEAP_UNIMPLEMENTED, "no such thing");
    wait_for(s->task, &r);
    while (server_calls(s->w.server, SUBSCRIBE) < 3)
        world_turn(&s->w);
    assert(r.count == 0);
    server_stream(s->w.server, SUBSCRIBE);
    list_task(s, "box", 7, "STOPPED", 1);
    while (daemon_calls(&s->w, "Events/Publish") == 0)
        world_turn(&s->w);
    while (server_open_calls(s->w.server, SUBSCRIBE) == 0)
        world_turn(&s->w);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 1);
}

/* --- what is not believed ------------------------------------------------- */

static void test_duplicates(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    daemon_exit(&s->w, "box", "box", 7, 0);
    daemon_exit(&s->w, "box", "box", 7, 137);
    let_it_be_heard(s);
    wait_for(s->task, &r);
    reply_await(&s->w, &r);
    assert(r.exit.code == 0 && !r.exit.lost);
}

static void test_stale(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    daemon_exit(&s->w, "box", "box", 6, 1); /* another start's pid */
    daemon_event_at(&s->w, 1000, "/tasks/exit", "TaskExit",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    daemon_event_at(&s->w, 1000, "/tasks/delete", "TaskDelete",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    daemon_exit(&s->w, "box", "another", 0, 1);
    daemon_exit(&s->w, "nobody", "nobody", 7, 1);
    let_it_be_heard(s);
    assert(r.count == 0);
    daemon_exit(&s->w, "box", "box", 7, 2);
    reply_await(&s->w, &r);
    assert(r.exit.code == 2);
}

static void test_malformed(scene *s)
{
    server_send(s->w.server, SUBSCRIBE, "\xff\xff", 2);
    server_send(s->w.server, SUBSCRIBE, "", 0);
    daemon_event(&s->w, "/tasks/exit", "TaskExit", "{}");
    daemon_event(&s->w, "/tasks/exit", "TaskOOM", "{'container_id': 'box'}");
    daemon_event(&s->w, "/tasks/", "TaskOOM", "{'container_id': 'box'}");
    let_it_be_heard(s);
}

/* --- dead shims, and deletions by others ---------------------------------- */

static void tell_delete(scene *s, int code)
{
    daemon_event(&s->w, "/tasks/delete", "TaskDelete",
                 "{'container_id': 'box', 'id': 'box', 'pid': 7,"
                 " 'exit_status': %d, 'exited_at': 3000}",
                 code);
}

/* An exit 137 and, so much later by containerd's clock, the deletion. */
static void tell_end(scene *s, double apart_s)
{
    double time = 4e9;

    daemon_event_at(&s->w, time, "/tasks/exit", "TaskExit",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7,"
                    " 'exit_status': 137, 'exited_at': 1000}");
    daemon_event_at(&s->w, time + apart_s, "/tasks/delete", "TaskDelete",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7,"
                    " 'exit_status': 137, 'exited_at': 1000}");
}

static void test_dead_shim(scene *s)
{
    reply r, gone = { 0 };

    s->client->doubt_s = 100;
    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    tell_end(s, 0.0005);
    reply_await(&s->w, &r);
    assert(r.exit.code == 137 && r.exit.lost);
    assert(neap_container_has_no_task(s->box));
    neap_process_delete(s->task, reply_exit, &gone);
    reply_await(&s->w, &gone); /* there is nothing to delete */
    assert(gone.code == NEAP_OK && gone.exit.lost);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
}

static void test_killed(scene *s)
{
    reply r, killed = { 0 };

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    daemon_exit(&s->w, "box", "box", 7, 137); /* by somebody else */
    reply_await(&s->w, &r);
    assert(r.exit.code == 137 && !r.exit.lost);
    tell_delete(s, 137);
    let_it_be_heard(s);
    wait_for(s->task, &r);
    reply_await(&s->w, &r);
    assert(!r.exit.lost); /* what was answered stays */
    neap_process_kill(s->task, 9, false, reply_done, &killed);
    reply_await(&s->w, &killed);
    assert(killed.code == NEAP_NOT_FOUND);
}

/* runc deletes it in between, which takes its time: it is not made up. */
static void test_killed_and_deleted(scene *s)
{
    reply r, gone = { 0 };

    s->client->doubt_s = 100;
    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    tell_end(s, 0.006);
    reply_await(&s->w, &r);
    assert(r.exit.code == 137 && r.exit.time == 1000 && !r.exit.lost);
    assert(neap_process_has_vanished(s->task));
    neap_process_delete(s->task, reply_exit, &gone);
    reply_await(&s->w, &gone);
    assert(gone.code == NEAP_OK && !gone.exit.lost);
}

static void test_killed_here(scene *s)
{
    reply r, killed = { 0 };

    start(s);
    tell_start(s);
    let_it_be_heard(s);
    neap_process_kill(s->task, 9, true, reply_done, &killed);
    reply_await(&s->w, &killed);
    daemon_exit(&s->w, "box", "box", 7, 137);
    tell_delete(s, 137); /* and somebody deletes it at once */
    wait_for(s->task, &r);
    reply_await(&s->w, &r);
    assert(r.exit.code == 137 && !r.exit.lost);
}

static void test_deleted_by_another(scene *s)
{
    reply r, status = { 0 }, gone = { 0 };

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    tell_delete(s, 4);
    reply_await(&s->w, &r);
    assert(r.exit.code == 4 && r.exit.time == 3000 && !r.exit.lost);
    assert(neap_container_has_no_task(s->box));
    neap_process_status(s->task, reply_status, &status);
    reply_await(&s->w, &status);
    assert(status.code == NEAP_NOT_FOUND);
    wait_for(s->task, &r);
    reply_await(&s->w, &r);
    neap_process_delete(s->task, reply_exit, &gone);
    reply_await(&s->w, &gone);
    assert(gone.code == NEAP_OK && gone.exit.code == 4 && r.exit.code == 4);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
    neap_process_unref(s->task); /* and another may be started */
    s->task = daemon_start(&s->w, s->box);
}

/* The record goes; its task runs on, and a new record takes the id. */
static void test_orphan(scene *s)
{
    neap_container *next;
    reply r;

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    daemon_event(&s->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    let_it_be_heard(s);
    assert(neap_container_is_gone(s->box));
    next = daemon_create(&s->w, s->client, "box", 2);
    assert(next != s->box && !neap_container_is_gone(next));
    daemon_exit(&s->w, "box", "box", 7, 11);
    reply_await(&s->w, &r);
    assert(r.exit.code == 11);
    neap_container_unref(next);
}

static void test_orphan_at_close(scene *s)
{
    reply r;

    start(s);
    tell_start(s);
    wait_for(s->task, &r);
    daemon_event(&s->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    let_it_be_heard(s);
    neap_client_ref(s->client);
    neap_client_close(s->client);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    neap_process_unref(s->task);
    neap_container_unref(s->box);
    neap_client_unref(s->client);
    s->client = daemon_client(&s->w);
    s->box = daemon_create(&s->w, s->client, "box", 1);
    s->task = NULL;
}

/* --- execs ---------------------------------------------------------------- */

static neap_process *exec_as(scene *s, const char *id, int pid)
{
    neap_exec_config config = { .id = id };
    reply r = { 0 };

    daemon_answer(&s->w, "Tasks/Start", "{'pid': %d}", pid);
    neap_task_exec(s->task, &config, reply_process, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.process;
}

static neap_process *exec(scene *s, const char *id)
{
    return exec_as(s, id, 20);
}

static void test_exec(scene *s)
{
    neap_process *one, *two;
    reply first, second, task;

    start(s);
    tell_start(s);
    let_it_be_heard(s);
    one = exec(s, "one");
    two = exec(s, "two");
    wait_for(one, &first);
    wait_for(two, &second);
    wait_for(s->task, &task);
    daemon_exit(&s->w, "box", "two", 20, 2);
    reply_await(&s->w, &second);
    assert(second.exit.code == 2 && first.count == 0 && task.count == 0);
    daemon_exit(&s->w, "box", "one", 20, 137);
    reply_await(&s->w, &first);
    assert(first.exit.code == 137 && !first.exit.lost && task.count == 0);
    assert(daemon_calls(&s->w, "Events/Publish") == 0);
    daemon_exit(&s->w, "box", "box", 7, 0);
    reply_await(&s->w, &task);
    neap_process_unref(one);
    neap_process_unref(two);
}

/* Some runtimes have one pid for all, a virtual machine's. */
static void test_one_pid_for_all(scene *s)
{
    neap_process *one;
    reply exec_exit, task;

    start(s);
    tell_start(s);
    let_it_be_heard(s);
    one = exec_as(s, "one", 7);
    wait_for(one, &exec_exit);
    wait_for(s->task, &task);
    daemon_exit(&s->w, "box", "one", 7, 2);
    reply_await(&s->w, &exec_exit);
    let_it_be_heard(s);
    assert(exec_exit.exit.code == 2 && task.count == 0);
    daemon_exit(&s->w, "box", "box", 7, 3);
    reply_await(&s->w, &task);
    assert(task.exit.code == 3);
    neap_process_unref(one);
}

/* Tasks/List tells of no execs, so each is asked for; one is lost. */
static void test_exec_in_an_outage(scene *s)
{
    neap_process *one;
    reply r;

    start(s);
    tell_start(s);
    let_it_be_heard(s);
    one = exec(s, "one");
    wait_for(one, &r);
    list_task(s, "box", 7, "RUNNING", 0);
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'one', 'pid': 20, 'status': 'STOPPED',"
                  " 'exit_status': 4}}");
    break_stream(s);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 4 && daemon_calls(&s->w, "Tasks/Get") == 1);
    neap_process_unref(one);
    one = exec(s, "two");
    wait_for(one, &r);
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    break_stream(s);
    daemon_await(&s->w, "Events/Publish", 2);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.lost);
    neap_process_unref(one);
}

static void test_execs_of_a_dead_shim(scene *s)
{
    neap_process *one;
    reply r;

    s->client->doubt_s = 100;
    start(s);
    tell_start(s);
    let_it_be_heard(s);
    one = exec(s, "one");
    wait_for(one, &r);
    daemon_exit(&s->w, "box", "box", 7, 137);
    tell_delete(s, 137);
    reply_await(&s->w, &r);
    assert(r.exit.lost && r.exit.code == 137);
    neap_process_unref(one);
}

/* --- listeners ------------------------------------------------------------ */

typedef struct ears {
    scene *s;
    neap_listener *listener, *other;
    int heard, synthetic, last;
    uint32_t pid;
    double time;
    bool closes_itself, closes_other, closes_client;
    neap_task *watched;
} ears;

static void on_event(void *arg, const neap_event *event)
{
    ears *ear = arg;

    if (event == NULL) {
        ear->last++;
        return;
    }
    ear->heard++;
    ear->synthetic += event->synthetic;
    ear->pid = event->pid;
    ear->time = event->time;
    if (ear->watched != NULL && strcmp(event->topic, "/tasks/exit") == 0)
        assert(neap_process_known_status(ear->watched) == NEAP_STATUS_STOPPED);
    if (ear->closes_other) {
        neap_listener_close(ear->other);
        ear->other = NULL;
    }
    if (ear->closes_itself) {
        neap_listener_close(ear->listener);
        ear->listener = NULL;
    }
    if (ear->closes_client)
        neap_client_close(ear->s->client);
}

static void test_listeners(scene *s)
{
    ears one = { .s = s }, two = { .s = s }, three = { .s = s };

    one.listener = neap_events_listen(s->client, on_event, &one);
    two.listener = neap_events_listen(s->client, on_event, &two);
    three.listener = neap_events_listen(s->client, on_event, &three);
    one.closes_itself = one.closes_other = true;
    one.other = two.listener;
    start(s);
    three.watched = s->task;
    tell_start(s);
    daemon_exit(&s->w, "box", "box", 7, 1);
    while (three.heard < 3)
        world_turn(&s->w);
    assert(one.heard == 1 && two.heard == 0);
    neap_listener_close(three.listener);
    neap_listener_close(NULL);
    let_it_be_heard(s);
    assert(three.heard == 3 && one.last + two.last + three.last == 0);
}

static void test_listener_hears_what_was_found(scene *s)
{
    ears ear = { .s = s };
    reply r;

    ear.listener = neap_events_listen(s->client, on_event, &ear);
    start(s);
    ear.watched = s->task;
    list_task(s, "box", 7, "STOPPED", 5);
    wait_for(s->task, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(ear.heard == 1 && ear.synthetic == 1); /* and not the hello */
    assert(ear.pid == 7 && ear.time == r.exit.time);
    neap_listener_close(ear.listener);
}

/* When it ended nobody can say; when that was found, all can. */
static void test_listener_hears_what_was_lost(scene *s)
{
    ears ear = { .s = s };
    double before = (double)time(NULL);
    reply r;

    ear.listener = neap_events_listen(s->client, on_event, &ear);
    start(s);
    ear.watched = s->task;
    daemon_answer(&s->w, "Tasks/List", "{'tasks': []}");
    wait_for(s->task, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.lost && r.exit.time == 0);
    assert(ear.synthetic == 1 && ear.time >= before);
    neap_listener_close(ear.listener);
}

/* The callback takes the last but the listeners' hold of the client away. */
static void test_close_from_a_listener(scene *s)
{
    ears one = { .s = s }, two = { .s = s };
    reply r;

    one.listener = neap_events_listen(s->client, on_event, &one);
    two.listener = neap_events_listen(s->client, on_event, &two);
    one.closes_client = true;
    start(s);
    wait_for(s->task, &r);
    tell_start(s);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(one.heard == 1 && one.last == 1 && two.last == 1);
    neap_process_unref(s->task);
    neap_container_unref(s->box);
    neap_listener_close(one.listener);
    neap_listener_close(two.listener);
    s->client = daemon_client(&s->w);
    s->box = daemon_create(&s->w, s->client, "box", 1);
    s->task = NULL;
}

/* --- closing -------------------------------------------------------------- */

/* Whatever stage the proof is at, who waits is answered once. */
static void test_close_at_any_turn(scene *s)
{
    bool through = false;

    for (int turns = 0; !through; turns++) {
        neap_client *client = daemon_client(&s->w);
        neap_container *c = daemon_create(&s->w, client, "box", 1);
        neap_task *task = daemon_start(&s->w, c);
        reply r, status = { 0 };

        list_task(s, "box", 7, "STOPPED", 1);
        server_send(s->w.server, SUBSCRIBE, "", 0); /* it is live */
        wait_for(task, &r);
        neap_process_status(task, reply_status, &status);
        for (int i = 0; i < turns && r.count == 0; i++) {
            unsigned said = daemon_calls(&s->w, "Events/Publish");

            world_turn(&s->w);
            if (daemon_calls(&s->w, "Events/Publish") > said)
                daemon_hello(&s->w);
        }
        through = r.count == 1;
        neap_client_close(client);
        reply_await(&s->w, &r);
        reply_await(&s->w, &status);
        assert(r.code == (through ? NEAP_OK : NEAP_CANCELLED));
        neap_process_unref(task);
        neap_container_unref(c);
    }
}

/* --- all ------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "one's own task needs no call", test_own_task },
    { "an exit may be faster than Start's reply", test_faster_than_the_reply },
    { "an exit before the subscription is live is found", test_gap },
    { "what is not listed is lost", test_not_in_the_list },
    { "many handles are settled by one hello and one list", test_once_for_all },
    { "status asks once, then knows", test_status },
    { "status of what is not listed is that it is not found",
      test_status_of_none },
    { "a task that was found created is waited for",
      test_adopted_before_its_start },
    { "a list that fails is made again", test_list_fails },
    { "a list tells nothing of who comes behind it",
      test_comes_behind_the_list },
    { "an exit in an outage is found", test_exit_in_an_outage },
    { "a daemon that was killed is found again", test_killed_daemon },
    { "an outage nobody waits in costs nothing", test_quiet_outage },
    { "an outage behind a list makes it void", test_outage_behind_the_list },
    { "after a long outage it is listed once more", test_second_list },
    { "a subscription that is refused is tried again", test_refused },
    { "the first of two exits counts", test_duplicates },
    { "events of another start are not believed", test_stale },
    { "malformed events are passed over", test_malformed },
    { "a dead shim's exit is lost", test_dead_shim },
    { "who is killed and deleted by others is not lost",
      test_killed_and_deleted },
    { "an exit 137 alone is an exit", test_killed },
    { "an exit 137 after one's own KILL is an exit", test_killed_here },
    { "a deletion by somebody else tells the exit", test_deleted_by_another },
    { "a task outlives its record", test_orphan },
    { "a task without record is cancelled at close", test_orphan_at_close },
    { "execs have exits of their own", test_exec },
    { "an exec is known by its id, not its pid", test_one_pid_for_all },
    { "an exec's exit in an outage is found", test_exec_in_an_outage },
    { "execs are lost with their shim", test_execs_of_a_dead_shim },
    { "listeners come second, and may close", test_listeners },
    { "listeners hear what was found", test_listener_hears_what_was_found },
    { "listeners hear what was lost, and when",
      test_listener_hears_what_was_lost },
    { "a listener may close the client", test_close_from_a_listener },
    { "closing at any turn answers each wait once", test_close_at_any_turn },
};

int main(void)
{
    scene s;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        scene_open(&s);
        tests[i].run(&s);
        scene_close(&s);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
    return 0;
}
