/* Events: listeners, what they hear and what they may do. */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "vigil.h"

typedef struct ears {
    vigil *v;
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
        neap_client_close(ear->v->client);
}

static void test_listeners(vigil *v)
{
    ears one = { .v = v }, two = { .v = v }, three = { .v = v };

    one.listener = neap_events_listen(v->client, on_event, &one);
    two.listener = neap_events_listen(v->client, on_event, &two);
    three.listener = neap_events_listen(v->client, on_event, &three);
    one.closes_itself = one.closes_other = true;
    one.other = two.listener;
    vigil_start(v);
    three.watched = v->task;
    vigil_tell_start(v);
    daemon_exit(&v->w, "box", "box", 7, 1);
    while (three.heard < 3)
        world_turn(&v->w);
    assert(one.heard == 1 && two.heard == 0);
    neap_listener_close(three.listener);
    neap_listener_close(NULL);
    vigil_be_heard(v);
    assert(three.heard == 3 && one.last + two.last + three.last == 0);
}

static void test_listener_hears_what_was_found(vigil *v)
{
    ears ear = { .v = v };
    reply r;

    ear.listener = neap_events_listen(v->client, on_event, &ear);
    vigil_start(v);
    ear.watched = v->task;
    vigil_list(v, "box", 7, "STOPPED", 5);
    reply_wait(v->task, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(ear.heard == 1 && ear.synthetic == 1); /* and not the hello */
    assert(ear.pid == 7 && ear.time == r.exit.time);
    neap_listener_close(ear.listener);
}

/* When it ended nobody can say; when that was found, all can. */
static void test_listener_hears_what_was_lost(vigil *v)
{
    ears ear = { .v = v };
    double before = (double)time(NULL);
    reply r;

    ear.listener = neap_events_listen(v->client, on_event, &ear);
    vigil_start(v);
    ear.watched = v->task;
    daemon_answer(&v->w, "Tasks/List", "{'tasks': []}");
    reply_wait(v->task, &r);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.lost && r.exit.time == 0);
    assert(ear.synthetic == 1 && ear.time >= before);
    neap_listener_close(ear.listener);
}

/* The callback takes the last but the listeners' hold of the client away. */
static void test_close_from_a_listener(vigil *v)
{
    ears one = { .v = v }, two = { .v = v };
    reply r;

    one.listener = neap_events_listen(v->client, on_event, &one);
    two.listener = neap_events_listen(v->client, on_event, &two);
    one.closes_client = true;
    vigil_start(v);
    reply_wait(v->task, &r);
    vigil_tell_start(v);
    reply_await(&v->w, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(one.heard == 1 && one.last == 1 && two.last == 1);
    neap_process_unref(v->task);
    neap_container_unref(v->box);
    neap_listener_close(one.listener);
    neap_listener_close(two.listener);
    v->client = daemon_client(&v->w);
    v->box = daemon_create(&v->w, v->client, "box", 1);
    v->task = NULL;
}

static const vigil_test tests[] = {
    { "listeners come second, and may close", test_listeners },
    { "listeners hear what was found", test_listener_hears_what_was_found },
    { "listeners hear what was lost, and when",
      test_listener_hears_what_was_lost },
    { "a listener may close the client", test_close_from_a_listener },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
