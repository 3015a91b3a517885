#include "server_private.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/support/alloc.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void start(call *c, batch *b, const grpc_op *ops, size_t count)
{
    c->in_flight++;
    if (grpc_call_start_batch(c->rpc, ops, count, b, NULL) != GRPC_CALL_OK)
        abort();
}

void call_transmit(call *c)
{
    grpc_op ops[2] = { { .op = GRPC_OP_SEND_INITIAL_METADATA } };
    size_t count = c->started ? 0 : 1;
    grpc_byte_buffer *message = NULL;
    grpc_slice text = grpc_empty_slice();

    if (c->sending || c->ended || c->closed)
        return;
    if (c->sent < c->outgoing.count) {
        server_bytes *item = &c->outgoing.items[c->sent++];
        grpc_slice slice =
            grpc_slice_from_copied_buffer((char *)item->data, item->size);

        message = grpc_raw_byte_buffer_create(&slice, 1);
        grpc_slice_unref(slice);
        ops[count].op = GRPC_OP_SEND_MESSAGE;
        ops[count++].data.send_message.send_message = message;
    } else if (c->ending) {
        text = grpc_slice_from_copied_string(c->status_text);
        ops[count].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
        ops[count].data.send_status_from_server.status = c->status;
        ops[count++].data.send_status_from_server.status_details = &text;
        c->ended = true;
    } else {
        return;
    }
    ops[count - 1].flags = 0;
    c->started = c->sending = true;
    start(c, &c->transmitting, ops, count);
    grpc_byte_buffer_destroy(message);
    grpc_slice_unref(text);
}

void call_end(call *c, int status, const char *text)
{
    if (c->ending)
        return;
    c->ending = true;
    c->status = status;
    c->status_text = xstrdup(text);
    call_transmit(c);
}

void call_answer(call *c)
{
    server_method *m = c->method;

    if (!c->ready || c->answered || c->closed || m->held)
        return;
    c->answered = true;
    if (m->kind == SERVER_STREAM)
        return;
    for (unsigned i = 0; i < m->answer.count; i++)
        server_list_add(&c->outgoing, m->answer.items[i].data,
                        m->answer.items[i].size);
    call_transmit(c);
    call_end(c, m->status, m->details);
}

static void receive(call *c)
{
    grpc_op op = { .op = GRPC_OP_RECV_MESSAGE };

    op.data.recv_message.recv_message = &c->incoming;
    start(c, &c->receiving, &op, 1);
}

static void on_received(call *c, bool ok)
{
    grpc_byte_buffer_reader reader;
    grpc_slice whole;

    c->ready = true;
    if (ok && c->incoming != NULL) {
        if (!grpc_byte_buffer_reader_init(&reader, c->incoming))
            abort();
        whole = grpc_byte_buffer_reader_readall(&reader);
        server_list_add(&c->method->messages, GRPC_SLICE_START_PTR(whole),
                        GRPC_SLICE_LENGTH(whole));
        grpc_slice_unref(whole);
        grpc_byte_buffer_reader_destroy(&reader);
        grpc_byte_buffer_destroy(c->incoming);
        c->incoming = NULL;
        receive(c);
    }
    call_answer(c);
}

static void on_sent(call *c, bool ok)
{
    c->sending = false;
    if (ok)
        call_transmit(c);
}

static void on_closed(call *c, bool ok)
{
    (void)ok;
    c->closed = true;
    if (c->cancelled)
        c->method->cancelled++;
}

static void keep_headers(call *c)
{
    server_bytes all = { 0 };

    for (size_t i = 0; i < c->metadata.count; i++) {
        const grpc_slice both[] = { c->metadata.metadata[i].key,
                                    c->metadata.metadata[i].value };

        for (int j = 0; j < 2; j++) {
            size_t size = GRPC_SLICE_LENGTH(both[j]);

            all.data = xrealloc(all.data, all.size + size + 1);
            memcpy(all.data + all.size, GRPC_SLICE_START_PTR(both[j]), size);
            all.data[all.size + size] = '\0';
            all.size += size + 1;
        }
    }
    server_list_add(&c->method->headers, all.data, all.size);
    free(all.data);
}

static void on_arrived(call *c, bool ok)
{
    server *s = c->server;
    grpc_op op = { .op = GRPC_OP_RECV_CLOSE_ON_SERVER };
    char *path;

    if (!ok) { /* the server ends: nobody came */
        c->closed = true;
        return;
    }
    path = grpc_slice_to_c_string(c->details.method);
    c->method = server_method_of(&s->methods, path);
    gpr_free(path);
    c->next = s->calls;
    s->calls = c;
    c->method->calls++;
    s->arrived++;
    keep_headers(c);
    op.data.recv_close_on_server.cancelled = &c->cancelled;
    start(c, &c->closing, &op, 1);
    c->ready = c->method->kind == SERVER_STREAM;
    receive(c);
    call_answer(c);
    call_expect(s);
}

static void call_free(call *c)
{
    call **at = &c->server->calls;

    while (*at != NULL && *at != c)
        at = &(*at)->next;
    if (*at != NULL)
        *at = c->next;
    if (c->rpc != NULL)
        grpc_call_unref(c->rpc);
    grpc_call_details_destroy(&c->details);
    grpc_metadata_array_destroy(&c->metadata);
    grpc_byte_buffer_destroy(c->incoming);
    server_list_free(&c->outgoing);
    free(c->status_text);
    free(c);
}

void call_expect(server *s)
{
    call *c;

    if (s->down)
        return;
    c = xcalloc(1, sizeof *c);
    c->server = s;
    c->arriving = (batch){ on_arrived, c };
    c->receiving = (batch){ on_received, c };
    c->transmitting = (batch){ on_sent, c };
    c->closing = (batch){ on_closed, c };
    grpc_call_details_init(&c->details);
    grpc_metadata_array_init(&c->metadata);
    c->in_flight = 1;
    if (grpc_server_request_call(s->grpc, &c->rpc, &c->details, &c->metadata,
                                 s->queue, s->queue,
                                 &c->arriving) != GRPC_CALL_OK)
        abort();
}

void call_proceed(call *c, batch *b, bool ok)
{
    c->in_flight--;
    b->done(c, ok);
    if (c->closed && c->in_flight == 0)
        call_free(c);
}
