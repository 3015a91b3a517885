#include "process_call.h"

#include <stdlib.h>

#include "memory.h"

static void never_torn(neap_request *req)
{
    (void)req;
}

process_call *
process_call_new(neap_container *container, neap_process_cb cb, void *arg)
{
    process_call *call = xcalloc(1, sizeof *call);

    call->req.cancel = never_torn;
    call->container = neap_container_ref(container);
    call->cb = cb;
    call->arg = arg;
    return call;
}

static void call_free(process_call *call)
{
    neap_stdio_end *ends[] = { &call->io.in, &call->io.out, &call->io.err };

    for (int i = 0; i < 3; i++) {
        free((char *)ends[i]->path);
        free((char *)ends[i]->file);
    }
    free((char *)call->io.reader);
    neap_process_unref(call->process);
    neap_container_unref(call->container);
    neap_error_clear(&call->err);
    free(call->id);
    free(call);
}

void process_call_keep_io(process_call *call, const neap_stdio *io)
{
    neap_stdio_end *ends[] = { &call->io.in, &call->io.out, &call->io.err };

    if (io == NULL)
        return;
    call->has_io = true;
    call->io = *io;
    for (int i = 0; i < 3; i++) {
        if (ends[i]->path != NULL)
            ends[i]->path = xstrdup(ends[i]->path);
        if (ends[i]->file != NULL)
            ends[i]->file = xstrdup(ends[i]->file);
    }
    if (io->reader != NULL)
        call->io.reader = xstrdup(io->reader);
}

void process_call_deliver(process_call *call)
{
    call->cb(call->arg, NULL, neap_process_ref(call->process));
    call_free(call);
}

void process_call_fail(process_call *call, const neap_error *err)
{
    call->cb(call->arg, err, NULL);
    call_free(call);
}

void process_call_deliver_failure(void *call, const neap_error *err)
{
    process_call_fail(call, err);
}

static void fail_kept(void *arg, const neap_error *err)
{
    process_call *call = arg;

    (void)err;
    process_call_fail(call, &call->err);
}

/* It never came to be; of the task that may be there it tells nothing. */
static void forget_process(process_call *call)
{
    task_knowledge knows = call->container->knows;

    if (call->process->io != NULL)
        stdio_leave_others(call->process->io);
    process_set_gone(call->process);
    call->container->knows = knows;
}

neap_request *process_call_fail_later(process_call *call, const char *op)
{
    forget_process(call);
    call->err.op = op;
    return client_fail(call->container->client, fail_kept, call, call->err.code,
                       op, NULL, "%s", call->err.message);
}

void process_call_abandon(process_call *call, const neap_error *err)
{
    forget_process(call);
    process_call_fail(call, err);
}

void process_call_abandon_closed(process_call *call)
{
    neap_error_set(&call->err, NEAP_CANCELLED,
                   call->process->is_task ? "container.start" : "task.exec",
                   "the client was closed");
    process_call_fail(call, &call->err);
}
