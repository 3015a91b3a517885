/* What goes through the streams of a process, and when it ends. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

/* --- input ---------------------------------------------------------------- */

/* Before an exec's Start the shim has no input to close. */
static void test_close_io_after_start(scene *s)
{
    neap_task_config none = { 0 };
    neap_exec_config config = piped_exec(s, "one");
    neap_task *task = start_task(s, &none, NEAP_OK);
    reply r = { 0 };
    neap_process *one;
    char bytes[8];
    int in;

    config.io.in = (neap_stdio_end){ .kind = NEAP_STDIO_FILE,
                                     .path = s->in,
                                     .file = world_path(&s->w, "file") };
    in = open(config.io.in.file, O_CREAT | O_WRONLY, 0600);
    write_text(in, "input");
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
    neap_task *task = start_task(s, &config, NEAP_OK);
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
    neap_task *task = start_task(s, &config, NEAP_OK);
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
    neap_task *task = start_task(s, &config, NEAP_OK);
    int out = shim_opens(s->out, O_WRONLY);
    reply r = { 0 };

    neap_process_wait(task, reply_exit, &r);
    write_text(out, "before ");
    daemon_exit(&s->w, "box", "box", 7, 0);
    while (neap_process_known_status(task) != NEAP_STATUS_STOPPED)
        world_turn(&s->w);
    write_text(out, "after");
    await_captured(s, task, "before after");
    assert(r.count == 0);
    close(out);
    reply_await(&s->w, &r);
    assert(r.exit.truncated == NULL);
    end_task(s, task);
}

/* At first it is left in the FIFO. */
static void test_capture_of_what_goes_on(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start_task(s, &config, NEAP_OK);
    int out = shim_opens(s->out, O_WRONLY);

    write_text(out, "early ");
    await_captured(s, task, "early ");
    write_text(out, "late");
    await_captured(s, task, "early late");
    close(out);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
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
    task = start_task(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    write_text(out, "some");
    daemon_exit(&s->w, "box", "box", 7, 5);
    exit = wait_exit(s, task);
    assert(exit.code == 5 && strcmp(exit.truncated, "drain") == 0);
    assert(has_captured(task, 1, "some"));
    end_task(s, task);
    close(out);
}

static void test_limit(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task;
    int out;

    config.io.out.limit = 4;
    task = start_task(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    write_text(out, "much too long");
    close(out);
    daemon_exit(&s->w, "box", "box", 7, 0);
    assert(strcmp(wait_exit(s, task).truncated, "limit") == 0);
    assert(has_captured(task, 1, "much"));
    end_task(s, task);
}

/* A pipe does not hold up the wait: what it has stays readable. */
static void test_pipe_after_the_exit(scene *s)
{
    neap_task_config config = piped(s);
    neap_task *task = start_task(s, &config, NEAP_OK);
    neap_stream *stream = neap_stream_ref(neap_process_stream(task, 2));
    int out = shim_opens(s->out, O_WRONLY), err = shim_opens(s->err, O_WRONLY);
    reply r;

    write_text(err, "unread");
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
    neap_task *task = start_task(s, &config, NEAP_OK);
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
    task = start_task(s, &config, NEAP_OK);
    out = shim_opens(s->out, O_WRONLY);
    err = shim_opens(s->err, O_WRONLY);
    neap_process_wait(task, reply_exit, &r);
    write_text(err, "x");
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
    task = start_task(s, &config, NEAP_OK);
    assert(neap_process_stream(task, 2) == NULL && !path_exists(s->err));
    assert(strcmp(neap_process_stdio_path(task, 2), s->out) == 0);
    out = shim_opens(s->out, O_WRONLY);
    err = shim_opens(neap_process_stdio_path(task, 2), O_WRONLY);
    write_text(out, "one ");
    write_text(err, "two");
    close(out);
    close(err);
    daemon_exit(&s->w, "box", "box", 7, 0);
    wait_exit(s, task);
    assert(has_captured(task, 1, "one two"));
    end_task(s, task);
}

static const scene_test tests[] = {
    { "input is closed after Start", test_close_io_after_start },
    { "input is closed after what was written", test_write_and_close },
    { "input ends with the process", test_write_at_the_end },
    { "the wait is answered when the output is through", test_wait_drains },
    { "what goes on is captured as it goes", test_capture_of_what_goes_on },
    { "the drain is bounded", test_drain_is_bounded },
    { "a capture has a limit", test_limit },
    { "a pipe is readable after the exit", test_pipe_after_the_exit },
    { "a pipe ends with the deletion", test_pipe_at_the_deletion },
    { "a pipe may hold the wait", test_pipe_that_holds },
    { "both outputs may be one", test_merged },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
