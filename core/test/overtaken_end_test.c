/* Answers that events overtake: they undo no end, and settle none. */
#include <assert.h>

#include "late.h"

static void test_end(scene *s)
{
    neap_task *task = late_found(s, BOX(9, "RUNNING"));
    reply r;

    late_ask(s, &r, BOX(9, "RUNNING"));
    daemon_exit(&s->w, "box", "box", 9, 6);
    daemon_delete(&s->w, "box", 9, 6);
    neap_process_unref(late_answered(s, &r));
    assert(neap_process_known_status(task) == NEAP_STATUS_STOPPED);
    assert(neap_container_has_no_task(s->box));
    late_expect_exit(s, task, 6);
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

    late_break(s);
    late_list_says(s, BOX(7, "RUNNING"));
    late_get_says(s, "{'id': 'one', 'pid': 7, 'status': 'RUNNING'}");
    daemon_hold(&s->w, "Tasks/Get");
    reply_wait(exec, &ends);
    reply_wait(task, &task_ends);
    hello_again(s, 1);
    daemon_await(&s->w, "Tasks/Get", 1);
    late_break(s); /* it exits, unheard */
    daemon_hold(&s->w, "Tasks/List");
    hello_again(s, 2);
    daemon_await(&s->w, "Tasks/List", 2);
    daemon_release(&s->w, "Tasks/Get");
    daemon_be_heard(&s->w, s->client);
    late_get_says(s, "{'id': 'one', 'pid': 7, 'status': 'STOPPED',"
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

    late_restore(s, &r,
                 "{'id': 'box', 'pid': 7, 'status': 'STOPPED',"
                 " 'exit_status': 1}");
    end_task(s, task);
    daemon_answer(&s->w, "Tasks/Create", "{'pid': 8}");
    daemon_answer(&s->w, "Tasks/Start", "{'pid': 8}");
    task = start_task(s, &none, NEAP_OK);
    neap_process_unref(late_restored(s, &r));
    assert(neap_container_task(s->box) == task && !neap_process_is_gone(task));
    assert(late_status_of(s, task) == NEAP_STATUS_RUNNING);
    daemon_exit(&s->w, "box", "box", 8, 2);
    late_expect_exit(s, task, 2);
    assert(delete_process(s, task) == NEAP_OK);
    neap_process_unref(task);
}

static const scene_test tests[] = {
    { "an end is not undone by an older answer", test_end },
    { "an exec's question of an older stream settles nothing",
      test_settling_an_exec },
    { "a task is not taken for the one before it", test_made_meanwhile },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
