/*
 * Stopping an engine:
 *
 *   lock     nobody else starts or stops this engine meanwhile
 *   find     who answers on the socket, held by a pidfd, and asked for once
 *            more, so that the pidfd is surely his
 *   end      TERM, and KILL when the time is over
 *   clean    the names of its sockets are removed: done
 *
 * It fails when nobody answers, when a stranger does, and when the engine
 * survives KILL. Cancelled after the signal, the engine ends all the same.
 */
#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "engine_operation.h"
#include "neap/engine.h"

/* What a killed process may take to be gone: it may be in a system call. */
#define KILL_S 5

static void kill_stage(operation *o);
static void term_stage(operation *o);

static void stopped(operation *o)
{
    operation_unlink(o);
    operation_finish(o);
}

static void signal_engine(operation *o, int sig)
{
    o->changed = true;
    if (pidfd_send_signal(o->child.pidfd, sig, NULL, 0) != 0 && errno != ESRCH)
        operation_fail_errno(o, errno, "cannot signal the engine");
}

static void end_stage(operation *o)
{
    signal_engine(o, SIGTERM);
    if (!o->finished && operation_watch(o, stopped))
        operation_enter(o, term_stage, o->config.timeout_s);
}

static void term_stage(operation *o)
{
    if (operation_again(o))
        return;
    signal_engine(o, SIGKILL);
    if (!o->finished)
        operation_enter(o, kill_stage, KILL_S);
}

static void kill_stage(operation *o)
{
    if (!operation_again(o))
        operation_fail(o, NEAP_DEADLINE_EXCEEDED, "pid %d survived SIGKILL",
                       (int)o->peer.pid);
}

static void hold(operation *o)
{
    pid_t pid = o->peer.pid;

    o->child = (engine_child){ .pid = pid, .detached = true };
    o->child.pidfd = pidfd_open(pid, 0);
    if (o->child.pidfd < 0)
        operation_fail_errno(o, errno, "cannot hold the engine's process");
    else if (operation_identify(o) == OPERATION_OURS && o->peer.pid == pid)
        end_stage(o);
    else if (!o->finished)
        operation_fail(o, NEAP_ABORTED, "%s changed hands", o->config.socket);
}

static void find_stage(operation *o)
{
    switch (operation_identify(o)) {
    case OPERATION_NOBODY:
        operation_fail(o, NEAP_NOT_FOUND, "no engine answers on %s",
                       o->config.socket);
        break;
    case OPERATION_BUSY:
        if (!operation_again(o))
            operation_fail(o, NEAP_DEADLINE_EXCEEDED, "%s takes no calls",
                           o->config.socket);
        break;
    case OPERATION_OURS:
        hold(o);
        break;
    case OPERATION_FAILED:
        break;
    }
}

static void locked(operation *o)
{
    operation_enter(o, find_stage, o->config.timeout_s);
}

neap_request *neap_engine_stop(neap_loop *loop,
                               const neap_engine_config *config,
                               neap_engine_cb cb,
                               void *arg)
{
    return &operation_new(loop, "engine.stop", config, locked, cb, arg)->req;
}
