#include "client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "fifo.h"
#include "memory.h"
#include "neap/json.h"
#include "request.h"
#include "rpc_channel.h"

/* --- failing later -------------------------------------------------------- */

typedef struct failure {
    neap_request req; /* first */
    loop_task task;
    neap_loop *loop;
    failure_cb deliver;
    void *ctx;
    neap_error err;
} failure;

static void cancel_nothing(neap_request *req)
{
    (void)req; /* it answers on the next turn */
}

static void on_failure(loop_task *task)
{
    failure *f = (failure *)((char *)task - offsetof(failure, task));

    loop_release(f->loop);
    f->deliver(f->ctx, &f->err);
    neap_error_clear(&f->err);
    free(f);
}

static failure *fail(neap_client *client, failure_cb deliver, void *ctx)
{
    failure *f = xcalloc(1, sizeof *f);

    f->req.cancel = cancel_nothing;
    f->task.run = on_failure;
    f->loop = client->loop;
    f->deliver = deliver;
    f->ctx = ctx;
    loop_hold(f->loop);
    loop_defer(f->loop, &f->task);
    return f;
}

neap_request *client_fail(neap_client *client,
                          failure_cb deliver,
                          void *ctx,
                          neap_code code,
                          const char *op,
                          const char *id,
                          const char *fmt,
                          ...)
{
    failure *f = fail(client, deliver, ctx);
    va_list args;
    char *message;

    va_start(args, fmt);
    if (vasprintf(&message, fmt, args) < 0)
        abort();
    va_end(args);
    neap_error_set(&f->err, code, op, "%s", message);
    free(message);
    if (id != NULL)
        f->err.id = xstrdup(id);
    return &f->req;
}

neap_request *client_fail_closed(neap_client *client,
                                 failure_cb deliver,
                                 void *ctx,
                                 const char *op,
                                 const char *id)
{
    return client_fail(client, deliver, ctx, NEAP_CANCELLED, op, id,
                       "the client was closed");
}

/* --- connecting ----------------------------------------------------------- */

static bool check_address(const char *path, neap_error *err)
{
    int sys;

    if (path[0] != '/') {
        neap_error_set(err, NEAP_INVALID_ARGUMENT, "connect",
                       "the address \"%s\" is not an absolute path", path);
        return false;
    }
    sys = rpc_knock(path);
    if (sys == 0)
        return true;
    if (sys == ECONNREFUSED)
        neap_error_set(err, NEAP_UNAVAILABLE, "connect",
                       "nobody listens on %s: is containerd running?", path);
    else
        neap_error_set_errno(err, "connect", sys, "cannot connect to %s", path);
    err->sys = sys;
    return false;
}

neap_client *neap_client_open(neap_loop *loop,
                              const neap_client_config *config,
                              neap_error *err)
{
    neap_client *c;

    if (!check_address(config->address, err))
        return NULL;
    c = xcalloc(1, sizeof *c);
    c->refs = 1;
    c->loop = loop;
    c->address = xstrdup(config->address);
    c->ns = xstrdup(config->ns);
    c->timeout_s = config->timeout_s;
    c->grace_s = config->grace_s;
    c->linger_s = config->linger_s != 0 ? config->linger_s : NEAP_LINGER_S;
    c->doubt_s = CLIENT_DOUBT_S;
    c->trace_fd = -1;
    c->rpc = rpc_open(loop, c->address, c->ns, c->timeout_s);
    c->events = events_new(c);
    return c;
}

void neap_client_close(neap_client *client)
{
    rpc *r = client->rpc;

    client->rpc = NULL;
    rpc_observe(r, NULL, NULL);
    containers_close(client, r);
    events_close(client->events);
    rpc_close(r, client->linger_s);
    neap_client_unref(client);
}

bool neap_client_is_closed(const neap_client *client)
{
    return client->rpc == NULL;
}

neap_client *neap_client_ref(neap_client *client)
{
    client->refs++;
    return client;
}

void neap_client_unref(neap_client *client)
{
    if (client == NULL || --client->refs > 0)
        return;
    events_free(client->events);
    free(client->address);
    free(client->ns);
    free(client);
}

/* --- what it knows -------------------------------------------------------- */

const char *neap_client_address(const neap_client *client)
{
    return client->address;
}

const char *neap_client_namespace(const neap_client *client)
{
    return client->ns;
}

double neap_client_timeout(const neap_client *client)
{
    return client->timeout_s;
}

uint64_t neap_client_count(const neap_client *client, const char *method)
{
    char *path;
    uint64_t count;

    if (client->rpc == NULL)
        return 0;
    if (method == NULL)
        return rpc_count(client->rpc, NULL);
    path = xasprintf("/%s", method);
    count = rpc_count(client->rpc, path);
    free(path);
    return count;
}

/* --- tracing -------------------------------------------------------------- */

static void put_text(neap_value *map, const char *key, const char *text)
{
    neap_value_put(map, key, neap_value_new_bytes(text, strlen(text)));
}

static void on_record(void *arg, const rpc_record *record)
{
    neap_client *client = arg;
    neap_value *line = neap_value_new_map();
    neap_error err = { 0 };
    char *text;

    put_text(line, "method", record->path + 1);
    neap_value_put(line, "start", neap_value_new_double(record->start));
    neap_value_put(line, "duration", neap_value_new_double(record->duration));
    put_text(line, "code", neap_code_name(record->code));
    if (record->id != NULL)
        put_text(line, "container", record->id);
    text = neap_json_print(line, false, &err);
    if (text != NULL) {
        size_t size = strlen(text);

        text[size] = '\n'; /* in the place of the NUL: one write a line */
        fd_write(client->trace_fd, text, size + 1);
    }
    free(text);
    neap_error_clear(&err);
    neap_value_free(line);
}

void neap_client_trace(neap_client *client, int fd)
{
    client->trace_fd = fd;
    if (client->rpc != NULL)
        rpc_observe(client->rpc, fd >= 0 ? on_record : NULL, client);
}
