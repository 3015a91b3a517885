/*
 * Answers that events overtake. A reply is held back while an event comes, so
 * what it says is older: it must not make an exit go by, nor undo anything.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events_private.h"
#include "process.h"
#include "scene.h"

#define SUBSCRIBE "/containerd.services.events.v1.Events/Subscribe"

/* --- what others do ------------------------------------------------------- */

static void tell(scene *s, const char *what, const char *type, int pid)
{
    char topic[32];

    snprintf(topic, sizeof topic, "/tasks/%s", what);
    daemon_event(&s->w, topic, type, "{'container_id': 'box', 'pid': %d}", pid);
}

static void tell_pause(scene *s, const char *what)
{
    char topic[32];

    snprintf(topic, sizeof topic, "/tasks/%s", what);
    daemon_event(&s->w, topic, "TaskPaused", "{'container_id': 'box'}");
}

static void tell_delete(scene *s, int pid, int code)
{
    daemon_event(&s->w, "/tasks/delete", "TaskDelete",
                 "{'container_id': 'box', 'id': 'box', 'pid': %d,"
                 " 'exit_status': %d, 'exited_at': 3000}",
                 pid, code);
}

static void be_heard(scene *s)
{
    daemon_be_heard(&s->w, s->client);
}

static void break_stream(scene *s)
{
    server_end(s->w.server, SUBSCRIBE, NEAP_UNAVAILABLE, "gone");
    while (neap_events_are_live(s->client))
        world_turn(&s->w);
    daemon_await_subscription(&s->w);
}

/* --- what is asked -------------------------------------------------------- */

#define BOX(pid, status)                                                       \
    "{'id': 'box', 'pid': " #pid ", 'status': '" status "'}"

static void get_says(scene *s, const char *process)
{
    daemon_answer(&s->w, "Tasks/Get", "{'process': %s}", process);
}

static void list_says(scene *s, const char *process)
{
    daemon_answer(&s->w, "Tasks/List", "{'tasks': [%s]}", process);
}

/* Ask for the box's task; its state is `process`, and kept back. */
static void ask(scene *s, reply *r, const char *process)
{
    unsigned asked = daemon_calls(&s->w, "Tasks/Get");

    *r = (reply){ 0 };
    get_says(s, process);
    daemon_hold(&s->w, "Tasks/Get");
    neap_task_load(s->box, NULL, reply_process, r);
    daemon_await(&s->w, "Tasks/Get", asked + 1);
}

static neap_process *answered(scene *s, reply *r)
{
    be_heard(s);
    daemon_release(&s->w, "Tasks/Get");
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK && r->process != NULL);
    return r->process;
}

static neap_task *found(scene *s, const char *process)
{
    reply r;

    ask(s, &r, process);
    return answered(s, &r);
}

/* List all containers with their tasks, and keep the tasks back. */
static void restore(scene *s, reply *r, const char *process)
{
    *r = (reply){ 0 };
    daemon_answer(&s->w, "Containers/ListStream",
                  "{'container': {'id': 'box', 'created_at': 1}}");
    list_says(s, process);
    daemon_hold(&s->w, "Tasks/List");
    neap_container_list(s->client, NULL, 0, true, reply_found, r);
    daemon_await(&s->w, "Tasks/List", 1);
}

static neap_task *restored(scene *s, reply *r)
{
    neap_task *task;

    be_heard(s);
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK && r->found_count == 1);
    task = r->found[0].task;
    neap_container_unref(r->found[0].container);
    free(r->found);
    return task;
}

static void wait_for(neap_process *p, reply *r)
{
    *r = (reply){ 0 };
    neap_process_wait(p, reply_exit, r);
}

static neap_status status_of(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_status(p, reply_status, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.status;
}

/* It is answered, and the events alone have told. */
static void expect_exit(scene *s, neap_process *p, uint32_t code)
{
    reply r;

    wait_for(p, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.exit.code == code && !r.exit.lost);
    assert(daemon_calls(&s->w, "Events/Publish") == 0);
}

/* Events cannot have told all: a hello and a list do. */
static void expect_question(scene *s, neap_process *p)
{
    unsigned lists = daemon_calls(&s->w, "Tasks/List");
    reply r;

    list_says(s, "{'id': 'box', 'pid': 9, 'status': 'STOPPED',"
                 " 'exit_status': 5}");
    wait_for(p, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    reply_await(&s->w, &r);
    assert(r.exit.code == 5);
    assert(daemon_calls(&s->w, "Tasks/List") == lists + 1);
}

/* --- nothing goes by ------------------------------------------------------ */

static void test_task(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 3);
    task = answered(s, &r);
    expect_exit(s, task, 3);
    neap_process_unref(task);
}

static void test_exec(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));
    neap_process *exec;
    reply r = { 0 };

    get_says(s, "{'id': 'one', 'status': 'CREATED'}");
    daemon_hold(&s->w, "Tasks/Get");
    neap_task_process(task, "one", NULL, reply_process, &r);
    daemon_await(&s->w, "Tasks/Get", 2);
    daemon_event(&s->w, "/tasks/exec-started", "TaskExecStarted",
                 "{'container_id': 'box', 'exec_id': 'one', 'pid': 30}");
    daemon_exit(&s->w, "box", "one", 30, 4);
    exec = answered(s, &r);
    assert(neap_process_pid(exec) == 30);
    expect_exit(s, exec, 4);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(exec);
    neap_process_unref(task);
}

static void test_restore(scene *s)
{
    neap_task *task;
    reply r;

    restore(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 3);
    task = restored(s, &r);
    expect_exit(s, task, 3);
    neap_process_unref(task);
}

/* Somebody ran it: by the time of the answer nothing is left. */
static void test_deleted(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "CREATED"));
    tell(s, "start", "TaskStart", 9);
    daemon_exit(&s->w, "box", "box", 9, 3);
    tell_delete(s, 9, 3);
    task = answered(s, &r);
    expect_exit(s, task, 3);
    assert(neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK && daemon_calls(&s->w, "Tasks/Get") == 1);
    neap_process_unref(task);
}

/* What is heard is of the start before the one that is answered. */
static void test_another_start(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 8, 1);
    tell_delete(s, 8, 1);
    tell(s, "create", "TaskCreate", 9);
    task = answered(s, &r);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    assert(!neap_container_has_no_task(s->box));
    daemon_exit(&s->w, "box", "box", 9, 2);
    expect_exit(s, task, 2);
    neap_process_unref(task);
}

/* The first event proves the stream from there on, and not before. */
static void test_not_live(scene *s)
{
    neap_task *task;
    reply r;

    break_stream(s);
    ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "other", "other", 1, 1);
    task = answered(s, &r);
    expect_question(s, task);
    neap_process_unref(task);
}

static void test_broken(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    tell(s, "start", "TaskStart", 9);
    be_heard(s);
    break_stream(s);
    task = answered(s, &r);
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
    be_heard(s);
}

static void test_busy_host(scene *s)
{
    neap_task *task;
    reply r;

    be_busy(s, 2 * EVENTS_MEMORIES); /* long ago */
    ask(s, &r, BOX(9, "RUNNING"));
    be_busy(s, EVENTS_MEMORIES);
    task = answered(s, &r);
    daemon_exit(&s->w, "box", "box", 9, 2);
    expect_exit(s, task, 2);
    neap_process_unref(task);
}

static void test_too_busy(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 5);
    be_busy(s, EVENTS_MEMORIES);
    task = answered(s, &r);
    expect_question(s, task);
    neap_process_unref(task);
}

/* --- nothing is undone ---------------------------------------------------- */

static void test_pause(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    tell_pause(s, "paused");
    neap_process_unref(answered(s, &r));
    assert(status_of(s, task) == NEAP_STATUS_PAUSED);
    restore(s, &r, BOX(9, "PAUSED"));
    tell_pause(s, "resumed");
    assert(restored(s, &r) == task);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(task);
    neap_process_unref(task);
}

/* Without handle when it was asked for. */
static void test_pause_of_a_stranger(scene *s)
{
    neap_task *task;
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    tell_pause(s, "paused");
    task = answered(s, &r);
    assert(status_of(s, task) == NEAP_STATUS_PAUSED);
    neap_process_unref(task);
}

static void test_end(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 6);
    tell_delete(s, 9, 6);
    neap_process_unref(answered(s, &r));
    assert(neap_process_known_status(task) == NEAP_STATUS_STOPPED);
    assert(neap_container_has_no_task(s->box));
    expect_exit(s, task, 6);
    neap_process_unref(task);
}

/* The listing that settles a handle. */
static void test_settling(scene *s)
{
    neap_task *task;
    reply r = { 0 };

    break_stream(s);
    get_says(s, BOX(9, "RUNNING"));
    neap_task_load(s->box, NULL, reply_process, &r);
    reply_await(&s->w, &r);
    task = r.process;
    list_says(s, BOX(9, "RUNNING"));
    daemon_hold(&s->w, "Tasks/List");
    r = (reply){ 0 };
    neap_process_status(task, reply_status, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    tell_pause(s, "paused");
    be_heard(s);
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, &r);
    assert(r.status == NEAP_STATUS_PAUSED);
    neap_process_unref(task);
}

static void hello_again(scene *s, unsigned times)
{
    daemon_await(&s->w, "Events/Publish", times);
    daemon_hello(&s->w);
}

/* The stream breaks behind the question, and there is a list on the next. */
static void test_settling_an_exec(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = { .id = "one" };
    neap_task *task = start_task(s, &none, NEAP_OK);
    neap_process *exec = start_exec(s, task, &config, NEAP_OK);
    reply ends, task_ends;

    break_stream(s);
    list_says(s, BOX(7, "RUNNING"));
    get_says(s, "{'id': 'one', 'pid': 7, 'status': 'RUNNING'}");
    daemon_hold(&s->w, "Tasks/Get");
    wait_for(exec, &ends);
    wait_for(task, &task_ends);
    hello_again(s, 1);
    daemon_await(&s->w, "Tasks/Get", 1);
    break_stream(s); /* it exits, unheard */
    daemon_hold(&s->w, "Tasks/List");
    hello_again(s, 2);
    daemon_await(&s->w, "Tasks/List", 2);
    daemon_release(&s->w, "Tasks/Get");
    be_heard(s);
    get_says(s, "{'id': 'one', 'pid': 7, 'status': 'STOPPED',"
                " 'exit_status': 4}");
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, &ends);
    assert(ends.exit.code == 4 && task_ends.count == 0);
    daemon_exit(&s->w, "box", "box", 7, 0);
    reply_await(&s->w, &task_ends);
    neap_process_unref(exec);
    end_task(s, task);
}

/* A list was on its way while the task was deleted and started anew. */
static void test_made_meanwhile(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply r;

    restore(s, &r,
            "{'id': 'box', 'pid': 7, 'status': 'STOPPED',"
            " 'exit_status': 1}");
    end_task(s, task);
    daemon_answer(&s->w, "Tasks/Create", "{'pid': 8}");
    daemon_answer(&s->w, "Tasks/Start", "{'pid': 8}");
    task = start_task(s, &none, NEAP_OK);
    neap_process_unref(restored(s, &r));
    assert(neap_container_task(s->box) == task && !neap_process_is_gone(task));
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    daemon_exit(&s->w, "box", "box", 8, 2);
    expect_exit(s, task, 2);
    assert(delete_process(s, task) == NEAP_OK);
    neap_process_unref(task);
}

/* Start's reply comes behind a pause by somebody else. */
static void test_start(scene *s)
{
    neap_task_config none = { 0 };
    reply r = { 0 };

    daemon_hold(&s->w, "Tasks/Start");
    neap_task_start(s->box, &none, reply_process, &r);
    daemon_await(&s->w, "Tasks/Start", 1);
    tell(s, "start", "TaskStart", 7);
    tell_pause(s, "paused");
    be_heard(s);
    daemon_release(&s->w, "Tasks/Start");
    reply_await(&s->w, &r);
    assert(status_of(s, r.process) == NEAP_STATUS_PAUSED);
    end_task(s, r.process);
}

/* The reply to one's own pause comes behind somebody's resumption. */
static void test_own_pause(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));
    reply r = { 0 };

    daemon_hold(&s->w, "Tasks/Pause");
    neap_task_pause(task, reply_done, &r);
    daemon_await(&s->w, "Tasks/Pause", 1);
    tell_pause(s, "paused");
    tell_pause(s, "resumed");
    be_heard(s);
    daemon_release(&s->w, "Tasks/Pause");
    reply_await(&s->w, &r);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(task);
}

static void call_pause(neap_task *task, bool paused, reply *r)
{
    memset(r, 0, sizeof *r);
    if (paused)
        neap_task_pause(task, reply_done, r);
    else
        neap_task_resume(task, reply_done, r);
}

static void pause_now(scene *s, neap_task *task, bool paused)
{
    reply r;

    call_pause(task, paused, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
}

/* The events of one's own pause and resumption come behind their replies. */
static void test_late_echoes(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));

    pause_now(s, task, true);
    pause_now(s, task, false);
    tell_pause(s, "paused");
    be_heard(s);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    tell_pause(s, "resumed");
    tell_pause(s, "paused"); /* by somebody else */
    be_heard(s);
    assert(status_of(s, task) == NEAP_STATUS_PAUSED);
    neap_process_unref(task);
}

/* The event of one's own pause comes while the resumption is on its way. */
static void test_late_echo_within(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));
    reply r;

    pause_now(s, task, true);
    daemon_hold(&s->w, "Tasks/Resume");
    call_pause(task, false, &r);
    daemon_await(&s->w, "Tasks/Resume", 1);
    tell_pause(s, "paused");
    be_heard(s);
    assert(status_of(s, task) == NEAP_STATUS_PAUSED);
    daemon_release(&s->w, "Tasks/Resume");
    reply_await(&s->w, &r);
    assert(status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(task);
}

/* The stream broke before the events of one's own were heard. */
static void test_lost_echo(scene *s)
{
    neap_task *task = found(s, BOX(9, "RUNNING"));

    pause_now(s, task, true);
    pause_now(s, task, false);
    break_stream(s);
    tell_pause(s, "paused"); /* by somebody else */
    be_heard(s);
    assert(task->status == NEAP_STATUS_PAUSED); /* without a question */
    neap_process_unref(task);
}

/* There was no task, and now there is: the record must stay. */
static void test_no_task(scene *s)
{
    reply r;

    ask(s, &r, BOX(9, "RUNNING"));
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    tell(s, "create", "TaskCreate", 9);
    be_heard(s);
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

    break_stream(s); /* so it is asked for */
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    daemon_hold(&s->w, "Tasks/Get");
    neap_container_delete(s->box, reply_done, &r);
    daemon_await(&s->w, "Tasks/Get", 1);
    tell(s, "create", "TaskCreate", 9);
    be_heard(s);
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
    { "a pause is not undone by an older answer", test_pause },
    { "a pause of what has no handle yet is not missed",
      test_pause_of_a_stranger },
    { "an end is not undone by an older answer", test_end },
    { "a pause is not undone by the settling list", test_settling },
    { "an exec's question of an older stream settles nothing",
      test_settling_an_exec },
    { "a task is not taken for the one before it", test_made_meanwhile },
    { "a pause is not undone by Start's reply", test_start },
    { "a resumption is not undone by the pause's reply", test_own_pause },
    { "a late event of one's own pause undoes nothing", test_late_echoes },
    { "nor where the next reply is on its way", test_late_echo_within },
    { "what is not heard of a broken stream is not waited for",
      test_lost_echo },
    { "a task that comes behind the question keeps its record", test_no_task },
    { "a task that comes behind a deletion's question stops it",
      test_no_task_to_delete },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
