/* Events: one list settles what nobody heard of. */
#include <assert.h>
#include <stdio.h>

#include "vigil.h"

static void test_once_for_all(vigil *v)
{
    enum { N = 5 };
    neap_container *containers[N];
    neap_task *tasks[N];
    reply r[N], status = { 0 };
    char id[16];

    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "c%d", i);
        tasks[i] = vigil_adopt(v, id, 100 + i, &containers[i]);
        reply_wait(tasks[i], &r[i]);
    }
    daemon_answer(&v->w, "Tasks/List",
                  "{'tasks': ["
                  "{'id': 'c0', 'pid': 100, 'status': 'RUNNING'},"
                  "{'id': 'c1', 'pid': 101, 'status': 'RUNNING'},"
                  "{'id': 'c2', 'pid': 102, 'status': 'STOPPED'},"
                  "{'id': 'c3', 'pid': 103, 'status': 'PAUSED'}]}");
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r[2]);
    reply_await(&v->w, &r[4]);
    assert(r[4].exit.lost && !r[2].exit.lost);
    assert(neap_process_known_status(tasks[3]) == NEAP_STATUS_PAUSED);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "c%d", i);
        daemon_exit(&v->w, id, id, 100 + i, i);
        reply_await(&v->w, &r[i]);
    }
    assert(r[0].exit.code == 0 && r[1].exit.code == 1 && r[3].exit.code == 3);
    neap_process_status(tasks[0], reply_status, &status);
    reply_await(&v->w, &status);
    assert(status.status == NEAP_STATUS_STOPPED);
    assert(daemon_calls(&v->w, "Events/Publish") == 1);
    assert(daemon_calls(&v->w, "Tasks/List") == 1);
    for (int i = 0; i < N; i++) {
        neap_process_unref(tasks[i]);
        neap_container_unref(containers[i]);
    }
}

/* Before any event was heard 2 calls, afterwards none. */
static void test_status(vigil *v)
{
    neap_container *other;
    neap_task *task = vigil_adopt(v, "other", 9, &other);
    reply r = { 0 };

    vigil_list(v, "other", 9, "PAUSED", 0);
    neap_process_status(task, reply_status, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.status == NEAP_STATUS_PAUSED);
    daemon_event(&v->w, "/tasks/resumed", "TaskResumed",
                 "{'container_id': 'other'}");
    vigil_be_heard(v);
    r = (reply){ 0 };
    neap_process_status(task, reply_status, &r);
    assert(r.count == 0);
    reply_await(&v->w, &r);
    assert(r.status == NEAP_STATUS_RUNNING);
    assert(daemon_calls(&v->w, "Tasks/List") == 1);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* To ask how it is tells that it is not there any more, the first time too. */
static void test_status_of_none(vigil *v)
{
    neap_container *other;
    neap_task *task = vigil_adopt(v, "other", 9, &other);
    reply r = { 0 };

    daemon_answer(&v->w, "Tasks/List", "{'tasks': []}");
    neap_process_status(task, reply_status, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.code == NEAP_NOT_FOUND);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* It was found before it was started: the start may be missed as well. */
static void test_adopted_before_its_start(vigil *v)
{
    neap_container *other;
    neap_task *task;
    reply c = { 0 }, t = { 0 }, r;

    daemon_answer(&v->w, "Containers/Get",
                  "{'container': {'id': 'other', 'created_at': 5}}");
    neap_container_load(v->client, "other", reply_container, &c);
    reply_await(&v->w, &c);
    other = c.container;
    daemon_answer(&v->w, "Tasks/Get",
                  "{'process': {'id': 'other', 'status': 'CREATED'}}");
    neap_task_load(other, NULL, reply_process, &t);
    reply_await(&v->w, &t);
    task = t.process;
    reply_wait(task, &r);
    vigil_list(v, "other", 9, "STOPPED", 6);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 6);
    neap_process_unref(task);
    neap_container_unref(other);
}

static void test_list_fails(vigil *v)
{
    neap_container *other;
    neap_task *task = vigil_adopt(v, "other", 9, &other);
    reply r, status = { 0 };

    reply_wait(task, &r);
    neap_process_status(task, reply_status, &status);
    daemon_fail(&v->w, "Tasks/List", NEAP_INTERNAL);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &status);
    assert(status.code == NEAP_INTERNAL && r.count == 0);
    vigil_list(v, "other", 9, "STOPPED", 8); /* it is asked for again */
    daemon_await(&v->w, "Events/Publish", 2);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 8);
    neap_process_unref(task);
    neap_container_unref(other);
}

/* A handle that comes while the list is on its way is not in it, and lives. */
static void test_comes_behind_the_list(vigil *v)
{
    neap_container *other;
    neap_task *task = vigil_adopt(v, "other", 9, &other);
    reply r, mine;

    reply_wait(task, &r);
    daemon_hold(&v->w, "Tasks/List");
    vigil_list(v, "other", 9, "STOPPED", 0);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    daemon_await(&v->w, "Tasks/List", 1);
    vigil_start(v);
    reply_wait(v->task, &mine);
    daemon_release(&v->w, "Tasks/List");
    reply_await(&v->w, &r);
    assert(mine.count == 0);
    daemon_exit(&v->w, "box", "box", 7, 1);
    reply_await(&v->w, &mine);
    assert(mine.exit.code == 1 && !mine.exit.lost);
    assert(daemon_calls(&v->w, "Events/Publish") == 1);
    neap_process_unref(task);
    neap_container_unref(other);
}

static const vigil_test tests[] = {
    { "many handles are settled by one hello and one list", test_once_for_all },
    { "status asks once, then knows", test_status },
    { "status of what is not listed is that it is not found",
      test_status_of_none },
    { "a task that was found created is waited for",
      test_adopted_before_its_start },
    { "a list that fails is made again", test_list_fails },
    { "a list tells nothing of who comes behind it",
      test_comes_behind_the_list },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
