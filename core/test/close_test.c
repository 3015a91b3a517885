/* Closing the client at every stage of a process. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

/* --- closing -------------------------------------------------------------- */

static void remove_fifos(const scene *s)
{
    unlink(s->in);
    unlink(s->out);
    unlink(s->err);
}

/* What stood in for the FIFOs' readers goes with the last call. */
static void await_end(scene *s)
{
    while (world_files(&s->w) > s->files)
        world_turn(&s->w);
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
    await_end(s);
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

static const scene_test tests[] = {
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
    return scene_run(tests, sizeof tests / sizeof *tests);
}
