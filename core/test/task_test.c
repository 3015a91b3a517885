/* Starting tasks and execs: every stage, and its failures. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

/* --- starting a task ------------------------------------------------------ */

static void test_start(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start_task(s, &config, NEAP_OK);
    int out = shim_opens(s->out, O_WRONLY), err = shim_opens(s->err, O_WRONLY);

    assert(daemon_was_asked(&s->w, "Tasks/Create", s->in));
    assert(daemon_was_asked(&s->w, "Tasks/Create", s->out));
    assert(daemon_was_asked(&s->w, "Tasks/Create", s->err));
    assert(neap_process_pid(task) == 7 && neap_process_is_task(task));
    assert(strcmp(neap_process_id(task), "box") == 0);
    assert(neap_process_container(task) == s->box);
    assert(neap_container_task(s->box) == task);
    assert(neap_process_known_status(task) == NEAP_STATUS_RUNNING);
    assert(strcmp(neap_process_stdio_path(task, 0), s->in) == 0);
    write_text(out, "hello ");
    await_captured(s, task, "hello ");
    write_text(out, "world");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 3);
    assert(wait_exit(s, task).code == 3);
    assert(has_captured(task, 1, "hello world"));
    assert(path_exists(s->out));
    assert(delete_process(s, task) == NEAP_OK);
    no_fifo_is_left(s);
    assert(neap_process_is_gone(task) && neap_process_pid(task) == 0);
    assert(wait_exit(s, task).code == 3); /* still */
    assert(delete_process(s, task) == NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 1);
    assert(delete_box(s) == NEAP_OK && neap_container_is_gone(s->box));
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    start_task(s, &config, NEAP_NOT_FOUND); /* the container is gone */
    neap_process_unref(task);
}

/* Of what could not be made nothing is left, and nobody is asked. */
static void test_no_fifo(scene *s)
{
    neap_task_config config = piped(s);

    config.io.err.path = "/nowhere/at/all";
    start_task(s, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    config = piped(s);
    config.io.out =
        (neap_stdio_end){ .kind = NEAP_STDIO_FD, .path = s->out, .fd = 1000 };
    start_task(s, &config, NEAP_UNKNOWN); /* EBADF */
    no_fifo_is_left(s);
    assert(daemon_calls(&s->w, "Tasks/Create") == 0);
    assert(delete_box(s) == NEAP_OK);
}

/* Whether a record that was found has a task, a failure here does not tell. */
static void test_no_fifo_tells_nothing(scene *s)
{
    neap_task_config config = piped(s);
    reply r = { 0 };

    neap_container_unref(s->box);
    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': 'box', 'created_at': 2}}");
    neap_container_load(s->client, "box", reply_container, &r);
    reply_await(&s->w, &r);
    s->box = r.container;
    config.io.err.path = "/nowhere/at/all";
    start_task(s, &config, NEAP_NOT_FOUND);
    daemon_answer(&s->w, "Tasks/Get", "{'process': {'id': 'box', 'pid': 1}}");
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_create_fails(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Create", NEAP_INTERNAL);
    start_task(s, &config, NEAP_INTERNAL);
    no_fifo_is_left(s);
    assert(neap_container_task(s->box) == NULL);
    assert(neap_container_has_no_task(s->box));
    daemon_fail(&s->w, "Tasks/Create", NEAP_ALREADY_EXISTS);
    start_task(s, &config, NEAP_ALREADY_EXISTS);
    no_fifo_is_left(s);
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION); /* known by now */
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(daemon_calls(&s->w, "Tasks/Start") == 0);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
}

/* A FIFO that another reads is theirs, who may start the next one on it. */
static void test_others_fifo_stays(scene *s)
{
    neap_task_config config = piped(s);

    config.io.out =
        (neap_stdio_end){ .kind = NEAP_STDIO_OTHER, .path = s->out };
    assert(mkfifo(s->out, 0600) == 0);
    daemon_fail(&s->w, "Tasks/Create", NEAP_INTERNAL);
    start_task(s, &config, NEAP_INTERNAL);
    assert(access(s->in, F_OK) != 0 && access(s->err, F_OK) != 0);
    config.io.err =
        (neap_stdio_end){ .kind = NEAP_STDIO_FD, .path = s->err, .fd = 1000 };
    start_task(s, &config, NEAP_UNKNOWN); /* EBADF */
    assert(unlink(s->out) == 0);
    no_fifo_is_left(s);
    assert(delete_box(s) == NEAP_OK);
}

/* containerd went in between: it may have made the task. */
static void test_create_stays_open(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Create", NEAP_UNAVAILABLE);
    start_task(s, &config, NEAP_UNAVAILABLE);
    no_fifo_is_left(s);
    assert(!neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK); /* after asking */
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_start_fails(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Start", NEAP_FAILED_PRECONDITION);
    start_task(s, &config, NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 1);
    no_fifo_is_left(s);
    assert(neap_container_has_no_task(s->box));
    daemon_fail(&s->w, "Tasks/Delete", NEAP_INTERNAL); /* it may be there */
    start_task(s, &config, NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 2);
    no_fifo_is_left(s);
    assert(!neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_start_twice(scene *s)
{
    neap_task_config config = { 0 };
    neap_task *task = start_task(s, &config, NEAP_OK);

    start_task(s, &config, NEAP_ALREADY_EXISTS);
    assert(daemon_calls(&s->w, "Tasks/Create") == 1);
    end_task(s, task);
    task = start_task(s, &config, NEAP_OK);
    end_task(s, task);
}

/* What is asked of containerd for streams that are not there. */
static void test_start_without_streams(scene *s)
{
    const neap_mount mount = { .type = "bind", .source = "/a" };
    neap_task_config config = { .rootfs = &mount, .rootfs_count = 1 };
    neap_task *task = start_task(s, &config, NEAP_OK);

    assert(daemon_was_asked(&s->w, "Tasks/Create", "'stdout':''"));
    assert(daemon_was_asked(&s->w, "Tasks/Create", "'type':'bind'"));
    assert(neap_process_stream(task, 1) == NULL);
    assert(!neap_process_has_terminal(task));
    end_task(s, task);
}

static void test_start_is_not_torn(scene *s)
{
    neap_task_config config = piped(s);
    reply r = { 0 };
    neap_request *req = neap_task_start(s->box, &config, reply_process, &r);

    neap_request_cancel(req);
    daemon_await(&s->w, "Tasks/Create", 1);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    end_task(s, r.process);
}

/* --- starting an exec ----------------------------------------------------- */

static void test_exec(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = piped_exec(s, "one");
    neap_task *task = start_task(s, &none, NEAP_OK);
    neap_process *one;
    int out;

    daemon_answer(&s->w, "Tasks/Start", "{'pid': 20}");
    one = start_exec(s, task, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    assert(daemon_was_asked(&s->w, "Tasks/Exec", "'exec_id':'one'"));
    assert(daemon_was_asked(&s->w, "Tasks/Start", "'exec_id':'one'"));
    assert(neap_process_pid(one) == 20 && !neap_process_is_task(one));
    start_exec(s, task, &config, NEAP_ALREADY_EXISTS);
    write_text(out, "from the exec");
    close(out);
    daemon_exit(&s->w, "box", "one", 20, 1);
    assert(wait_exit(s, one).code == 1 &&
           has_captured(one, 1, "from the exec"));
    assert(delete_process(s, one) == NEAP_OK);
    assert(daemon_was_asked(&s->w, "Tasks/DeleteProcess", "'exec_id':'one'"));
    no_fifo_is_left(s);
    neap_process_unref(one);
    end_task(s, task);
}

static void test_exec_fails(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = piped_exec(s, "one");
    neap_task *task = start_task(s, &none, NEAP_OK);
    neap_process *one;

    daemon_fail(&s->w, "Tasks/Exec", NEAP_INTERNAL);
    start_exec(s, task, &config, NEAP_INTERNAL);
    no_fifo_is_left(s);
    assert(daemon_calls(&s->w, "Tasks/Start") == 1);
    daemon_answer(&s->w, "Tasks/Exec", "{}");
    daemon_fail(&s->w, "Tasks/Start", NEAP_NOT_FOUND);
    start_exec(s, task, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    assert(daemon_calls(&s->w, "Tasks/DeleteProcess") == 1);
    config.io.out.path = "/nowhere/at/all";
    start_exec(s, task, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    config = piped_exec(s, "one");
    daemon_answer(&s->w, "Tasks/Start", "{'pid': 20}");
    one = start_exec(s, task, &config, NEAP_OK); /* the name is free */
    assert(!neap_container_has_no_task(s->box));
    end_output(s->out);
    daemon_exit(&s->w, "box", "one", 20, 0);
    wait_exit(s, one);
    assert(delete_process(s, one) == NEAP_OK);
    neap_process_unref(one);
    end_task(s, task);
}

static void test_exec_is_refused(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = { .id = "one" };
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply r = { 0 };

    neap_task_pause(task, reply_done, &r);
    reply_await(&s->w, &r);
    assert(neap_process_known_status(task) == NEAP_STATUS_PAUSED);
    start_exec(s, task, &config, NEAP_FAILED_PRECONDITION);
    r = (reply){ 0 };
    neap_task_resume(task, reply_done, &r);
    reply_await(&s->w, &r);
    assert(neap_process_known_status(task) == NEAP_STATUS_RUNNING);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    start_exec(s, task, &config, NEAP_FAILED_PRECONDITION);
    assert(delete_process(s, task) == NEAP_OK);
    start_exec(s, task, &config, NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Tasks/Exec") == 0);
    neap_process_unref(task);
}

static const scene_test tests[] = {
    { "a task is started, heard, ended and deleted", test_start },
    { "a FIFO that cannot be made leaves nothing", test_no_fifo },
    { "a FIFO that cannot be made tells nothing of the task",
      test_no_fifo_tells_nothing },
    { "a failed Create leaves nothing", test_create_fails },
    { "a failed Create leaves the FIFO of another", test_others_fifo_stays },
    { "a Create without answer leaves it open", test_create_stays_open },
    { "a failed Start is undone", test_start_fails },
    { "a container has one task", test_start_twice },
    { "a task needs no streams", test_start_without_streams },
    { "a start is not torn by a cancel", test_start_is_not_torn },
    { "an exec is started, heard, ended and deleted", test_exec },
    { "a failed exec leaves nothing", test_exec_fails },
    { "an exec that cannot be is refused", test_exec_is_refused },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
