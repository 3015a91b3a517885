/* Answers that events overtake: they undo no pause, and no resumption. */
#include <assert.h>
#include <string.h>

#include "late.h"
#include "process.h"

static void test_pause(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    late_tell_pause(s, "paused");
    neap_process_unref(late_answered(s, &r));
    assert(late_status_of(s, task) == NEAP_STATUS_PAUSED);
    late_restore(s, &r, BOX(9, "PAUSED"));
    late_tell_pause(s, "resumed");
    assert(late_restored(s, &r) == task);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(task);
    neap_process_unref(task);
}

/* Without handle when it was asked for. */
static void test_pause_of_a_stranger(scene *s)
{
    neap_task *task;
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    late_tell_pause(s, "paused");
    task = late_answered(s, &r);
    assert(late_status_of(s, task) == NEAP_STATUS_PAUSED);
    neap_process_unref(task);
}

/* The listing that settles a handle. */
static void test_settling(scene *s)
{
    neap_task *task;
    reply r = { 0 };

    late_break(s);
    late_get_says(s, BOX(9, "RUNNING"));
    neap_task_load(s->box, NULL, reply_process, &r);
    reply_await(&s->w, &r);
    task = r.process;
    late_list_says(s, BOX(9, "RUNNING"));
    daemon_hold(&s->w, "Tasks/List");
    r = (reply){ 0 };
    neap_process_status(task, reply_status, &r);
    daemon_await(&s->w, "Events/Publish", 1);
    daemon_hello(&s->w);
    daemon_await(&s->w, "Tasks/List", 1);
    late_tell_pause(s, "paused");
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/List");
    reply_await(&s->w, &r);
    assert(r.status == NEAP_STATUS_PAUSED);
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
    late_tell(s, "start", "TaskStart", 7);
    late_tell_pause(s, "paused");
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/Start");
    reply_await(&s->w, &r);
    assert(late_status_of(s, r.process) == NEAP_STATUS_PAUSED);
    end_task(s, r.process);
}

/* The reply to one's own pause comes behind somebody's resumption. */
static void test_own_pause(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));
    reply r = { 0 };

    daemon_hold(&s->w, "Tasks/Pause");
    neap_task_pause(task, reply_done, &r);
    daemon_await(&s->w, "Tasks/Pause", 1);
    late_tell_pause(s, "paused");
    late_tell_pause(s, "resumed");
    daemon_be_heard(&s->w, s->client);
    daemon_release(&s->w, "Tasks/Pause");
    reply_await(&s->w, &r);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
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
    neap_task *task = late_found(s, BOX(9, "RUNNING"));

    pause_now(s, task, true);
    pause_now(s, task, false);
    late_tell_pause(s, "paused");
    daemon_be_heard(&s->w, s->client);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    late_tell_pause(s, "resumed");
    late_tell_pause(s, "paused"); /* by somebody else */
    daemon_be_heard(&s->w, s->client);
    assert(late_status_of(s, task) == NEAP_STATUS_PAUSED);
    neap_process_unref(task);
}

/* The event of one's own pause comes while the resumption is on its way. */
static void test_late_echo_within(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));
    reply r;

    pause_now(s, task, true);
    daemon_hold(&s->w, "Tasks/Resume");
    call_pause(task, false, &r);
    daemon_await(&s->w, "Tasks/Resume", 1);
    late_tell_pause(s, "paused");
    daemon_be_heard(&s->w, s->client);
    assert(late_status_of(s, task) == NEAP_STATUS_PAUSED);
    daemon_release(&s->w, "Tasks/Resume");
    reply_await(&s->w, &r);
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    neap_process_unref(task);
}

/* The stream broke before the events of one's own were heard. */
static void test_lost_echo(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));

    pause_now(s, task, true);
    pause_now(s, task, false);
    late_break(s);
    late_tell_pause(s, "paused"); /* by somebody else */
    daemon_be_heard(&s->w, s->client);
    assert(task->status == NEAP_STATUS_PAUSED); /* without a question */
    neap_process_unref(task);
}

static const scene_test tests[] = {
    { "a pause is not undone by an older answer", test_pause },
    { "a pause of what has no handle yet is not missed",
      test_pause_of_a_stranger },
    { "a pause is not undone by the settling list", test_settling },
    { "a pause is not undone by Start's reply", test_start },
    { "a resumption is not undone by the pause's reply", test_own_pause },
    { "a late event of one's own pause undoes nothing", test_late_echoes },
    { "nor where the next reply is on its way", test_late_echo_within },
    { "what is not heard of a broken stream is not waited for",
      test_lost_echo },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
