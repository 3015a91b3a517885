/* Events: what is heard of one's own tasks, and what is not believed. */
#include <assert.h>

#include "vigil.h"

static void test_own_task(vigil *v)
{
    reply first, second, late;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &first);
    reply_wait(v->task, &second);
    daemon_exit(&v->w, "box", "box", 7, 3);
    reply_await(&v->w, &first);
    reply_await(&v->w, &second);
    reply_wait(v->task, &late);
    assert(late.count == 0);
    reply_await(&v->w, &late);
    assert(first.exit.code == 3 && second.exit.code == 3);
    assert(late.exit.code == 3 && late.exit.time == 1000 && !late.exit.lost);
    assert(neap_process_known_status(v->task) == NEAP_STATUS_STOPPED);
    assert(daemon_calls(&v->w, "Events/Publish") == 0);
    assert(daemon_calls(&v->w, "Tasks/List") == 0);
}

/* Create answers late: the task has come and gone by then. */
static void test_faster_than_the_reply(vigil *v)
{
    neap_task_config config = { 0 };
    reply r = { 0 }, exit;

    daemon_hold(&v->w, "Tasks/Start");
    neap_task_start(v->box, &config, reply_process, &r);
    daemon_await(&v->w, "Tasks/Start", 1);
    vigil_tell_start(v);
    daemon_exit(&v->w, "box", "box", 7, 4);
    vigil_be_heard(v);
    assert(r.count == 0);
    daemon_release(&v->w, "Tasks/Start");
    reply_await(&v->w, &r);
    v->task = r.process;
    assert(neap_process_known_status(v->task) == NEAP_STATUS_STOPPED);
    reply_wait(v->task, &exit);
    reply_await(&v->w, &exit);
    assert(exit.exit.code == 4);
}

/* The subscription is not up yet: create, start and exit are not heard. */
static void test_gap(vigil *v)
{
    reply r;

    vigil_start(v);
    reply_wait(v->task, &r);
    vigil_list(v, "box", 7, "STOPPED", 5);
    daemon_await(&v->w, "Events/Publish", 1);
    assert(daemon_was_asked(&v->w, "Events/Publish", "/neap/hello"));
    daemon_await(&v->w, "Events/Publish", 2); /* the first is missed too */
    assert(r.count == 0 && daemon_calls(&v->w, "Tasks/List") == 0);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 5 && r.exit.time == 2000);
    assert(daemon_calls(&v->w, "Tasks/List") == 1);
}

static void test_not_in_the_list(vigil *v)
{
    reply r;

    vigil_start(v);
    reply_wait(v->task, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.code == NEAP_OK && r.exit.lost && r.exit.code == 137);
    assert(neap_container_has_no_task(v->box));
}

static void test_duplicates(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    daemon_exit(&v->w, "box", "box", 7, 0);
    daemon_exit(&v->w, "box", "box", 7, 137);
    vigil_be_heard(v);
    reply_wait(v->task, &r);
    reply_await(&v->w, &r);
    assert(r.exit.code == 0 && !r.exit.lost);
}

static void test_stale(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    daemon_exit(&v->w, "box", "box", 6, 1); /* another start's pid */
    daemon_event_at(&v->w, 1000, "/tasks/exit", "TaskExit",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    daemon_event_at(&v->w, 1000, "/tasks/delete", "TaskDelete",
                    "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    daemon_exit(&v->w, "box", "another", 0, 1);
    daemon_exit(&v->w, "nobody", "nobody", 7, 1);
    vigil_be_heard(v);
    assert(r.count == 0);
    daemon_exit(&v->w, "box", "box", 7, 2);
    reply_await(&v->w, &r);
    assert(r.exit.code == 2);
}

static void test_malformed(vigil *v)
{
    server_send(v->w.server, SUBSCRIBE, "\xff\xff", 2);
    server_send(v->w.server, SUBSCRIBE, "", 0);
    daemon_event(&v->w, "/tasks/exit", "TaskExit", "{}");
    daemon_event(&v->w, "/tasks/exit", "TaskOOM", "{'container_id': 'box'}");
    daemon_event(&v->w, "/tasks/", "TaskOOM", "{'container_id': 'box'}");
    vigil_be_heard(v);
}

/* Whatever stage the proof is at, who waits is answered once. */
static void test_close_at_any_turn(vigil *v)
{
    bool through = false;

    for (int turns = 0; !through; turns++) {
        neap_client *client = daemon_client(&v->w);
        neap_container *c = daemon_create(&v->w, client, "box", 1);
        neap_task *task = daemon_start(&v->w, c);
        reply r, status = { 0 };

        vigil_list(v, "box", 7, "STOPPED", 1);
        server_send(v->w.server, SUBSCRIBE, "", 0); /* it is live */
        reply_wait(task, &r);
        neap_process_status(task, reply_status, &status);
        for (int i = 0; i < turns && r.count == 0; i++) {
            unsigned said = daemon_calls(&v->w, "Events/Publish");

            world_turn(&v->w);
            if (daemon_calls(&v->w, "Events/Publish") > said)
                daemon_hello(&v->w);
        }
        through = r.count == 1;
        neap_client_close(client);
        reply_await(&v->w, &r);
        reply_await(&v->w, &status);
        assert(r.code == (through ? NEAP_OK : NEAP_CANCELLED));
        neap_process_unref(task);
        neap_container_unref(c);
    }
}

static const vigil_test tests[] = {
    { "one's own task needs no call", test_own_task },
    { "an exit may be faster than Start's reply", test_faster_than_the_reply },
    { "an exit before the subscription is live is found", test_gap },
    { "what is not listed is lost", test_not_in_the_list },
    { "the first of two exits counts", test_duplicates },
    { "events of another start are not believed", test_stale },
    { "malformed events are passed over", test_malformed },
    { "closing at any turn answers each wait once", test_close_at_any_turn },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
