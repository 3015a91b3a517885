#include "session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void session_open(session *s, neap_loop_mode mode)
{
    world_open(&s->w, mode);
    s->client = daemon_client(&s->w);
}

static void session_close(session *s)
{
    daemon_leave(&s->w, s->client);
    world_close(&s->w);
}

neap_container *session_load(session *s, const char *id, int born)
{
    reply r = { 0 };

    daemon_answer(&s->w, "Containers/Get",
                  "{'container': {'id': '%s', 'created_at': %d}}", id, born);
    neap_container_load(s->client, id, reply_container, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    assert(r.code == NEAP_OK);
    return r.container;
}

neap_code session_delete(session *s, neap_container *c)
{
    reply r = { 0 };

    neap_container_delete(c, reply_done, &r);
    assert(r.count == 0);
    reply_await(&s->w, &r);
    return r.code;
}

/* Tag and length of `container`, and of its `id` and created_at in it. */
void session_add_record(session *s, const char *id, char born, bool first)
{
    char bytes[64];
    int length = (int)strlen(id);
    int n = snprintf(bytes, sizeof bytes, "%c%c%c%c%s%c%c%c%c", 0x0a,
                     2 + length + 4, 0x0a, length, id, 0x42, 2, 0x08, born);

    if (first)
        server_answer(s->w.server, LIST, bytes, (size_t)n);
    else
        server_append(s->w.server, LIST, bytes, (size_t)n);
}

void session_release(reply *r)
{
    for (size_t i = 0; i < r->found_count; i++) {
        neap_process_unref(r->found[i].task);
        neap_container_unref(r->found[i].container);
    }
    free(r->found);
    *r = (reply){ 0 };
}

int session_run(const session_test *tests, size_t count)
{
    static const char *const modes[] = { "driven", "hosted" };
    session s;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < count; i++) {
            session_open(&s, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&s);
            session_close(&s);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
