/* The loop: what is deferred, what keeps it going, and how it ends. */
#include <assert.h>
#include <string.h>

#include "flight.h"
#include "loop.h"

#define FLOW "/test.Service/Flow"

typedef struct step {
    loop_task task; /* first */
    neap_loop *loop;
    struct step *then;
    char name;
    char *log;
} step;

static void on_step(loop_task *task)
{
    step *s = (step *)task;
    size_t length = strlen(s->log);

    s->log[length] = s->name;
    s->log[length + 1] = '\0';
    if (s->then != NULL)
        loop_defer(s->loop, &s->then->task);
}

static void test_deferred(world *w)
{
    char log[8] = "";
    step c = { { .run = on_step }, w->loop, NULL, 'c', log };
    step b = { { .run = on_step }, w->loop, NULL, 'b', log };
    step a = { { .run = on_step }, w->loop, &c, 'a', log };

    loop_defer(w->loop, &a.task);
    loop_defer(w->loop, &b.task);
    assert(strcmp(log, "") == 0);
    world_glance(w);
    assert(strcmp(log, "ab") == 0);
    world_turn(w); /* which does not wait */
    assert(strcmp(log, "abc") == 0);
}

static bool goes_on(world *w)
{
    if (w->mode == NEAP_LOOP_DRIVEN)
        return neap_loop_turn(w->loop, false);
    return uv_run(&w->uv, UV_RUN_NOWAIT) != 0;
}

static void test_calls_hold_it(world *w)
{
    outcome o;
    rpc *r;

    uv_unref((uv_handle_t *)&w->news);
    assert(!goes_on(w));
    server_answer(w->server, ASK, "", 0);
    server_hold(w->server, ASK); /* it could be answered in that one turn */
    r = rpc_open(w->loop, w->socket, "test", 0);
    flight_ask(r, 0, &o);
    assert(goes_on(w));
    server_release(w->server, ASK);
    if (w->mode == NEAP_LOOP_HOSTED)
        uv_run(&w->uv, UV_RUN_DEFAULT);
    else
        while (neap_loop_turn(w->loop, true))
            ;
    assert(o.count == 1);
    rpc_close(r, 0);
    uv_ref((uv_handle_t *)&w->news);
}

static void test_background_does_not(world *w)
{
    rpc_options opt = { .op = "test.flow", .background = true };
    rpc *r = rpc_open(w->loop, w->socket, "test", 0);
    rpc_stream *s;
    outcome o = { 0 };

    server_stream(w->server, FLOW);
    s = rpc_stream_open(r, FLOW, &opt);
    rpc_stream_read(s, outcome_bytes, &o);
    while (server_open_calls(w->server, FLOW) == 0)
        world_turn(w);
    uv_unref((uv_handle_t *)&w->news);
    while (goes_on(w))
        ; /* what the server has told may be under way */
    loop_hold(w->loop);
    assert(goes_on(w));
    loop_release(w->loop);
    assert(!goes_on(w) && o.count == 0);
    uv_ref((uv_handle_t *)&w->news);
    rpc_stream_close(s);
    rpc_close(r, 0);
    while (o.count == 0)
        world_turn(w);
}

typedef struct parting {
    loop_task task; /* first */
    neap_loop *loop;
    outcome o;
    int later;
} parting;

static void on_parting_task(loop_task *task)
{
    parting *p = (parting *)task;

    if (++p->later < 3)
        loop_defer(p->loop, &p->task);
}

static void
on_parting(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    parting *p = arg;

    outcome_bytes(&p->o, err, data, size);
    loop_defer(p->loop, &p->task);
}

/* Nobody turns the loop between: closing it ends the calls, and what follows
 * from their ends. */
static void test_close(world *w)
{
    rpc_options opt = { .op = "test.ask" };
    parting p = { .task = { .run = on_parting_task } };
    uv_loop_t uv;
    rpc *r;

    server_hold(w->server, ASK);
    uv_loop_init(&uv);
    p.loop = neap_loop_open(&uv, w->mode);
    assert(neap_loop_uv(p.loop) == &uv);
    r = rpc_open(p.loop, w->socket, "test", 0);
    rpc_unary_bytes(r, ASK, (const uint8_t *)"", 0, &opt, on_parting, &p);
    rpc_close(r, 0);
    neap_loop_close(p.loop);
    neap_loop_close(NULL);
    assert(p.o.count == 1 && p.o.code == NEAP_CANCELLED && p.later == 3);
    uv_run(&uv, UV_RUN_DEFAULT);
    assert(uv_loop_close(&uv) == 0);
    server_release(w->server, ASK);
}

static const outcome_test tests[] = {
    { "what is deferred runs in order, a turn later", test_deferred },
    { "calls hold it", test_calls_hold_it },
    { "background streams do not hold it", test_background_does_not },
    { "closing it ends what is in flight", test_close },
};

int main(void)
{
    return outcome_run(tests, sizeof tests / sizeof *tests);
}
