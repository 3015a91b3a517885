/* Records are listed, with their tasks if wanted. */
#include <assert.h>
#include <string.h>

#include "container.h"
#include "session.h"

static void list(session *s, bool tasks, reply *r)
{
    *r = (reply){ 0 };
    neap_container_list(s->client, NULL, 0, tasks, reply_found, r);
    assert(r->count == 0);
    reply_await(&s->w, r);
}

static void test_list(session *s)
{
    const char *const filters[] = { "id==one", "labels.a==b" };
    neap_container *one = daemon_create(&s->w, s->client, "one", 1);
    reply r;

    session_add_record(s, "one", 1, true);
    session_add_record(s, "two", 2, false);
    list(s, false, &r);
    assert(r.found_count == 2 && r.found[0].container == one);
    assert(strcmp(neap_container_id(r.found[1].container), "two") == 0);
    assert(neap_container_created_at(r.found[1].container) == 2);
    assert(r.found[0].task == NULL && daemon_calls(&s->w, "Tasks/List") == 0);
    session_release(&r);
    neap_container_list(s->client, filters, 2, false, reply_found, &r);
    reply_await(&s->w, &r);
    assert(daemon_was_asked(&s->w, "Containers/ListStream",
                            "['id==one','labels.a==b']"));
    session_release(&r);
    neap_container_unref(one);
}

static void test_list_with_tasks(session *s)
{
    reply r, exit = { 0 };

    session_add_record(s, "one", 1, true);
    session_add_record(s, "two", 2, false);
    session_add_record(s, "three", 3, false);
    daemon_answer(&s->w, "Tasks/List",
                  "{'tasks': ["
                  "{'id': 'three', 'pid': 3, 'status': 'STOPPED',"
                  " 'exit_status': 9, 'exited_at': 7},"
                  "{'id': 'one', 'pid': 1, 'status': 'RUNNING'}]}");
    list(s, true, &r);
    assert(r.found_count == 3);
    assert(neap_process_pid(r.found[0].task) == 1 && r.found[1].task == NULL);
    assert(neap_container_has_no_task(r.found[1].container));
    assert(!neap_container_has_no_task(r.found[2].container));
    neap_process_wait(r.found[2].task, reply_exit, &exit);
    reply_await(&s->w, &exit);
    assert(exit.exit.code == 9 && exit.exit.time == 7);
    assert(neap_container_task(r.found[0].container) == r.found[0].task);
    assert(daemon_calls(&s->w, "Tasks/List") == 1);
    session_release(&r);
}

static void test_list_of_none(session *s)
{
    reply r;

    server_fail(s->w.server, LIST, NEAP_OK, "");
    list(s, true, &r);
    assert(r.code == NEAP_OK && r.found_count == 0);
    session_release(&r);
}

static void test_list_fails(session *s)
{
    reply r;

    server_fail(s->w.server, LIST, NEAP_INTERNAL, "no");
    list(s, false, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL);
    session_add_record(s, "one", 1, true);
    daemon_fail(&s->w, "Tasks/List", NEAP_INTERNAL);
    list(s, true, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL);
    assert(neap_container_known(s->client, "one") == NULL);
    server_answer(s->w.server, LIST, "\xff\xff\xff", 3);
    list(s, false, &r);
    assert(r.code == NEAP_INTERNAL && r.found == NULL); /* no message */
}

static void test_list_is_cancelled(session *s)
{
    neap_request *req;
    reply r = { 0 };

    server_stream(s->w.server, LIST); /* and then nothing */
    req = neap_container_list(s->client, NULL, 0, true, reply_found, &r);
    while (server_open_calls(s->w.server, LIST) == 0)
        world_turn(&s->w);
    neap_request_cancel(req);
    neap_request_cancel(req);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    session_add_record(s, "one", 1, true);
    daemon_hold(&s->w, "Tasks/List");
    r = (reply){ 0 };
    req = neap_container_list(s->client, NULL, 0, true, reply_found, &r);
    daemon_await(&s->w, "Tasks/List", 1);
    neap_request_cancel(req);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED && r.found == NULL);
    daemon_release(&s->w, "Tasks/List");
}

static const session_test tests[] = {
    { "records are listed", test_list },
    { "records are listed with their tasks", test_list_with_tasks },
    { "no records are listed", test_list_of_none },
    { "a list that fails releases what it found", test_list_fails },
    { "a list can be cancelled", test_list_is_cancelled },
};

int main(void)
{
    return session_run(tests, sizeof tests / sizeof *tests);
}
