#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "process.h"
#include "record.h"
#include "request.h"

struct waiter {
    neap_request req; /* first */
    waiter *next;
    neap_process *process; /* a reference */
    neap_exit_cb cb;
    void *arg;
    loop_task late;
    bool has_error;
    neap_error err;
};

/* --- waiting -------------------------------------------------------------- */

static void answer(loop_task *task)
{
    waiter *w = (waiter *)((char *)task - offsetof(waiter, late));
    neap_process *p = w->process;

    loop_release(p->client->loop);
    w->cb(w->arg, w->has_error ? &w->err : NULL,
          w->has_error ? NULL : &p->exit);
    neap_error_clear(&w->err);
    free(w);
    neap_process_unref(p);
}

static void never_again(neap_request *req)
{
    (void)req; /* it answers on the next turn */
}

/* Not from where we are, but from the loop: who is answered may do anything. */
static void answer_later(waiter *w)
{
    w->req.cancel = never_again;
    w->late.run = answer;
    loop_defer(w->process->client->loop, &w->late);
}

static void fail_later(waiter *w, neap_code code, const char *why)
{
    w->has_error = true;
    neap_error_set(&w->err, code,
                   w->process->is_task ? "task.wait" : "process.wait", "%s",
                   why);
    w->err.id = xstrdup(w->process->container->id);
    answer_later(w);
}

static void cancel_wait(neap_request *req)
{
    waiter *w = (waiter *)req, **at = &w->process->waiters;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    fail_later(w, NEAP_CANCELLED, "the wait was cancelled");
}

neap_request *
neap_process_wait(neap_process *process, neap_exit_cb cb, void *arg)
{
    waiter *w = xcalloc(1, sizeof *w);

    w->process = neap_process_ref(process);
    w->cb = cb;
    w->arg = arg;
    loop_hold(process->client->loop);
    if (process->drained) {
        answer_later(w);
    } else if (process->client->rpc == NULL) {
        fail_later(w, NEAP_CANCELLED, "the client was closed");
    } else if (process->gone && !process->has_exit) {
        fail_later(w, NEAP_NOT_FOUND,
                   "the process is gone, and its exit with it");
    } else {
        w->req.cancel = cancel_wait;
        w->next = process->waiters;
        process->waiters = w;
        events_need(process->client->events, process);
    }
    return &w->req;
}

static waiter *take_waiters(neap_process *p)
{
    waiter *w = p->waiters;

    p->waiters = NULL;
    return w;
}

void process_fail_waiters(neap_process *p, neap_code code, const char *why)
{
    waiter *w, *next;

    for (w = take_waiters(p); w != NULL; w = next) {
        next = w->next;
        fail_later(w, code, why);
    }
}

bool process_needs_proof(const neap_process *p)
{
    return !p->covered && !p->has_exit && !p->gone &&
           (p->started || p->born == 0);
}

/* --- exiting -------------------------------------------------------------- */

void process_drained(neap_process *p)
{
    waiter *w, *next;

    p->drained = true;
    if (p->io != NULL)
        p->exit.truncated = stdio_truncated(p->io);
    for (w = take_waiters(p); w != NULL; w = next) {
        next = w->next;
        answer_later(w);
    }
}

static void on_drained(void *arg)
{
    process_drained(arg);
}

static void drain(neap_process *p)
{
    if (p->io != NULL)
        stdio_drain(p->io, on_drained, p);
    else
        process_drained(p);
}

static void on_doubt_over(void *arg)
{
    neap_process *p = arg;

    timer_close(&p->doubt);
    drain(p);
}

/* An exec ends with its task: what its shim could not tell is lost. */
static void end_execs(neap_process *task)
{
    neap_process *p, *next;

    for (p = task->container->processes; p != NULL; p = next) {
        next = p->next;
        if (p != task && !p->has_exit && p->started)
            process_exited(p, task->exit.code, task->exit.time, true);
    }
}

/*
 * A dead shim shows as an exit 137 that containerd makes up, with the deletion
 * of the task right behind it. So an exit 137 that nobody here caused is held
 * for a moment before it is believed.
 */
void process_exited(neap_process *p, uint32_t code, double time, bool lost)
{
    if (p->has_exit)
        return;
    p->has_exit = true;
    p->status = NEAP_STATUS_STOPPED;
    p->exit = (neap_exit){ .code = code, .time = time, .lost = lost };
    neap_process_ref(p);
    if (code == 137 && !lost && !p->killed && p->is_task)
        p->doubt =
            timer_open(p->client->loop, p->client->doubt_s, on_doubt_over, p);
    else
        drain(p);
    if (lost && p->is_task)
        end_execs(p);
    neap_process_unref(p);
}

/* --- what was told about it ----------------------------------------------- */

void process_becomes(neap_process *p, neap_status status)
{
    if (p->has_exit)
        return;
    p->status = status;
    p->changed = events_next_moment(p->client);
}

/* Event and reply both tell of it: who comes second may come behind a pause. */
void process_runs(neap_process *p)
{
    p->started = true;
    if (p->status < NEAP_STATUS_RUNNING)
        process_becomes(p, NEAP_STATUS_RUNNING);
}

void process_is_born(neap_process *p)
{
    p->covered = neap_events_are_live(p->client);
    p->born = record_now();
}

void process_has_started(neap_process *p, uint32_t pid)
{
    process_runs(p);
    p->started_at = (double)uv_hrtime() / 1e9;
    if (!p->gone)
        p->pid = pid;
    process_can_close_input(p);
    if (p->io != NULL)
        stdio_begin(p->io);
}

bool process_is_another(const neap_process *p, const process_state *state)
{
    return p->is_task && p->pid != 0 && state->pid != 0 && p->pid != state->pid;
}

void process_replaced(neap_process *p)
{
    neap_process_ref(p);
    process_lost(p);
    process_set_gone(p);
    container_has_task(p->container);
    neap_process_unref(p);
}

void process_settle(neap_process *p, const process_state *state, uint64_t asked)
{
    if (process_is_another(p, state)) {
        process_replaced(p);
        return;
    }
    p->covered = p->covered || events_are_whole_since(p->client, asked);
    p->started =
        p->started || state->status >= CONTAINERD__V1__TYPES__STATUS__RUNNING;
    if (p->has_exit || p->gone)
        return;
    p->terminal = state->terminal;
    if (state->pid != 0)
        p->pid = state->pid;
    if (p->changed <= asked)
        p->status = (neap_status)state->status;
    if (state->status == CONTAINERD__V1__TYPES__STATUS__STOPPED)
        process_exited(p, state->exit_status, record_time(state->exited_at),
                       false);
    process_pay_input_end(p);
}

void process_exit_is_sure(neap_process *p)
{
    if (p->doubt != NULL)
        on_doubt_over(p);
}

void process_lost(neap_process *p)
{
    neap_process_ref(p);
    p->vanished = true;
    if (p->doubt != NULL) { /* the exit just heard was a guess */
        timer_close(&p->doubt);
        p->exit.lost = true;
        drain(p);
        end_execs(p);
    } else if (!p->has_exit) {
        process_exited(p, 137, 0, true);
    }
    p->covered = true;
    if (p->is_task)
        p->container->knows = TASK_NONE;
    neap_process_unref(p);
}
