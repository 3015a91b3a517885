/* Closing the client with changes in flight: they are not torn. */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

/* --- a life --------------------------------------------------------------- */

/* A life of one step after the other; each step sends a change or two. */
typedef struct life {
    neap_client *client;
    neap_container *box;
    neap_task *task;
    neap_process *exec;
    reply last;
} life;

enum { STEPS = 5 };

static void take_step(scene *s, life *l, int step)
{
    neap_container_config box = { .id = "life", .runtime = "a.runtime" };
    neap_task_config config = piped(s);
    neap_exec_config one = { .id = "one" };
    reply *r = &l->last;

    *r = (reply){ 0 };
    switch (step) {
    case 0:
        neap_container_create(l->client, &box, reply_container, r);
        break;
    case 1:
        neap_task_start(l->box, &config, reply_process, r);
        break;
    case 2:
        neap_task_exec(l->task, &one, reply_process, r);
        break;
    case 3:
        end_output(s->out);
        end_output(s->err);
        neap_process_delete(l->task, reply_exit, r);
        break;
    default:
        neap_container_delete(l->box, reply_done, r);
    }
}

static void keep(life *l, int step)
{
    if (step == 0)
        l->box = l->last.container;
    else if (step == 1)
        l->task = l->last.process;
    else if (step == 2)
        l->exec = l->last.process;
}

/* Go on with the life until `method` is in flight, which is held. */
static void live_until(scene *s, life *l, const char *method)
{
    unsigned count = daemon_calls(&s->w, method);

    daemon_answer(&s->w, "Containers/Create",
                  "{'container': {'id': 'life', 'created_at': 1}}");
    daemon_hold(&s->w, method);
    for (int step = 0; step < STEPS; step++) {
        take_step(s, l, step);
        while (l->last.count == 0 && daemon_calls(&s->w, method) == count)
            world_turn(&s->w);
        if (l->last.count == 0)
            return;
        assert(l->last.code == NEAP_OK);
        keep(l, step);
    }
    assert(!"the method was called");
}

static void end_life(life *l)
{
    neap_process_unref(l->exec);
    neap_process_unref(l->task);
    neap_container_unref(l->box);
}

/* What stood in for the FIFOs' readers goes with the last call. */
static void await_end(scene *s)
{
    while (world_files(&s->w) > s->files)
        world_turn(&s->w);
    unlink(s->in);
    unlink(s->out);
    unlink(s->err);
}

/* --- closing in the middle of it ------------------------------------------ */

static const char *const changes[] = {
    "Containers/Create", "Tasks/Create", "Tasks/Start",
    "Tasks/Exec",        "Tasks/Delete", "Containers/Delete",
};

#define CHANGES (sizeof changes / sizeof *changes)
#define WAIT    "containerd.services.tasks.v1.Tasks/Wait"

static void on_wait(void *arg, const neap_error *err, neap_value *answer)
{
    (void)answer;
    reply_done(arg, err);
}

static void close_in(scene *s, const char *method)
{
    life l = { .client = daemon_client(&s->w) };
    unsigned waits = daemon_torn(&s->w, "Tasks/Wait");
    reply waited = { 0 };

    daemon_hold(&s->w, "Tasks/Wait");
    neap_client_call(l.client, WAIT, NULL, NULL, on_wait, &waited);
    live_until(s, &l, method);
    neap_client_close(l.client);
    assert(l.last.count == 0);
    reply_await(&s->w, &l.last);
    reply_await(&s->w, &waited);
    assert(l.last.code == NEAP_CANCELLED && waited.code == NEAP_CANCELLED);
    while (daemon_torn(&s->w, "Tasks/Wait") == waits)
        world_turn(&s->w);
    assert(daemon_open(&s->w, method) == 1);
    if (strcmp(method, "Tasks/Create") == 0)
        close(shim_opens(s->out, O_WRONLY));
    daemon_release(&s->w, method);
    await_end(s);
    assert(daemon_torn(&s->w, method) == 0 && l.last.count == 1);
    end_life(&l);
}

static void test_changes_go_on(scene *s)
{
    for (size_t i = 0; i < CHANGES; i++)
        close_in(s, changes[i]);
}

/* A call that is never answered is torn in the end. */
static void test_bound(scene *s)
{
    life l = { .client = daemon_client_lingering(&s->w, 0.05) };

    live_until(s, &l, "Tasks/Create");
    neap_client_close(l.client);
    reply_await(&s->w, &l.last);
    while (daemon_torn(&s->w, "Tasks/Create") == 0)
        world_turn(&s->w);
    await_end(s);
    end_life(&l);
}

/* Who does not turn the loop any more waits all the same. */
static void test_settling(scene *s)
{
    life l = { .client = daemon_client_lingering(&s->w, 0.05) };

    live_until(s, &l, "Tasks/Start");
    neap_client_close(l.client);
    if (s->w.mode == NEAP_LOOP_DRIVEN) {
        neap_loop_settle(s->w.loop);
        assert(l.last.count == 1 && world_files(&s->w) == s->files);
    }
    reply_await(&s->w, &l.last);
    await_end(s);
    end_life(&l);
}

/* So does who closes the loop, which is what comes after this test. */
static void test_closing_the_loop(scene *s)
{
    life l = { .client = daemon_client_lingering(&s->w, 0.05) };

    live_until(s, &l, "Containers/Create");
    neap_client_close(l.client);
    reply_await(&s->w, &l.last);
}

static const scene_test tests[] = {
    { "what changes something goes on", test_changes_go_on },
    { "but not for ever", test_bound },
    { "it is waited for", test_settling },
    { "it is waited for as the loop closes", test_closing_the_loop },
};

int main(void)
{
    return scene_run(tests, sizeof tests / sizeof *tests);
}
