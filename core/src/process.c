#include "process.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* --- life ----------------------------------------------------------------- */

neap_process *
process_new(neap_container *container, const char *id, bool is_task)
{
    neap_process *p = xcalloc(1, sizeof *p);

    p->refs = 1;
    p->container = neap_container_ref(container);
    p->client = container->client;
    p->id = xstrdup(id);
    p->is_task = is_task;
    p->made = events_next_moment(p->client);
    p->next = container->processes;
    container->processes = p;
    return p;
}

static void unlist(neap_process *p)
{
    neap_process **at = &p->container->processes;

    while (*at != NULL && *at != p)
        at = &(*at)->next;
    if (*at == p)
        *at = p->next;
}

neap_process *neap_process_ref(neap_process *process)
{
    process->refs++;
    return process;
}

void neap_process_unref(neap_process *process)
{
    if (process == NULL || --process->refs > 0)
        return;
    unlist(process);
    timer_close(&process->doubt);
    stdio_close(process->io, NEAP_CANCELLED, false);
    for (int i = 0; i < 3; i++)
        free(process->paths[i]);
    free(process->id);
    neap_container_unref(process->container);
    free(process);
}

void process_set_gone(neap_process *p)
{
    p->gone = true;
    p->pid = 0;
    p->status = NEAP_STATUS_STOPPED;
    unlist(p);
    timer_close(&p->doubt);
    if (p->io != NULL)
        p->exit.truncated = stdio_truncated(p->io);
    stdio_close(p->io, NEAP_NOT_FOUND, true);
    p->io = NULL;
    if (p->is_task)
        p->container->knows = TASK_NONE;
    if (p->has_exit && !p->drained)
        process_drained(p);
    process_fail_waiters(p, NEAP_NOT_FOUND,
                         "the process is gone, and its exit with it");
}

/* Is it being made? The shim may be about to open its FIFOs. */
static bool is_unborn(const neap_process *p)
{
    return p->io != NULL && p->born != 0 && !p->started;
}

void processes_close(neap_container *container, rpc *r)
{
    neap_process *p, *next;

    for (p = container->processes; p != NULL; p = next) {
        next = p->next;
        neap_process_ref(p);
        timer_close(&p->doubt);
        if (is_unborn(p))
            stdio_stand_in(p->io, r);
        stdio_close(p->io, NEAP_CANCELLED, p->deleted);
        p->io = NULL;
        process_fail_waiters(p, NEAP_CANCELLED, "the client was closed");
        neap_process_unref(p);
    }
}

/* --- standard streams ----------------------------------------------------- */

static void close_input(neap_process *p);

static void on_input_end(void *arg)
{
    neap_process *p = arg;

    if (p->terminal) /* its end was typed */
        return;
    p->wants_input_closed = true;
    if (p->can_close_input)
        close_input(p);
}

void process_can_close_input(neap_process *p)
{
    p->can_close_input = true;
    if (p->wants_input_closed)
        close_input(p);
}

/* Once containerd answers again, this handle is settled: then it is told. */
static void owe_input_end(neap_process *p)
{
    p->owes_input_end = true;
    p->covered = false;
    events_need(p->client->events, p);
}

/* A process that ended meanwhile reads nothing. */
static void
on_close_input(void *arg, const neap_error *err, const ProtobufCMessage *m)
{
    neap_process *p = arg;

    (void)m;
    if (err != NULL &&
        (err->code == NEAP_UNAVAILABLE || err->code == NEAP_DEADLINE_EXCEEDED))
        owe_input_end(p);
    neap_process_unref(p);
}

void process_pay_input_end(neap_process *p)
{
    bool owes = p->owes_input_end;

    p->owes_input_end = false;
    if (owes)
        close_input(p);
}

static void close_input(neap_process *p)
{
    static const rpc_method method = {
        "process.close_stdin",
        "/containerd.services.tasks.v1.Tasks/CloseIO",
        &google__protobuf__empty__descriptor,
    };
    Containerd__Services__Tasks__V1__CloseIORequest request =
        CONTAINERD__SERVICES__TASKS__V1__CLOSE_IOREQUEST__INIT;
    rpc_options options = { .id = p->container->id };

    if (p->client->rpc == NULL || p->has_exit || p->gone)
        return;
    request.container_id = p->container->id;
    request.exec_id = p->is_task ? (char *)"" : p->id;
    request.stdin = 1;
    rpc_unary(p->client->rpc, &method, &request.base, &options, on_close_input,
              neap_process_ref(p));
}

bool process_open_io(neap_process *p, const neap_stdio *io, neap_error *err)
{
    p->terminal = io->terminal;
    p->io = stdio_open(p->client->loop, io, on_input_end, p, err);
    if (p->io != NULL) {
        stdio_name(p->io, p->container->id);
        return true;
    }
    if (err->id == NULL)
        err->id = xstrdup(p->container->id);
    return false;
}

bool neap_process_attach(neap_process *process,
                         const neap_stdio *io,
                         neap_error *err)
{
    if (process->client->rpc == NULL) {
        neap_error_set(err, NEAP_CANCELLED, "process.attach",
                       "the client was closed");
        return false;
    }
    if (process->io != NULL) {
        neap_error_set(err, NEAP_FAILED_PRECONDITION, "process.attach",
                       "process \"%s\" is attached already", process->id);
        return false;
    }
    if (!process_open_io(process, io, err))
        return false;
    process->can_close_input = true;
    if (process->has_exit)
        stdio_expect_end(process->io);
    else
        stdio_begin(process->io);
    return true;
}

/* --- what it knows -------------------------------------------------------- */

const char *neap_process_id(const neap_process *process)
{
    return process->id;
}

bool neap_process_is_task(const neap_process *process)
{
    return process->is_task;
}

neap_container *neap_process_container(const neap_process *process)
{
    return process->container;
}

uint32_t neap_process_pid(const neap_process *process)
{
    return process->pid;
}

neap_status neap_process_known_status(const neap_process *process)
{
    return process->status;
}

bool neap_process_is_gone(const neap_process *process)
{
    return process->gone;
}

bool neap_process_has_vanished(const neap_process *process)
{
    return process->vanished;
}

neap_stream *neap_process_stream(const neap_process *process, int which)
{
    return neap_process_outlet(process, which, 0);
}

neap_stream *
neap_process_outlet(const neap_process *process, int which, size_t index)
{
    return process->io != NULL ? stdio_stream(process->io, which, index) : NULL;
}

const char *neap_process_stdio_path(const neap_process *process, int which)
{
    if (process->io != NULL)
        return stdio_path(process->io, which);
    return process->paths[which] != NULL ? process->paths[which] : "";
}

bool neap_process_has_terminal(const neap_process *process)
{
    return process->terminal;
}
