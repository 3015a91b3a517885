/* Events: execs have exits of their own. */
#include <assert.h>

#include "vigil.h"

static neap_process *exec_as(vigil *v, const char *id, int pid)
{
    neap_exec_config config = { .id = id };
    reply r = { 0 };

    daemon_answer(&v->w, "Tasks/Start", "{'pid': %d}", pid);
    neap_task_exec(v->task, &config, reply_process, &r);
    reply_await(&v->w, &r);
    assert(r.code == NEAP_OK);
    return r.process;
}

static neap_process *exec(vigil *v, const char *id)
{
    return exec_as(v, id, 20);
}

static void test_exec(vigil *v)
{
    neap_process *one, *two;
    reply first, second, task;

    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    one = exec(v, "one");
    two = exec(v, "two");
    reply_wait(one, &first);
    reply_wait(two, &second);
    reply_wait(v->task, &task);
    daemon_exit(&v->w, "box", "two", 20, 2);
    reply_await(&v->w, &second);
    assert(second.exit.code == 2 && first.count == 0 && task.count == 0);
    daemon_exit(&v->w, "box", "one", 20, 137);
    reply_await(&v->w, &first);
    assert(first.exit.code == 137 && !first.exit.lost && task.count == 0);
    assert(daemon_calls(&v->w, "Events/Publish") == 0);
    daemon_exit(&v->w, "box", "box", 7, 0);
    reply_await(&v->w, &task);
    neap_process_unref(one);
    neap_process_unref(two);
}

/* Some runtimes have one pid for all, a virtual machine's. */
static void test_one_pid_for_all(vigil *v)
{
    neap_process *one;
    reply exec_exit, task;

    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    one = exec_as(v, "one", 7);
    reply_wait(one, &exec_exit);
    reply_wait(v->task, &task);
    daemon_exit(&v->w, "box", "one", 7, 2);
    reply_await(&v->w, &exec_exit);
    vigil_be_heard(v);
    assert(exec_exit.exit.code == 2 && task.count == 0);
    daemon_exit(&v->w, "box", "box", 7, 3);
    reply_await(&v->w, &task);
    assert(task.exit.code == 3);
    neap_process_unref(one);
}

/* Tasks/List tells of no execs, so each is asked for; one is lost. */
static void test_exec_in_an_outage(vigil *v)
{
    neap_process *one;
    reply r;

    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    one = exec(v, "one");
    reply_wait(one, &r);
    vigil_list(v, "box", 7, "RUNNING", 0);
    daemon_answer(&v->w, "Tasks/Get",
                  "{'process': {'id': 'one', 'pid': 20, 'status': 'STOPPED',"
                  " 'exit_status': 4}}");
    daemon_break(&v->w, v->client);
    daemon_await(&v->w, "Events/Publish", 1);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.code == 4 && daemon_calls(&v->w, "Tasks/Get") == 1);
    neap_process_unref(one);
    one = exec(v, "two");
    reply_wait(one, &r);
    daemon_fail(&v->w, "Tasks/Get", NEAP_NOT_FOUND);
    daemon_break(&v->w, v->client);
    daemon_await(&v->w, "Events/Publish", 2);
    daemon_hello(&v->w);
    reply_await(&v->w, &r);
    assert(r.exit.lost);
    neap_process_unref(one);
}

static void test_execs_of_a_dead_shim(vigil *v)
{
    neap_process *one;
    reply r;

    v->client->doubt_s = 100;
    vigil_start(v);
    vigil_tell_start(v);
    vigil_be_heard(v);
    one = exec(v, "one");
    reply_wait(one, &r);
    daemon_exit(&v->w, "box", "box", 7, 137);
    daemon_delete(&v->w, "box", 7, 137);
    reply_await(&v->w, &r);
    assert(r.exit.lost && r.exit.code == 137);
    neap_process_unref(one);
}

static const vigil_test tests[] = {
    { "execs have exits of their own", test_exec },
    { "an exec is known by its id, not its pid", test_one_pid_for_all },
    { "an exec's exit in an outage is found", test_exec_in_an_outage },
    { "execs are lost with their shim", test_execs_of_a_dead_shim },
};

int main(void)
{
    return vigil_run(tests, sizeof tests / sizeof *tests);
}
