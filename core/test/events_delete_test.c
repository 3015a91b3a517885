/* Events: dead shims, and what others delete. */
#include <assert.h>

#include "vigil.h"

/* An exit 137 and, so much later by containerd's clock, the deletion. */
static void tell_end(vigil *v, double apart_s)
{
    double time = 4e9;

    daemon_event_at(&v->w, time, "/tasks/exit", "TaskExit",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7,"
                    " 'exit_status': 137, 'exited_at': 1000}");
    daemon_event_at(&v->w, time + apart_s, "/tasks/delete", "TaskDelete",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7,"
                    " 'exit_status': 137, 'exited_at': 1000}");
}

/* It runs, somebody waits, and then its end is told, and so the deletion. */
static void end_after(vigil *v, double seconds, reply *r)
{
    v->client->doubt_s = 100;
    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, r);
    tell_end(v, seconds);
    reply_await(&v->w, r);
}

static void test_dead_shim(vigil *v)
{
    reply r, gone = { 0 };

    end_after(v, 0.0005, &r);
    assert(r.exit.code == 137 && r.exit.lost);
    assert(neap_container_has_no_task(v->box));
    neap_process_delete(v->task, reply_exit, &gone);
    reply_await(&v->w, &gone); /* there is nothing to delete */
    assert(gone.code == NEAP_OK && gone.exit.lost);
    assert(daemon_calls(&v->w, "Tasks/Delete") == 0);
}

static void test_killed(vigil *v)
{
    reply r, killed = { 0 };

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    daemon_exit(&v->w, "box", "box", 7, 137); /* by somebody else */
    reply_await(&v->w, &r);
    assert(r.exit.code == 137 && !r.exit.lost);
    daemon_delete(&v->w, "box", 7, 137);
    vigil_be_heard(v);
    reply_wait(v->task, &r);
    reply_await(&v->w, &r);
    assert(!r.exit.lost); /* what was answered stays */
    neap_process_kill(v->task, 9, false, reply_done, &killed);
    reply_await(&v->w, &killed);
    assert(killed.code == NEAP_NOT_FOUND);
}

/* runc deletes it in between, which takes its time: it is not made up. */
static void test_killed_and_deleted(vigil *v)
{
    reply r, gone = { 0 };

    end_after(v, 0.006, &r);
    assert(r.exit.code == 137 && r.exit.time == 1000 && !r.exit.lost);
    assert(neap_process_has_vanished(v->task));
    neap_process_delete(v->task, reply_exit, &gone);
    reply_await(&v->w, &gone);
    assert(gone.code == NEAP_OK && !gone.exit.lost);
}

static void test_killed_here(vigil *v)
{
    reply r, killed = { 0 };

    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    neap_process_kill(v->task, 9, true, reply_done, &killed);
    reply_await(&v->w, &killed);
    daemon_exit(&v->w, "box", "box", 7, 137);
    daemon_delete(&v->w, "box", 7, 137); /* and somebody deletes it at once */
    reply_wait(v->task, &r);
    reply_await(&v->w, &r);
    assert(r.exit.code == 137 && !r.exit.lost);
}

static void test_deleted_by_another(vigil *v)
{
    reply r, status = { 0 }, gone = { 0 };

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    daemon_delete(&v->w, "box", 7, 4);
    reply_await(&v->w, &r);
    assert(r.exit.code == 4 && r.exit.time == 3000 && !r.exit.lost);
    assert(neap_container_has_no_task(v->box));
    neap_process_status(v->task, reply_status, &status);
    reply_await(&v->w, &status);
    assert(status.code == NEAP_NOT_FOUND);
    reply_wait(v->task, &r);
    reply_await(&v->w, &r);
    neap_process_delete(v->task, reply_exit, &gone);
    reply_await(&v->w, &gone);
    assert(gone.code == NEAP_OK && gone.exit.code == 4 && r.exit.code == 4);
    assert(daemon_calls(&v->w, "Tasks/Delete") == 0);
    neap_process_unref(v->task); /* and another may be started */
    v->task = daemon_start(&v->w, v->box);
}

/* The record goes; its task runs on, and a new record takes the id. */
static void test_orphan(vigil *v)
{
    neap_container *next;
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    daemon_event(&v->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    vigil_be_heard(v);
    assert(neap_container_is_gone(v->box));
    next = daemon_create(&v->w, v->client, "box", 2);
    assert(next != v->box && !neap_container_is_gone(next));
    daemon_exit(&v->w, "box", "box", 7, 11);
    reply_await(&v->w, &r);
    assert(r.exit.code == 11);
    neap_container_unref(next);
}

static void test_orphan_at_close(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    daemon_event(&v->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    vigil_be_heard(v);
    neap_client_ref(v->client);
    neap_client_close(v->client);
    reply_await(&v->w, &r);
    assert(r.code == NEAP_CANCELLED);
    neap_process_unref(v->task);
    neap_container_unref(v->box);
    neap_client_unref(v->client);
    v->client = daemon_client(&v->w);
    v->box = daemon_create(&v->w, v->client, "box", 1);
    v->task = NULL;
}

static const vigil_test tests[] = {
    { "a dead shim's exit is lost", test_dead_shim },
    { "who is killed and deleted by others is not lost",
      test_killed_and_deleted },
    { "an exit 137 alone is an exit", test_killed },
    { "an exit 137 after one's own KILL is an exit", test_killed_here },
    { "a deletion by somebody else tells the exit", test_deleted_by_another },
    { "a task outlives its record", test_orphan },
    { "a task without record is cancelled at close", test_orphan_at_close },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
