/*
 * Answers that events overtake. A reply is held back while an event comes, so
 * what it says is older: it must not make an exit or a start go by.
 */
#include <assert.h>
#include <stdio.h>

#include "events_private.h"
#include "late.h"

/* Events cannot have told all: a hello and a list do. */
static void expect_question(scene *s, neap_process *p)
{
    unsigned lists = daemon_calls(&s->w, "Tasks/List");
    reply r;

    late_list_says(s, "{'id': 'box', 'pid': 9, 'status': 'STOPPED',"
                      " 'exit_status': 5}");
    reply_wait(p, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 5);
    assert(daemon_calls(&s->w, "Tasks/List") == lists + 1);
}

static void test_task(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 3);
    task = late_answered(s, &r);
    late_expect_exit(s, task, 3);
    neap_process_unref(task);
}

static void test_exec(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));
    neap_process *exec;
    reply r = { 0 };

    late_get_says(s, "{'id': 'one', 'status': 'CREATED'}");
    daemon_hold(&s->w, "Tasks/Get");
    neap_task_process(task, "one", NULL, reply_process, &r);
    daemon_await(&s->w, "Tasks/Get", 2);
    daemon_event(&s->w, "/tasks/exec-started", "TaskExecStarted",
                 "{'container_id': 'box', 'exec_id': 'one', 'pid': 30}");
    daemon_exit(&s->w, "box", "one", 30, 4);
    exec = late_answered(s, &r);
    assert(neap_process_pid(exec) == 30);
    late_expect_exit(s, exec, 4);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(exec);
    neap_process_unref(task);
}

static void test_restore(scene *s)
{
    neap_task *task;
    reply r;

    late_restore(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 3);
    task = late_restored(s, &r);
    late_expect_exit(s, task, 3);
    neap_process_unref(task);
}

/* Somebody ran it: by the time of the answer nothing is left. */
static void test_deleted(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "CREATED"));
    late_tell(s, "start", "TaskStart", 9);
    daemon_exit(&s->w, "box", "box", 9, 3);
    daemon_delete(&s->w, "box", 9, 3);
    task = late_answered(s, &r);
    late_expect_exit(s, task, 3);
    assert(neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK && daemon_calls(&s->w, "Tasks/Get") == 1);
    neap_process_unref(task);
}

/* What is heard is of the start before the one that is answered. */
static void test_another_start(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 8, 1);
    daemon_delete(&s->w, "box", 8, 1);
    late_tell(s, "create", "TaskCreate", 9);
    task = late_answered(s, &r);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    assert(!neap_container_has_no_task(s->box));
    daemon_exit(&s->w, "box", "box", 9, 2);
    late_expect_exit(s, task, 2);
    neap_process_unref(task);
}

/* The first event proves the stream from there on, and not before. */
static void test_not_live(scene *s)
{
    neap_task *task;
    reply r;

    late_break(s);
    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "other", "other", 1, 1);
    task = late_answered(s, &r);
    expect_question(s, task);
    neap_process_unref(task);
}

static void test_broken(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    late_tell(s, "start", "TaskStart", 9);
    daemon_be_heard(&s->w, s->client);
    late_break(s);
    task = late_answered(s, &r);
    expect_question(s, task);
    neap_process_unref(task);
}

/* Other containers are no reason to ask, until there are too many of them. */
static void be_busy(scene *s, int times)
{
    char id[16];

    for (int i = 0; i < times; i++) {
        snprintf(id, sizeof id, "c%d", i);
        daemon_exit(&s->w, id, id, 9, 1);
    }
    daemon_be_heard(&s->w, s->client);
}

static void test_busy_host(scene *s)
{
    neap_task *task;
    reply r;

    be_busy(s, 2 * EVENTS_MEMORIES); /* long ago */
    late_ask(s, &r, BOX(9, "RUNNING"));
    be_busy(s, EVENTS_MEMORIES);
    task = late_answered(s, &r);
    daemon_exit(&s->w, "box", "box", 9, 2);
    late_expect_exit(s, task, 2);
    neap_process_unref(task);
}

static void test_too_busy(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 5);
    be_busy(s, EVENTS_MEMORIES);
    task = late_answered(s, &r);
    expect_question(s, task);
    neap_process_unref(task);
}

/* There was no task, and now there is: the record must stay. */
static void test_no_task(scene *s)
{
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    late_tell(s, "create", "TaskCreate", 9);
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/Get");
    reply_await(&s->w, &r);
    assert(r.code == NEAP_NOT_FOUND);
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
}

/* The record is deleted where it has no task: and it has one by now. */
static void test_no_task_to_delete(scene *s)
{
    reply r = { 0 };

    late_break(s); /* so it is asked for */
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    daemon_hold(&s->w, "Tasks/Get");
    neap_container_delete(s->box, reply_done, &r);
    daemon_await(&s->w, "Tasks/Get", 1);
    late_tell(s, "create", "TaskCreate", 9);
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/Get");
    reply_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
}

static const scene_test tests[] = {
    { "a task's exit that overtakes Get is not missed", test_task },
    { "an exec's exit that overtakes Get is not missed", test_exec },
    { "an exit that overtakes a restoration is not missed", test_restore },
    { "a deletion that overtakes Get is not missed", test_deleted },
    { "what ended before is not mixed up with what is found",
      test_another_start },
    { "a stream that comes alive behind the question proves nothing",
      test_not_live },
    { "a stream that breaks behind the question proves nothing", test_broken },
    { "a busy host costs no question", test_busy_host },
    { "what was too much to remember is asked for", test_too_busy },
    { "a task that comes behind the question keeps its record", test_no_task },
    { "a task that comes behind a deletion's question stops it",
      test_no_task_to_delete },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
