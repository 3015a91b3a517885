/* A record is deleted where it has no task. */
#include <assert.h>

#include "container.h"
#include "session.h"

static void test_delete_known(session *s)
{
    neap_container *c = daemon_create(&s->w, s->client, "box", 1);
    neap_task *task = daemon_start(&s->w, c);

    assert(session_delete(s, c) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    neap_process_unref(task); /* letting go tells nothing */
    assert(session_delete(s, c) == NEAP_FAILED_PRECONDITION);
    daemon_await_subscription(&s->w);
    daemon_event(&s->w, "/tasks/delete", "TaskDelete",
                 "{'container_id': 'box', 'id': 'box', 'pid': 7}");
    while (!neap_container_has_no_task(c))
        world_turn(&s->w);
    assert(session_delete(s, c) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(neap_container_is_gone(c));
    assert(session_delete(s, c) == NEAP_NOT_FOUND);
    neap_container_unref(c);
}

static void test_delete_unknown(session *s)
{
    neap_container *c = session_load(s, "box", 1);

    daemon_answer(&s->w, "Tasks/Get", "{'process': {'id': 'box', 'pid': 1}}");
    assert(session_delete(s, c) == NEAP_FAILED_PRECONDITION);
    assert(session_delete(s, c) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1); /* known by now */
    neap_container_unref(c);
    c = session_load(s, "box", 2);
    daemon_fail(&s->w, "Tasks/Get", NEAP_UNAVAILABLE);
    assert(session_delete(s, c) == NEAP_UNAVAILABLE); /* better not */
    assert(daemon_calls(&s->w, "Containers/Delete") == 0);
    daemon_fail(&s->w, "Tasks/Get", NEAP_NOT_FOUND);
    assert(session_delete(s, c) == NEAP_OK);
    neap_container_unref(c);
    c = session_load(s, "box", 3);
    daemon_fail(&s->w, "Containers/Delete", NEAP_NOT_FOUND);
    assert(session_delete(s, c) == NEAP_NOT_FOUND && neap_container_is_gone(c));
    neap_container_unref(c);
}

/* Somebody else's deletion, and one that is old news. */
static void test_deleted_by_another(session *s)
{
    neap_container *c = session_load(s, "box", 1000);

    daemon_await_subscription(&s->w);
    daemon_event_at(&s->w, 999, "/containers/delete", "ContainerDelete",
                    "{'id': 'box'}");
    daemon_event(&s->w, "/tasks/create", "TaskCreate",
                 "{'container_id': 'box', 'pid': 1}");
    while (!neap_events_are_live(s->client))
        world_turn(&s->w);
    assert(!neap_container_is_gone(c));
    daemon_event(&s->w, "/containers/delete", "ContainerDelete",
                 "{'id': 'box'}");
    while (!neap_container_is_gone(c))
        world_turn(&s->w);
    assert(neap_container_known(s->client, "box") == NULL);
    neap_container_unref(c);
}

static const session_test tests[] = {
    { "a record with a task is not deleted", test_delete_known },
    { "what is not known is asked before", test_delete_unknown },
    { "a deletion by somebody else is heard", test_deleted_by_another },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
