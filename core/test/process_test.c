/* Asking and finding processes, and attaching to them. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

/* --- what is asked of a process ------------------------------------------- */

static neap_code
kill_process(scene *s, neap_process *p, uint32_t signal, bool all)
{
    reply r = { 0 };

    neap_process_kill(p, signal, all, reply_done, &r);
    reply_await(&s->w, &r);
    return r.code;
}

static neap_code resize(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_resize(p, 80, 25, reply_done, &r);
    reply_await(&s->w, &r);
    return r.code;
}

static void test_kill(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply paused = { 0 };

    assert(kill_process(s, task, 15, false) == NEAP_OK);
    assert(daemon_was_asked(&s->w, "Tasks/Kill", "'signal':15"));
    assert(daemon_was_asked(&s->w, "Tasks/Kill", "'all':false"));
    assert(kill_process(s, task, 1, true) == NEAP_OK);
    assert(daemon_was_asked(&s->w, "Tasks/Kill", "'all':true"));
    daemon_fail(&s->w, "Tasks/Kill", NEAP_NOT_FOUND);
    assert(kill_process(s, task, 9, false) == NEAP_NOT_FOUND);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    assert(kill_process(s, task, 15, false) == NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Tasks/Kill") == 3);
    neap_task_pause(task, reply_done, &paused);
    reply_await(&s->w, &paused);
    assert(paused.code == NEAP_FAILED_PRECONDITION);
    end_task(s, task);
    assert(daemon_calls(&s->w, "Tasks/Pause") == 0);
}

static void test_resize(scene *s)
{
    neap_task_config config = { 0 };
    neap_task *task = start_task(s, &config, NEAP_OK);

    assert(resize(s, task) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/ResizePty") == 0);
    end_task(s, task);
    config.io.terminal = true;
    config.io.out = (neap_stdio_end){ .kind = NEAP_STDIO_PIPE, .path = s->out };
    task = start_task(s, &config, NEAP_OK);
    assert(neap_process_has_terminal(task));
    assert(daemon_was_asked(&s->w, "Tasks/Create", "'terminal':true"));
    assert(resize(s, task) == NEAP_OK);
    assert(daemon_was_asked(&s->w, "Tasks/ResizePty", "'width':80"));
    end_task(s, task);
}

static void test_delete(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);

    assert(delete_process(s, task) == NEAP_FAILED_PRECONDITION); /* it runs */
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    daemon_fail(&s->w, "Tasks/Delete", NEAP_INTERNAL);
    assert(delete_process(s, task) == NEAP_INTERNAL);
    assert(!neap_process_is_gone(task)); /* once more is fine */
    daemon_fail(&s->w, "Tasks/Delete", NEAP_NOT_FOUND);
    assert(delete_process(s, task) == NEAP_NOT_FOUND);
    assert(neap_process_is_gone(task));
    neap_process_unref(task);
}

/* The reply to Delete is the exit, where no event was faster. */
/* Its exit may have passed unheard: containerd is asked, not the handle. */
static void test_delete_after_a_kill(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);

    assert(kill_process(s, task, 15, true) == NEAP_OK);
    assert(delete_process(s, task) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
    assert(kill_process(s, task, 9, true) == NEAP_OK);
    assert(delete_process(s, task) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 1);
    end_task(s, task);
}

static void test_delete_tells_the_exit(scene *s)
{
    neap_container *other;
    neap_task *task;
    reply r = { 0 }, waited = { 0 };

    other = daemon_create(&s->w, s->client, "other", 3);
    daemon_answer(
        &s->w, "Tasks/Get",
        "{'process': {'id': 'other', 'pid': 9, 'status': 'CREATED'}}");
    neap_task_load(other, NULL, reply_process, &r);
    reply_await(&s->w, &r);
    task = r.process;
    daemon_answer(&s->w, "Tasks/Delete",
                  "{'pid': 9, 'exit_status': 8, 'exited_at': 4000}");
    neap_process_wait(task, reply_exit, &waited);
    r = (reply){ 0 };
    neap_process_delete(task, reply_exit, &r);
    reply_await(&s->w, &r);
    reply_await(&s->w, &waited);
    assert(r.code == NEAP_OK && r.exit.code == 8 && r.exit.time == 4000);
    assert(waited.exit.code == 8);
    assert(neap_container_has_no_task(other));
    neap_process_unref(task);
    neap_container_unref(other);
}

static void test_wait_is_cancelled(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply one = { 0 }, two = { 0 };
    neap_request *req = neap_process_wait(task, reply_exit, &one);

    neap_process_wait(task, reply_exit, &two);
    neap_request_cancel(req);
    neap_request_cancel(req);
    assert(one.count == 0);
    reply_await(&s->w, &one);
    assert(one.code == NEAP_CANCELLED && two.count == 0);
    daemon_exit(&s->w, "box", "box", 7, 1);
    reply_await(&s->w, &two);
    assert(two.exit.code == 1);
    end_task(s, task);
}

/* --- finding, attaching --------------------------------------------------- */

static void test_attach(scene *s)
{
    neap_stdio io = piped(s).io;
    neap_error err = { 0 };
    reply r = { 0 };
    neap_task *task;
    int out;

    assert(mkfifo(s->in, 0600) == 0 && mkfifo(s->out, 0600) == 0 &&
           mkfifo(s->err, 0600) == 0);
    io.adopt = true;
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'box', 'pid': 7, 'status': 'RUNNING',"
                  " 'stdout': '%s'}}",
                  s->out);
    neap_task_load(s->box, NULL, reply_process, &r);
    reply_await(&s->w, &r);
    task = r.process;
    assert(strcmp(neap_process_stdio_path(task, 1), s->out) == 0);
    assert(neap_process_stream(task, 1) == NULL);
    assert(neap_process_attach(task, &io, &err));
    assert(!neap_process_attach(task, &io, &err));
    assert(err.code == NEAP_FAILED_PRECONDITION);
    neap_error_clear(&err);
    out = shim_opens(s->out, O_WRONLY);
    write_text(out, "more");
    await_captured(s, task, "more");
    close(out);
    r = (reply){ 0 };
    neap_task_load(s->box, &io, reply_process, &r); /* the same handle */
    reply_await(&s->w, &r);
    assert(r.process == task);
    neap_process_unref(task);
    end_task(s, task);
    no_fifo_is_left(s);
}

static void test_attach_fails(scene *s)
{
    neap_stdio io = piped(s).io;
    reply r = { 0 };

    io.adopt = true; /* but there is no FIFO */
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'box', 'pid': 7, 'status': 'RUNNING'}}");
    neap_task_load(s->box, &io, reply_process, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_NOT_FOUND && r.process == NULL);
    assert(!neap_container_has_no_task(s->box));
}

/* It has ended, and its shim has closed the FIFOs: reading ends, too. */
static void test_attach_to_the_ended(scene *s)
{
    neap_stdio io = piped(s).io;
    neap_error err = { 0 };
    reply r = { 0 }, read;
    neap_task *task;

    assert(mkfifo(s->in, 0600) == 0 && mkfifo(s->out, 0600) == 0 &&
           mkfifo(s->err, 0600) == 0);
    io.adopt = true;
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'box', 'pid': 7, 'status': 'STOPPED'}}");
    neap_task_load(s->box, NULL, reply_process, &r);
    reply_await(&s->w, &r);
    task = r.process;
    assert(neap_process_attach(task, &io, &err));
    assert(strcmp(read_stream(s, neap_process_stream(task, 2), &read), "") ==
           0);
    wait_exit(s, task);
    assert(delete_process(s, task) == NEAP_OK);
    neap_process_unref(task);
    no_fifo_is_left(s);
}

static void test_find_exec(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply r = { 0 };

    neap_task_process(task, "one", NULL, reply_process, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_NOT_FOUND);
    assert(!neap_container_has_no_task(s->box));
    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'one', 'pid': 9, 'status': 'STOPPED',"
                  " 'exit_status': 2, 'exited_at': 10}}");
    r = (reply){ 0 };
    neap_task_process(task, "one", NULL, reply_process, &r);
    reply_await(&s->w, &r);
    assert(daemon_was_asked(&s->w, "Tasks/Get", "'exec_id':'one'"));
    assert(wait_exit(s, r.process).code == 2);
    assert(delete_process(s, r.process) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/DeleteProcess") == 1);
    neap_process_unref(r.process);
    end_task(s, task);
}

static void on_delete(void *arg, const neap_error *err, const neap_exit *exit)
{
    assert(exit == NULL);
    reply_done(arg, err);
}

static void test_exec_that_never_ran(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply r = { 0 }, waited = { 0 }, deleted = { 0 };

    daemon_answer(&s->w, "Tasks/Get",
                  "{'process': {'id': 'one', 'status': 'CREATED'}}");
    neap_task_process(task, "one", NULL, reply_process, &r);
    reply_await(&s->w, &r);
    neap_process_wait(r.process, reply_exit, &waited);
    daemon_answer(&s->w, "Tasks/DeleteProcess", "{'id': 'one'}");
    neap_process_delete(r.process, on_delete, &deleted);
    reply_await(&s->w, &deleted);
    reply_await(&s->w, &waited);
    assert(deleted.code == NEAP_OK && waited.code == NEAP_NOT_FOUND);
    assert(delete_process(s, r.process) == NEAP_NOT_FOUND);
    neap_process_unref(r.process);
    end_task(s, task);
}

static const scene_test tests[] = {
    { "signals are sent to who runs", test_kill },
    { "terminals are resized", test_resize },
    { "what runs is not deleted", test_delete },
    { "what was killed is", test_delete_after_a_kill },
    { "a deletion tells the exit", test_delete_tells_the_exit },
    { "a wait can be cancelled", test_wait_is_cancelled },
    { "a task that was found can be attached to", test_attach },
    { "a task that has ended can be attached to", test_attach_to_the_ended },
    { "an attach that fails gives no handle", test_attach_fails },
    { "an exec can be found", test_find_exec },
    { "an exec that never ran has no exit", test_exec_that_never_ran },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
