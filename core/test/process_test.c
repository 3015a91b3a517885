/* Processes and their streams: every stage, its failures, and closing there. */
#include "process.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"

/* A client, a container, and the FIFOs' paths; the test is the shim. */
typedef struct scene {
    world w;
    neap_client *client;
    neap_container *box;
    char in[64], out[64], err[64];
    int files; /* open to begin with */
} scene;

static void scene_open(scene *s, neap_loop_mode mode)
{
    world_open(&s->w, mode);
    strcpy(s->in, world_path(&s->w, "in"));
    strcpy(s->out, world_path(&s->w, "out"));
    strcpy(s->err, world_path(&s->w, "err"));
    s->files = world_files(&s->w);
    s->client = daemon_client(&s->w);
    s->box = daemon_create(&s->w, s->client, "box", 1);
    daemon_await_subscription(&s->w);
    daemon_event(&s->w, "/mark", "TaskOOM", "{}");
    while (!neap_events_are_live(s->client))
        world_turn(&s->w);
}

static void scene_close(scene *s)
{
    neap_container_unref(s->box);
    daemon_leave(&s->w, s->client);
    assert(world_files(&s->w) == s->files);
    world_close(&s->w); /* no FIFO is left, or it would fail */
}

static neap_task_config piped(const scene *s)
{
    return (neap_task_config){
        .io = { .in = { .kind = NEAP_STDIO_PIPE, .path = s->in },
                .out = { .kind = NEAP_STDIO_CAPTURE,
                         .path = s->out,
                         .limit = 1000 },
                .err = { .kind = NEAP_STDIO_PIPE, .path = s->err },
                .drain_s = 100 },
    };
}

static neap_exec_config piped_exec(const scene *s, const char *id)
{
    return (neap_exec_config){ .id = id, .io = piped(s).io };
}

static neap_task *
start(scene *s, const neap_task_config *config, neap_code code)
{
    reply r = { 0 };

    neap_task_start(s->box, config, reply_process, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == code && (r.process != NULL) == (code == NEAP_OK));
    return r.process;
}

static neap_process *
exec(scene *s, neap_task *task, const neap_exec_config *config, neap_code code)
{
    reply r = { 0 };

    neap_task_exec(task, config, reply_process, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == code && (r.process != NULL) == (code == NEAP_OK));
    return r.process;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void no_fifo_is_left(const scene *s)
{
    assert(!exists(s->in) && !exists(s->out) && !exists(s->err));
    assert(world_files(&s->w) == s->files);
}

/* The shim's end of an output, or of the input. */
static int shim_opens(const char *path, int flags)
{
    int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);

    assert(fd >= 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static neap_exit wait_exit(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_wait(p, reply_exit, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.exit;
}

static neap_code delete_process(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_delete(p, reply_exit, &r);
    reply_await(&s->w, &r);
    return r.code;
}

static neap_code delete_box(scene *s)
{
    reply r = { 0 };

    neap_container_delete(s->box, reply_done, &r);
    reply_await(&s->w, &r);
    return r.code;
}

static bool captured(neap_process *p, int which, const char *text)
{
    size_t size;
    const char *data =
        neap_stream_captured(neap_process_stream(p, which), &size);

    return size == strlen(text) && memcmp(data, text, size) == 0;
}

static void await_captured(scene *s, neap_process *p, const char *text)
{
    while (!captured(p, 1, text))
        world_turn(&s->w);
}

/* The shim goes: whoever reads what it opened sees the end. */
static void end_output(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
}

/* End a task where it has not ended, and forget it. */
static void end_task(scene *s, neap_task *task)
{
    end_output(s->out);
    end_output(s->err);
    if (!neap_process_is_gone(task)) {
        daemon_exit(&s->w, "box", "box", 7, 0);
        wait_exit(s, task);
        assert(delete_process(s, task) == NEAP_OK);
    }
    neap_process_unref(task);
}

/* --- starting a task ------------------------------------------------------ */

static void test_start(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
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
    say(out, "hello ");
    await_captured(s, task, "hello ");
    say(out, "world");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 3);
    assert(wait_exit(s, task).code == 3);
    assert(captured(task, 1, "hello world"));
    assert(exists(s->out));
    assert(delete_process(s, task) == NEAP_OK);
    no_fifo_is_left(s);
    assert(neap_process_is_gone(task) && neap_process_pid(task) == 0);
    assert(wait_exit(s, task).code == 3); /* still */
    assert(delete_process(s, task) == NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 1);
    assert(delete_box(s) == NEAP_OK && neap_container_is_gone(s->box));
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    start(s, &config, NEAP_NOT_FOUND); /* the container is gone */
    neap_process_unref(task);
}

/* Of what could not be made nothing is left, and nobody is asked. */
static void test_no_fifo(scene *s)
{
    neap_task_config config = piped(s);

    config.io.err.path = "/nowhere/at/all";
    start(s, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    config = piped(s);
    config.io.out =
        (neap_stdio_end){ .kind = NEAP_STDIO_FD, .path = s->out, .fd = 1000 };
    start(s, &config, NEAP_UNKNOWN); /* EBADF */
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
    start(s, &config, NEAP_NOT_FOUND);
    daemon_answer(&s->w, "Tasks/Get", "{'process': {'id': 'box', 'pid': 1}}");
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_create_fails(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Create", NEAP_INTERNAL);
    start(s, &config, NEAP_INTERNAL);
    no_fifo_is_left(s);
    assert(neap_container_task(s->box) == NULL);
    assert(neap_container_has_no_task(s->box));
    daemon_fail(&s->w, "Tasks/Create", NEAP_ALREADY_EXISTS);
    start(s, &config, NEAP_ALREADY_EXISTS);
    no_fifo_is_left(s);
    assert(delete_box(s) == NEAP_FAILED_PRECONDITION); /* known by now */
    assert(daemon_calls(&s->w, "Tasks/Get") == 0);
    assert(daemon_calls(&s->w, "Tasks/Start") == 0);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 0);
}

/* containerd went in between: it may have made the task. */
static void test_create_stays_open(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Create", NEAP_UNAVAILABLE);
    start(s, &config, NEAP_UNAVAILABLE);
    no_fifo_is_left(s);
    assert(!neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK); /* after asking */
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_start_fails(scene *s)
{
    neap_task_config config = piped(s);

    daemon_fail(&s->w, "Tasks/Start", NEAP_FAILED_PRECONDITION);
    start(s, &config, NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 1);
    no_fifo_is_left(s);
    assert(neap_container_has_no_task(s->box));
    daemon_fail(&s->w, "Tasks/Delete", NEAP_INTERNAL); /* it may be there */
    start(s, &config, NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/Delete") == 2);
    no_fifo_is_left(s);
    assert(!neap_container_has_no_task(s->box));
    assert(delete_box(s) == NEAP_OK);
    assert(daemon_calls(&s->w, "Tasks/Get") == 1);
}

static void test_start_twice(scene *s)
{
    neap_task_config config = { 0 };
    neap_task *task = start(s, &config, NEAP_OK);

    start(s, &config, NEAP_ALREADY_EXISTS);
    assert(daemon_calls(&s->w, "Tasks/Create") == 1);
    end_task(s, task);
    task = start(s, &config, NEAP_OK);
    end_task(s, task);
}

/* What is asked of containerd for streams that are not there. */
static void test_start_without_streams(scene *s)
{
    const neap_mount mount = { .type = "bind", .source = "/a" };
    neap_task_config config = { .rootfs = &mount, .rootfs_count = 1 };
    neap_task *task = start(s, &config, NEAP_OK);

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
    neap_task *task = start(s, &none, NEAP_OK);
    neap_process *one;
    int out;

    daemon_answer(&s->w, "Tasks/Start", "{'pid': 20}");
    one = exec(s, task, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    assert(daemon_was_asked(&s->w, "Tasks/Exec", "'exec_id':'one'"));
    assert(daemon_was_asked(&s->w, "Tasks/Start", "'exec_id':'one'"));
    assert(neap_process_pid(one) == 20 && !neap_process_is_task(one));
    exec(s, task, &config, NEAP_ALREADY_EXISTS);
    say(out, "from the exec");
    close(out);
    daemon_exit(&s->w, "box", "one", 20, 1);
    assert(wait_exit(s, one).code == 1 && captured(one, 1, "from the exec"));
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
    neap_task *task = start(s, &none, NEAP_OK);
    neap_process *one;

    daemon_fail(&s->w, "Tasks/Exec", NEAP_INTERNAL);
    exec(s, task, &config, NEAP_INTERNAL);
    no_fifo_is_left(s);
    assert(daemon_calls(&s->w, "Tasks/Start") == 1);
    daemon_answer(&s->w, "Tasks/Exec", "{}");
    daemon_fail(&s->w, "Tasks/Start", NEAP_NOT_FOUND);
    exec(s, task, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    assert(daemon_calls(&s->w, "Tasks/DeleteProcess") == 1);
    config.io.out.path = "/nowhere/at/all";
    exec(s, task, &config, NEAP_NOT_FOUND);
    no_fifo_is_left(s);
    config = piped_exec(s, "one");
    daemon_answer(&s->w, "Tasks/Start", "{'pid': 20}");
    one = exec(s, task, &config, NEAP_OK); /* the name is free */
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
    neap_task *task = start(s, &none, NEAP_OK);
    reply r = { 0 };

    neap_task_pause(task, reply_done, &r);
    reply_await(&s->w, &r);
    assert(neap_process_known_status(task) == NEAP_STATUS_PAUSED);
    exec(s, task, &config, NEAP_FAILED_PRECONDITION);
    r = (reply){ 0 };
    neap_task_resume(task, reply_done, &r);
    reply_await(&s->w, &r);
    assert(neap_process_known_status(task) == NEAP_STATUS_RUNNING);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    exec(s, task, &config, NEAP_FAILED_PRECONDITION);
    assert(delete_process(s, task) == NEAP_OK);
    exec(s, task, &config, NEAP_NOT_FOUND);
    assert(daemon_calls(&s->w, "Tasks/Exec") == 0);
    neap_process_unref(task);
}

/* --- input ---------------------------------------------------------------- */

/* Before an exec's Start the shim has no input to close. */
static void test_close_io_after_start(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = piped_exec(s, "one");
    neap_task *task = start(s, &none, NEAP_OK);
    reply r = { 0 };
    neap_process *one;
    char bytes[8];
    int in;

    config.io.in = (neap_stdio_end){ .kind = NEAP_STDIO_FILE,
                                     .path = s->in,
                                     .file = world_path(&s->w, "file") };
    in = open(config.io.in.file, O_CREAT | O_WRONLY, 0600);
    say(in, "input");
    close(in);
    daemon_hold(&s->w, "Tasks/Start");
    neap_task_exec(task, &config, reply_process, &r);
    daemon_await(&s->w, "Tasks/Start", 2);
    in = shim_opens(s->in, O_RDONLY);
    for (int i = 0; i < 20; i++)
        world_glance(&s->w);
    assert(daemon_calls(&s->w, "Tasks/CloseIO") == 0);
    daemon_release(&s->w, "Tasks/Start");
    reply_await(&s->w, &r);
    one = r.process;
    daemon_await(&s->w, "Tasks/CloseIO", 1);
    assert(daemon_was_asked(&s->w, "Tasks/CloseIO", "'exec_id':'one'"));
    assert(daemon_was_asked(&s->w, "Tasks/CloseIO", "'stdin':true"));
    assert(read(in, bytes, sizeof bytes) == 5);
    assert(memcmp(bytes, "input", 5) == 0);
    assert(read(in, bytes, sizeof bytes) == 0); /* our end is closed */
    close(in);
    unlink(config.io.in.file);
    end_output(s->out);
    daemon_exit(&s->w, "box", "one", 7, 0);
    wait_exit(s, one);
    assert(delete_process(s, one) == NEAP_OK);
    neap_process_unref(one);
    end_task(s, task);
}

static void test_write_and_close(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
    neap_stream *input = neap_process_stream(task, 0);
    int in = shim_opens(s->in, O_RDONLY);
    reply first = { 0 }, second = { 0 }, late = { 0 };
    char bytes[16];

    neap_stream_write(input, "one ", 4, reply_done, &first);
    neap_stream_write(input, "two", 3, reply_done, &second);
    neap_stream_close(input); /* after what was written */
    neap_stream_close(input);
    neap_stream_write(input, "three", 5, reply_done, &late);
    reply_await(&s->w, &second);
    reply_await(&s->w, &late);
    assert(first.count == 1 && first.code == NEAP_OK);
    assert(second.code == NEAP_OK && late.code == NEAP_FAILED_PRECONDITION);
    daemon_await(&s->w, "Tasks/CloseIO", 1);
    assert(read(in, bytes, sizeof bytes) == 7);
    assert(neap_stream_is_closed(input));
    close(in);
    end_task(s, task);
    assert(daemon_calls(&s->w, "Tasks/CloseIO") == 1);
}

/* Who has ended reads no more. */
static void test_write_at_the_end(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
    neap_stream *input = neap_stream_ref(neap_process_stream(task, 0));
    char *lots = calloc(1, 4 << 20);
    reply r = { 0 };

    neap_stream_write(input, lots, 4 << 20, reply_done, &r);
    daemon_exit(&s->w, "box", "box", 7, 0);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
    free(lots);
    end_output(s->out);
    wait_exit(s, task);
    r = (reply){ 0 };
    neap_stream_write(input, "x", 1, reply_done, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
    neap_stream_close(input);
    end_task(s, task);
    neap_stream_unref(input); /* it outlives its process */
    assert(daemon_calls(&s->w, "Tasks/CloseIO") == 0);
}

/* --- output --------------------------------------------------------------- */

static void test_wait_drains(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
    int out = shim_opens(s->out, O_WRONLY);
    reply r = { 0 };

    neap_process_wait(task, reply_exit, &r);
    say(out, "before ");
    daemon_exit(&s->w, "box", "box", 7, 0);
    while (neap_process_known_status(task) != NEAP_STATUS_STOPPED)
        world_turn(&s->w);
    say(out, "after");
    await_captured(s, task, "before after");
    assert(r.count == 0);
    close(out);
    reply_await(&s->w, &r);
    assert(r.exit.truncated == NULL);
    end_task(s, task);
}

/* A child that holds the output open cannot hold up the wait for ever. */
static void test_drain_is_bounded(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task;
    neap_exit exit;
    int out;

    config.io.drain_s = 0.02;
    task = start(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    say(out, "some");
    daemon_exit(&s->w, "box", "box", 7, 5);
    exit = wait_exit(s, task);
    assert(exit.code == 5 && strcmp(exit.truncated, "drain") == 0);
    assert(captured(task, 1, "some"));
    end_task(s, task);
    close(out);
}

static void test_limit(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task;
    int out;

    config.io.out.limit = 4;
    task = start(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    say(out, "much too long");
    close(out);
    daemon_exit(&s->w, "box", "box", 7, 0);
    assert(strcmp(wait_exit(s, task).truncated, "limit") == 0);
    assert(captured(task, 1, "much"));
    end_task(s, task);
}

static void on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    snprintf(r->message, sizeof r->message, "%.*s", (int)size,
             data != NULL ? data : "");
    free(data);
}

static const char *read_stream(scene *s, neap_stream *stream, reply *r)
{
    *r = (reply){ 0 };
    neap_stream_read(stream, on_read, r);
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK);
    return r->message;
}

/* A pipe does not hold up the wait: what it has stays readable. */
static void test_pipe_after_the_exit(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
    neap_stream *stream = neap_stream_ref(neap_process_stream(task, 2));
    int out = shim_opens(s->out, O_WRONLY), err = shim_opens(s->err, O_WRONLY);
    reply r;

    say(err, "unread");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 0);
    assert(wait_exit(s, task).truncated == NULL);
    assert(strcmp(read_stream(s, stream, &r), "unread") == 0);
    assert(strcmp(read_stream(s, stream, &r), "") == 0);
    end_task(s, task);
    assert(strcmp(read_stream(s, stream, &r), "") == 0);
    neap_stream_unref(stream);
}

static void test_pipe_at_the_deletion(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start(s, &config, NEAP_OK);
    neap_stream *stream = neap_stream_ref(neap_process_stream(task, 2));
    int out = shim_opens(s->out, O_WRONLY), err = shim_opens(s->err, O_WRONLY);
    reply r = { 0 };

    close(out);
    neap_stream_read(stream, on_read, &r);
    daemon_exit(&s->w, "box", "box", 7, 0);
    end_task(s, task); /* although a child holds the pipe open */
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK && strcmp(r.message, "") == 0);
    close(err);
    neap_stream_unref(stream);
}

/* The consumer of a pipe may be waited for. */
static void test_pipe_that_holds(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task;
    reply r = { 0 }, chunk;
    int out, err;

    config.io.err.holds = true;
    task = start(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    err = shim_opens(s->err, O_WRONLY);
    neap_process_wait(task, reply_exit, &r);
    say(err, "x");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 0);
    read_stream(s, neap_process_stream(task, 2), &chunk);
    read_stream(s, neap_process_stream(task, 2), &chunk);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    assert(r.count == 0);
    neap_stream_done(neap_process_stream(task, 2));
    reply_await(&s->w, &r);
    assert(r.exit.truncated == NULL);
    end_task(s, task);
}

static void test_merged(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task;
    int out, err;

    config.io.err = config.io.out;
    task = start(s, &config, NEAP_OK);
    assert(neap_process_stream(task, 2) == NULL && !exists(s->err));
    assert(strcmp(neap_process_stdio_path(task, 2), s->out) == 0);
    out = shim_opens(s->out, O_WRONLY);
    err = shim_opens(neap_process_stdio_path(task, 2), O_WRONLY);
    say(out, "one ");
    say(err, "two");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    assert(captured(task, 1, "one two"));
    end_task(s, task);
}

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
    neap_task *task = start(s, &none, NEAP_OK);
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
    neap_task *task = start(s, &config, NEAP_OK);

    assert(resize(s, task) == NEAP_FAILED_PRECONDITION);
    assert(daemon_calls(&s->w, "Tasks/ResizePty") == 0);
    end_task(s, task);
    config.io.terminal = true;
    config.io.out = (neap_stdio_end){ .kind = NEAP_STDIO_PIPE, .path = s->out };
    task = start(s, &config, NEAP_OK);
    assert(neap_process_has_terminal(task));
    assert(daemon_was_asked(&s->w, "Tasks/Create", "'terminal':true"));
    assert(resize(s, task) == NEAP_OK);
    assert(daemon_was_asked(&s->w, "Tasks/ResizePty", "'width':80"));
    end_task(s, task);
}

static void test_delete(scene *s)
{
    neap_task_config none = { 0 };
    neap_task *task = start(s, &none, NEAP_OK);

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
    neap_task *task = start(s, &none, NEAP_OK);
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
    say(out, "more");
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
    neap_task *task = start(s, &none, NEAP_OK);
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

/* --- closing -------------------------------------------------------------- */

static void remove_fifos(const scene *s)
{
    unlink(s->in);
    unlink(s->out);
    unlink(s->err);
}

typedef enum when { STARTING, EXECUTING, DELETING } when;

/* Close the client `turns` into it. Was it through by then? */
static bool close_within(scene *s, when stage, int turns)
{
    neap_client *client = daemon_client(&s->w);
    neap_container *c = daemon_create(&s->w, client, "box", 1);
    neap_task_config config = piped(s), none = { 0 };
    neap_exec_config one = piped_exec(s, "one");
    reply main = { 0 }, waited = { 0 }, written = { 0 }, begun = { 0 };
    neap_task *task = NULL;
    bool through;

    if (stage != STARTING) {
        neap_task_start(c, stage == DELETING ? &config : &none, reply_process,
                        &begun);
        reply_await(&s->w, &begun);
        task = begun.process;
    }
    if (stage == DELETING) {
        end_output(s->out);
        end_output(s->err);
        neap_stream_write(neap_process_stream(task, 0), "x", 1, reply_done,
                          &written);
        server_send(s->w.server,
                    "/containerd.services.events.v1.Events/Subscribe", "", 0);
        neap_process_wait(task, reply_exit, &waited);
        neap_process_delete(task, reply_exit, &main);
    } else if (stage == EXECUTING) {
        neap_task_exec(task, &one, reply_process, &main);
    } else {
        neap_task_start(c, &config, reply_process, &main);
    }
    for (int i = 0; i < turns && main.count == 0; i++)
        world_turn(&s->w);
    through = main.count == 1;
    neap_client_close(client);
    reply_await(&s->w, &main);
    assert(main.code == NEAP_OK || (main.code == NEAP_CANCELLED && !through));
    if (stage == DELETING) {
        reply_await(&s->w, &waited);
        reply_await(&s->w, &written);
    }
    if (main.process != NULL)
        assert(neap_process_stream(main.process, 1) == NULL);
    neap_process_unref(main.process);
    neap_process_unref(task);
    neap_container_unref(c);
    assert(world_files(&s->w) == s->files);
    remove_fifos(s); /* theirs, as long as containerd may have them */
    return through;
}

static void test_close_while_starting(scene *s)
{
    for (int turns = 0; !close_within(s, STARTING, turns); turns++)
        ;
}

static void test_close_while_executing(scene *s)
{
    for (int turns = 0; !close_within(s, EXECUTING, turns); turns++)
        ;
}

static void test_close_while_deleting(scene *s)
{
    for (int turns = 0; !close_within(s, DELETING, turns); turns++)
        ;
}

/* containerd has deleted it; its output is not through yet. */
static void test_close_behind_the_deletion(scene *s)
{
    neap_client *client = daemon_client(&s->w);
    neap_container *c = daemon_create(&s->w, client, "box", 1);
    neap_task_config config = piped(s);
    reply r = { 0 }, begun = { 0 };
    int out;

    neap_task_start(c, &config, reply_process, &begun);
    reply_await(&s->w, &begun);
    out = shim_opens(s->out, O_WRONLY);
    neap_process_delete(begun.process, reply_exit, &r);
    while (neap_process_known_status(begun.process) != NEAP_STATUS_STOPPED)
        world_turn(&s->w);
    neap_client_close(client);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    no_fifo_is_left(&(scene){ .w = s->w, .files = s->files + 1 });
    close(out);
    neap_process_unref(begun.process);
    neap_container_unref(c);
}

static void test_closed_client(scene *s)
{
    neap_client *client = daemon_client(&s->w);
    neap_container *c = daemon_create(&s->w, client, "box", 1);
    neap_task *task = daemon_start(&s->w, c);
    neap_task_config none = { 0 };
    neap_exec_config one = { .id = "one" };
    neap_stdio io = piped(s).io;
    neap_error err = { 0 };
    reply r[9] = { { 0 } };
    int n = 0;

    neap_client_close(client);
    assert(neap_client_is_closed(client));
    neap_task_start(c, &none, reply_process, &r[n++]);
    neap_task_load(c, NULL, reply_process, &r[n++]);
    neap_task_exec(task, &one, reply_process, &r[n++]);
    neap_process_wait(task, reply_exit, &r[n++]);
    neap_process_kill(task, 9, true, reply_done, &r[n++]);
    neap_process_status(task, reply_status, &r[n++]);
    neap_process_delete(task, reply_exit, &r[n++]);
    neap_container_delete(c, reply_done, &r[n++]);
    neap_container_refresh(c, reply_done, &r[n++]);
    for (int i = 0; i < n; i++) {
        reply_await(&s->w, &r[i]);
        assert(r[i].code == NEAP_CANCELLED);
    }
    assert(!neap_process_attach(task, &io, &err));
    assert(err.code == NEAP_CANCELLED);
    neap_error_clear(&err);
    neap_process_unref(task);
    neap_container_unref(c);
}

/* Whole clients come and go, with gRPC's own descriptors. */
static void test_descriptors(scene *s)
{
    neap_task_config config = piped(s);
    int before = 0;

    server_drop(s->w.server); /* of the connection at the beginning */
    while (neap_events_are_live(s->client))
        world_turn(&s->w);
    for (int i = 0; i < 8; i++) {
        neap_client *client = daemon_client(&s->w);
        neap_container *c = daemon_create(&s->w, client, "box", 1);
        reply r = { 0 };

        neap_task_start(c, &config, reply_process, &r);
        reply_await(&s->w, &r);
        neap_client_close(client);
        neap_process_unref(r.process);
        neap_container_unref(c);
        remove_fifos(s);
        if (i == 1)
            before = world_descriptors();
    }
    server_drop(s->w.server); /* it kept one of each connection */
    world_await_descriptors(&s->w, before);
}

/* --- all, in both modes --------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "a task is started, heard, ended and deleted", test_start },
    { "a FIFO that cannot be made leaves nothing", test_no_fifo },
    { "a FIFO that cannot be made tells nothing of the task",
      test_no_fifo_tells_nothing },
    { "a failed Create leaves nothing", test_create_fails },
    { "a Create without answer leaves it open", test_create_stays_open },
    { "a failed Start is undone", test_start_fails },
    { "a container has one task", test_start_twice },
    { "a task needs no streams", test_start_without_streams },
    { "a start is not torn by a cancel", test_start_is_not_torn },
    { "an exec is started, heard, ended and deleted", test_exec },
    { "a failed exec leaves nothing", test_exec_fails },
    { "an exec that cannot be is refused", test_exec_is_refused },
    { "input is closed after Start", test_close_io_after_start },
    { "input is closed after what was written", test_write_and_close },
    { "input ends with the process", test_write_at_the_end },
    { "the wait is answered when the output is through", test_wait_drains },
    { "the drain is bounded", test_drain_is_bounded },
    { "a capture has a limit", test_limit },
    { "a pipe is readable after the exit", test_pipe_after_the_exit },
    { "a pipe ends with the deletion", test_pipe_at_the_deletion },
    { "a pipe may hold the wait", test_pipe_that_holds },
    { "both outputs may be one", test_merged },
    { "signals are sent to who runs", test_kill },
    { "terminals are resized", test_resize },
    { "what runs is not deleted", test_delete },
    { "a deletion tells the exit", test_delete_tells_the_exit },
    { "a wait can be cancelled", test_wait_is_cancelled },
    { "a task that was found can be attached to", test_attach },
    { "a task that has ended can be attached to", test_attach_to_the_ended },
    { "an attach that fails gives no handle", test_attach_fails },
    { "an exec can be found", test_find_exec },
    { "closing while starting answers once", test_close_while_starting },
    { "closing while executing answers once", test_close_while_executing },
    { "closing while deleting answers once", test_close_while_deleting },
    { "closing behind a deletion leaves nothing",
      test_close_behind_the_deletion },
    { "a closed client refuses", test_closed_client },
    { "clients leave no descriptor", test_descriptors },
};

int main(void)
{
    static const char *const modes[] = { "driven", "hosted" };
    scene s;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
            scene_open(&s, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&s);
            scene_close(&s);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
