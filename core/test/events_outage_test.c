/* Events: no exit is missed, whatever happens to the subscription. */
#include <assert.h>

#include "vigil.h"

static void test_exit_in_an_outage(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    vigil_be_heard(v);
    vigil_list(v, "box", 7, "STOPPED", 6);
    daemon_break(&v->w, v->client);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 6 && !r.exit.lost);
    assert(daemon_calls(&v->w, "Events/Publish") == 1);
    assert(daemon_calls(&v->w, "Tasks/List") == 1);
}

static void test_killed_daemon(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    vigil_be_heard(v);
    vigil_list(v, "box", 7, "RUNNING", 0);
    server_refuse(v->w.server, true);
    server_drop(v->w.server);
    while (neap_events_are_live(v->client))
        world_turn(&v->w);
    server_refuse(v->w.server, false);
    while (daemon_calls(&v->w, "Events/Publish") == 0)
        world_turn(&v->w);
    daemon_hello(&v->w);
    daemon_await(&v->w, "Tasks/List", 1);
    daemon_exit(&v->w, "box", "box", 7, 2);
    reply_await(&v->w, &r);
    assert(r.exit.code == 2);
}

/* Nobody waits: nothing is asked before somebody does. */
static void test_quiet_outage(vigil *v)
{
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    daemon_break(&v->w, v->client);
    daemon_await_subscription(&v->w);
    vigil_be_heard(v);
    assert(daemon_calls(&v->w, "Events/Publish") == 0);
    vigil_list(v, "box", 7, "STOPPED", 9);
    reply_wait(v->task, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 9);
}

/* The subscription breaks again while the list is on its way: what it says may
 * be outdated, so it is made once more. */
static void test_outage_behind_the_list(vigil *v)
{
    reply r;

    vigil_start(v);
    reply_wait(v->task, &r);
    daemon_hold(&v->w, "Tasks/List");
    vigil_list(v, "box", 7, "RUNNING", 0);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    daemon_await(&v->w, "Tasks/List", 1);
    daemon_break(&v->w, v->client);
    daemon_release(&v->w, "Tasks/List");
    daemon_await(&v->w, "Events/Publish", 2);
    vigil_list(v, "box", 7, "STOPPED", 3);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 3);
}

static void test_second_list(vigil *v)
{
    reply r;

    v->client->events->long_outage_s = 0;
    v->client->events->list_again_s = 0.05;
    vigil_start(v);
    vigil_tell_start(v);
    reply_wait(v->task, &r);
    vigil_be_heard(v);
    vigil_list(v, "box", 7, "RUNNING", 0);
    daemon_break(&v->w, v->client);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    daemon_await(&v->w, "Tasks/List", 1);
    vigil_list(v, "box", 7, "STOPPED", 12); /* its event was dropped */
    reply_await(&v->w, &r);
    assert(r.exit.code == 12);
    assert(daemon_calls(&v->w, "Tasks/List") == 2);
    assert(daemon_calls(&v->w, "Events/Publish") == 1);
}

static void test_refused(vigil *v)
{
    reply r;

    vigil_start(v);
    server_end(v->w.server, SUBSCRIBE, NEAP_UNAVAILABLE, "");
    server_fail(v->w.server, SUBSCRIBE, NEAP_UNIMPLEMENTED, "no such thing");
    reply_wait(v->task, &r);
    while (server_calls(v->w.server, SUBSCRIBE) < 3)
        world_turn(&v->w);
    assert(r.count == 0);
    server_stream(v->w.server, SUBSCRIBE);
    vigil_list(v, "box", 7, "STOPPED", 1);
    while (daemon_calls(&v->w, "Events/Publish") == 0)
        world_turn(&v->w);
    while (server_open_calls(v->w.server, SUBSCRIBE) == 0)
        world_turn(&v->w);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 1);
}

static const vigil_test tests[] = {
    { "an exit in an outage is found", test_exit_in_an_outage },
    { "a daemon that was killed is found again", test_killed_daemon },
    { "an outage nobody waits in costs nothing", test_quiet_outage },
    { "an outage behind a list makes it void", test_outage_behind_the_list },
    { "after a long outage it is listed once more", test_second_list },
    { "a subscription that is refused is tried again", test_refused },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
