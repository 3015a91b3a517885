#include "neap/tree.h"

#include <errno.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "request.h"
#include "tree.h"

typedef struct work {
    neap_request req; /* first */
    uv_work_t uv;
    const char *op;
    char *root, *path, *to; /* owned; only `path` for a removal */
    atomic_bool stop;
    int sys;
    neap_tree_cb cb;
    void *arg;
} work;

int tree_enter(int dir, const char *name, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
    };
    int fd;

    do
        fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof how);
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd;
}

/* On a thread of libuv's. */
static void run(uv_work_t *uv)
{
    work *w = uv->data;

    if (w->to == NULL)
        w->sys = tree_remove(w->path, &w->stop);
    else
        w->sys = tree_copy(w->root, w->path, w->to, &w->stop);
}

static void on_over(uv_work_t *uv, int status)
{
    work *w = uv->data;
    neap_error err = { 0 };

    if (status != 0)
        w->sys = -status;
    if (w->sys == ECANCELED)
        neap_error_set(&err, NEAP_CANCELLED, w->op, "cancelled");
    else if (w->sys != 0)
        neap_error_set_errno(
            &err, w->op, w->sys, "%s%s%s", w->to != NULL ? w->root : "",
            w->to != NULL && w->path[0] != '/' ? "/" : "", w->path);
    w->cb(w->arg, w->sys != 0 ? &err : NULL);
    neap_error_clear(&err);
    free(w->root);
    free(w->path);
    free(w->to);
    free(w);
}

static void cancel(neap_request *req)
{
    work *w = (work *)req;

    atomic_store(&w->stop, true);
    uv_cancel((uv_req_t *)&w->uv);
}

static neap_request *submit(neap_loop *loop, work *w)
{
    w->req.cancel = cancel;
    w->uv.data = w;
    atomic_init(&w->stop, false);
    uv_queue_work(neap_loop_uv(loop), &w->uv, run, on_over);
    return &w->req;
}

neap_request *
neap_tree_remove(neap_loop *loop, const char *path, neap_tree_cb cb, void *arg)
{
    work *w = xcalloc(1, sizeof *w);

    w->op = "tree.remove";
    w->path = xstrdup(path);
    w->cb = cb;
    w->arg = arg;
    return submit(loop, w);
}

neap_request *neap_tree_copy(neap_loop *loop,
                             const char *root,
                             const char *path,
                             const char *to,
                             neap_tree_cb cb,
                             void *arg)
{
    work *w = xcalloc(1, sizeof *w);

    w->op = "tree.copy";
    w->root = xstrdup(root);
    w->path = xstrdup(path);
    w->to = xstrdup(to);
    w->cb = cb;
    w->arg = arg;
    return submit(loop, w);
}
