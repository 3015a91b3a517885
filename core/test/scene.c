#include "scene.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

neap_task_config piped(const scene *s)
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

neap_exec_config piped_exec(const scene *s, const char *id)
{
    return (neap_exec_config){ .id = id, .io = piped(s).io };
}

neap_task *start_task(scene *s, const neap_task_config *config, neap_code code)
{
    reply r = { 0 };

    neap_task_start(s->box, config, reply_process, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == code && (r.process != NULL) == (code == NEAP_OK));
    return r.process;
}

neap_process *start_exec(scene *s,
                         neap_task *task,
                         const neap_exec_config *config,
                         neap_code code)
{
    reply r = { 0 };

    neap_task_exec(task, config, reply_process, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == code && (r.process != NULL) == (code == NEAP_OK));
    return r.process;
}

bool path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void no_fifo_is_left(const scene *s)
{
    assert(!path_exists(s->in) && !path_exists(s->out) && !path_exists(s->err));
    assert(world_files(&s->w) == s->files);
}

int shim_opens(const char *path, int flags)
{
    int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);

    assert(fd >= 0);
    return fd;
}

void write_text(int fd, const char *text)
{
    assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

neap_exit wait_exit(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_wait(p, reply_exit, &r);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.exit;
}

neap_code delete_process(scene *s, neap_process *p)
{
    reply r = { 0 };

    neap_process_delete(p, reply_exit, &r);
    reply_await(&s->w, &r);
    return r.code;
}

neap_code delete_box(scene *s)
{
    reply r = { 0 };

    neap_container_delete(s->box, reply_done, &r);
    reply_await(&s->w, &r);
    return r.code;
}

bool has_captured(neap_process *p, int which, const char *text)
{
    size_t size;
    const char *data =
        neap_stream_captured(neap_process_stream(p, which), &size);

    return size == strlen(text) && memcmp(data, text, size) == 0;
}

void await_captured(scene *s, neap_process *p, const char *text)
{
    while (!has_captured(p, 1, text))
        world_turn(&s->w);
}

void end_output(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
}

void end_task(scene *s, neap_task *task)
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

void on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    snprintf(r->message, sizeof r->message, "%.*s", (int)size,
             data != NULL ? data : "");
    free(data);
}

const char *read_stream(scene *s, neap_stream *stream, reply *r)
{
    *r = (reply){ 0 };
    neap_stream_read(stream, on_read, r);
    reply_await(&s->w, r);
    assert(r->code == NEAP_OK);
    return r->message;
}

int scene_run(const scene_test *tests, size_t count)
{
    static const char *const modes[] = { "driven", "hosted" };
    scene s;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < count; i++) {
            scene_open(&s, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&s);
            scene_close(&s);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
