#include <stdlib.h>

#include "memory.h"
#include "stream_private.h"

static void on_late(loop_task *task)
{
    stream_request *r =
        (stream_request *)((char *)task - offsetof(stream_request, late));
    char *data = r->read_cb != NULL ? r->data : NULL;
    neap_error err = { 0 };

    if (data != NULL)
        r->data = NULL; /* the callee's */
    if (r->code == NEAP_OK) {
        stream_request_answer(r, NULL, data, r->size);
        return;
    }
    neap_error_set(&err, r->code, r->op, "%s", r->why);
    stream_request_fail(r, &err);
    neap_error_clear(&err);
}

static void cancel_nothing(neap_request *req)
{
    (void)req; /* it answers on the next turn */
}

void stream_request_late(stream_request *r, neap_code code, const char *why)
{
    r->code = code;
    r->why = why;
    r->req.cancel = cancel_nothing;
    r->late.run = on_late;
    loop_defer(r->stream->loop, &r->late);
}

void stream_request_answer(stream_request *r,
                           const neap_error *err,
                           char *data,
                           size_t size)
{
    neap_stream *s = r->stream;

    loop_release(s->loop);
    if (r->read_cb != NULL)
        r->read_cb(r->arg, err, data, size);
    else if (r->write_cb != NULL)
        r->write_cb(r->arg, err);
    else
        r->connect_cb(r->arg, err, r->count);
    neap_stream_unref(r->peer);
    free(r->data);
    free(r);
    neap_stream_unref(s);
}

void stream_request_fail(stream_request *r, neap_error *err)
{
    if (r->stream->id != NULL)
        err->id = xstrdup(r->stream->id);
    stream_request_answer(r, err, NULL, 0);
}

stream_request *stream_request_new(neap_stream *s, const char *op, void *arg)
{
    stream_request *r = xcalloc(1, sizeof *r);

    r->stream = neap_stream_ref(s);
    r->op = op;
    r->arg = arg;
    loop_hold(s->loop);
    return r;
}

void stream_fail_requests(neap_stream *s, neap_code code)
{
    stream_request *r = s->reader, *w = s->writers, *next;

    s->reader = NULL;
    s->writers = NULL;
    if (r != NULL) /* what follows the end of a process is the end */
        stream_request_late(r, code == NEAP_CANCELLED ? code : NEAP_OK,
                            "the client was closed");
    for (; w != NULL; w = next) {
        next = w->next;
        stream_request_late(w, code,
                            code == NEAP_CANCELLED ? "the client was closed"
                                                   : "the process has ended");
    }
}
