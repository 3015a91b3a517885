#include "engine_operation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

/* How often the socket and the lock are looked at: neither can be waited for.
 */
#define LOOK_AGAIN_MS 5

/* --- the configuration, copied -------------------------------------------- */

static char *copy_text(const char *text)
{
    return text != NULL ? xstrdup(text) : NULL;
}

static const char *const *copy_list(const char *const *list)
{
    size_t count = 0;
    const char **copy;

    while (list != NULL && list[count] != NULL)
        count++;
    copy = xcalloc(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = xstrdup(list[i]);
    return copy;
}

static void free_list(const char *const *list)
{
    for (const char *const *item = list; *item != NULL; item++)
        free((char *)*item);
    free((void *)list);
}

static neap_engine_config copy_config(const neap_engine_config *from)
{
    neap_engine_config to = *from;

    to.lock = copy_text(from->lock);
    to.socket = copy_text(from->socket);
    to.name = copy_text(from->name);
    to.log = copy_text(from->log);
    to.config_path = copy_text(from->config_path);
    to.config_text = copy_text(from->config_text);
    to.argv = copy_list(from->argv);
    to.env = copy_list(from->env);
    return to;
}

static void free_config(neap_engine_config *config)
{
    free((char *)config->lock);
    free((char *)config->socket);
    free((char *)config->name);
    free((char *)config->log);
    free((char *)config->config_path);
    free((char *)config->config_text);
    free_list(config->argv);
    free_list(config->env);
}

/* --- the end -------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    operation *o = handle->data;
    bool ok = o->err.code == NEAP_OK;

    if (--o->handles > 0)
        return;
    o->cb(o->arg, ok ? NULL : &o->err, ok ? &o->peer : NULL, o->started);
    neap_error_clear(&o->err);
    free_config(&o->config);
    free(o);
}

void operation_finish(operation *o)
{
    o->finished = true;
    uv_close((uv_handle_t *)&o->timer, on_closed);
    if (o->polling)
        uv_close((uv_handle_t *)&o->poll, on_closed);
    if (o->lock >= 0)
        close(o->lock);
    engine_child_close(&o->child);
}

void operation_fail(operation *o, neap_code code, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        abort();
    va_end(args);
    neap_error_set(&o->err, code, o->op, "%s", text);
    free(text);
    operation_finish(o);
}

void operation_fail_errno(operation *o, int sys, const char *what)
{
    neap_error_set_errno(&o->err, o->op, sys, "%s", what);
    operation_finish(o);
}

/* --- stages --------------------------------------------------------------- */

void operation_finish_cancelled(operation *o)
{
    neap_error_set(&o->err, NEAP_CANCELLED, o->op, "cancelled");
    o->err.pending = o->changed;
    operation_finish(o);
}

static void on_timer(uv_timer_t *timer)
{
    operation *o = timer->data;

    if (!o->cancelled || o->leaving) {
        o->stage(o);
        return;
    }
    o->leaving = true;
    if (o->leave != NULL)
        o->leave(o);
    else
        operation_finish_cancelled(o);
}

static void cancel(neap_request *req)
{
    operation *o = (operation *)req;

    o->cancelled = true;
    if (!o->finished)
        uv_timer_start(&o->timer, on_timer, 0, 0);
}

void operation_enter(operation *o, operation_stage stage, double seconds)
{
    o->stage = stage;
    o->deadline = uv_now(o->timer.loop) + (uint64_t)(seconds * 1e3);
    uv_timer_start(&o->timer, on_timer, 0, 0);
}

bool operation_again(operation *o)
{
    if (uv_now(o->timer.loop) >= o->deadline)
        return false;
    uv_timer_start(&o->timer, on_timer, LOOK_AGAIN_MS, 0);
    return true;
}

static void on_ended(uv_poll_t *poll, int status, int events)
{
    operation *o = poll->data;

    (void)status;
    (void)events;
    if (o->finished)
        return;
    o->polling = false; /* closed before the descriptor may be */
    uv_close((uv_handle_t *)poll, on_closed);
    o->ended(o);
}

bool operation_watch(operation *o, operation_stage ended)
{
    int status;

    o->ended = ended;
    status = uv_poll_init(o->timer.loop, &o->poll, o->child.pidfd);
    if (status != 0) {
        operation_fail_errno(o, -status, "cannot watch the engine's process");
        return false;
    }
    o->poll.data = o;
    o->polling = true;
    o->handles++;
    uv_poll_start(&o->poll, UV_READABLE, on_ended);
    return true;
}

/* --- the lock ------------------------------------------------------------- */

/*
 * The lock, or a negative errno. A file that was removed or replaced meanwhile
 * locks nothing: that one counts as busy.
 */
static int take_lock(const char *path)
{
    int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(path, flags, 0600), sys = 0;
    struct stat held, named;

    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        sys = errno;
    else if (fstat(fd, &held) != 0 || stat(path, &named) != 0 ||
             held.st_dev != named.st_dev || held.st_ino != named.st_ino)
        sys = EWOULDBLOCK;
    if (sys == 0)
        return fd;
    close(fd);
    return -sys;
}

static void lock_stage(operation *o)
{
    int fd = take_lock(o->config.lock);

    if (fd == -EWOULDBLOCK || fd == -EINTR) {
        if (!operation_again(o))
            operation_fail(o, NEAP_DEADLINE_EXCEEDED,
                           "another start or stop holds %s", o->config.lock);
        return;
    }
    if (fd < 0) {
        operation_fail_errno(o, -fd, o->config.lock);
        return;
    }
    o->lock = fd;
    o->locked(o);
}

operation *operation_new(neap_loop *loop,
                         const char *op,
                         const neap_engine_config *config,
                         operation_stage locked,
                         neap_engine_cb cb,
                         void *arg)
{
    operation *o = xcalloc(1, sizeof *o);

    o->req.cancel = cancel;
    o->op = op;
    o->config = copy_config(config);
    o->locked = locked;
    o->lock = -1;
    o->child.pidfd = -1;
    o->cb = cb;
    o->arg = arg;
    o->handles = 1;
    uv_timer_init(neap_loop_uv(loop), &o->timer);
    o->timer.data = o;
    uv_update_time(o->timer.loop); /* the loop may not have run for long */
    operation_enter(o, lock_stage, config->timeout_s);
    return o;
}

/* --- the socket ----------------------------------------------------------- */

operation_answer operation_identify(operation *o)
{
    neap_engine_peer *peer = &o->peer;
    bool answered = neap_engine_identify(o->config.socket, peer, &o->err);
    int sys = o->err.sys;

    if (answered && neap_engine_is_ours(peer, o->config.name))
        return OPERATION_OURS;
    if (answered) {
        operation_fail(o, NEAP_FAILED_PRECONDITION,
                       "%s is served by pid %d of user %u, %s, not by a %s of "
                       "ours",
                       o->config.socket, (int)peer->pid, (unsigned)peer->uid,
                       peer->exe[0] != '\0' ? peer->exe : "an unknown program",
                       o->config.name);
        return OPERATION_FAILED;
    }
    if (o->err.code == NEAP_NOT_FOUND || sys == EAGAIN) {
        neap_error_clear(&o->err);
        return sys == EAGAIN ? OPERATION_BUSY : OPERATION_NOBODY;
    }
    o->err.op = o->op;
    operation_finish(o);
    return OPERATION_FAILED;
}

void operation_unlink(const operation *o)
{
    char *ttrpc = xasprintf("%s.ttrpc", o->config.socket);

    unlink(o->config.socket);
    unlink(ttrpc);
    free(ttrpc);
}
