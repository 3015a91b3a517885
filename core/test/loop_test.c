/* The loop: what wakes it, what does not, and how it ends. */
#include "loop.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

#define ASK  "/test.Service/Ask"
#define FLOW "/test.Service/Flow"

/* --- calls ---------------------------------------------------------------- */

typedef struct outcome {
    int count;
    neap_code code;
} outcome;

static void
on_reply(void *arg, const neap_error *err, const uint8_t *data, size_t size)
{
    outcome *o = arg;

    (void)data, (void)size;
    o->count++;
    o->code = err != NULL ? err->code : NEAP_OK;
}

static void ask(rpc *r, double timeout_s, outcome *o)
{
    rpc_options opt = { .op = "test.ask", .timeout_s = timeout_s };

    *o = (outcome){ 0 };
    rpc_unary_bytes(r, ASK, (const uint8_t *)"", 0, &opt, on_reply, o);
}

/* A channel with a call in flight that is not answered before its release. */
static rpc *fly(world *w, outcome *o)
{
    rpc *r = rpc_open(w->loop, w->socket, "test", 0);

    server_answer(w->server, ASK, "", 0);
    server_hold(w->server, ASK);
    ask(r, 0, o);
    while (server_open_calls(w->server, ASK) == 0)
        world_turn(w);
    return r;
}

static void land(world *w, rpc *r, outcome *o)
{
    server_release(w->server, ASK);
    while (o->count == 0)
        world_turn(w);
    assert(o->count == 1 && o->code == NEAP_OK);
    rpc_close(r, 0);
}

/* --- what wakes a loop with a call in flight ------------------------------ */

static void on_timer(uv_timer_t *timer)
{
    ++*(int *)timer->data;
}

static void start_timer(world *w, uv_timer_t *timer, int *fired, int every_ms)
{
    uv_timer_init(&w->uv, timer);
    timer->data = fired;
    uv_timer_start(timer, on_timer, (uint64_t)every_ms, (uint64_t)every_ms);
}

static void close_now(world *w, uv_handle_t *handle)
{
    uv_close(handle, NULL);
    world_glance(w);
}

static void test_timer(world *w)
{
    uv_timer_t timer;
    int fired = 0;
    outcome o;
    rpc *r = fly(w, &o);

    start_timer(w, &timer, &fired, 7);
    while (fired == 0)
        world_turn(w);
    assert(o.count == 0);
    close_now(w, (uv_handle_t *)&timer);
    land(w, r, &o);
}

/* libuv's own clock stands still while a callback computes. */
static void test_timer_after_work(world *w)
{
    uv_timer_t timer;
    int fired = 0;
    outcome o, brief;
    rpc *r = fly(w, &o);
    uint64_t until;

    start_timer(w, &timer, &fired, 40);
    until = uv_hrtime() + 41 * 1000000ull;
    while (uv_hrtime() < until)
        ;
    ask(r, 0.01, &brief); /* would end a wait that is too long */
    world_turn(w);
    assert(fired == 1);
    while (brief.count == 0)
        world_turn(w);
    close_now(w, (uv_handle_t *)&timer);
    land(w, r, &o);
}

static void test_busy_timers(world *w)
{
    uv_timer_t timer;
    int fired = 0;
    outcome o;
    rpc *r = fly(w, &o);

    start_timer(w, &timer, &fired, 1);
    while (fired < 5)
        world_turn(w);
    land(w, r, &o); /* although the next timer is always near */
    close_now(w, (uv_handle_t *)&timer);
}

typedef struct pipe_end {
    uv_poll_t poll;
    int fds[2], heard;
} pipe_end;

static void on_readable(uv_poll_t *poll, int status, int events)
{
    pipe_end *end = poll->data;

    assert(status == 0 && events == UV_READABLE);
    end->heard++;
    uv_poll_stop(poll); /* what libuv has to learn anew */
    uv_poll_start(poll, UV_READABLE, on_readable);
}

static void listen_to(world *w, pipe_end *end)
{
    end->heard = 0;
    assert(uv_poll_init(&w->uv, &end->poll, end->fds[0]) == 0);
    end->poll.data = end;
    uv_poll_start(&end->poll, UV_READABLE, on_readable);
}

static void *write_byte(void *arg)
{
    assert(write(((pipe_end *)arg)->fds[1], "x", 1) == 1);
    return NULL;
}

static void close_pipe(world *w, pipe_end *end)
{
    close_now(w, (uv_handle_t *)&end->poll);
    close(end->fds[0]);
    close(end->fds[1]);
}

static void test_descriptor(world *w)
{
    pthread_t thread;
    pipe_end end;
    outcome o;
    rpc *r = fly(w, &o);

    assert(pipe(end.fds) == 0);
    listen_to(w, &end);
    assert(pthread_create(&thread, NULL, write_byte, &end) == 0);
    while (end.heard == 0)
        world_turn(w);
    pthread_join(thread, NULL);
    land(w, r, &o); /* although that pipe is always readable */
    close_pipe(w, &end);
}

typedef struct late_listener {
    loop_task task; /* first */
    world *w;
    pipe_end *end;
} late_listener;

static void on_late(loop_task *task)
{
    late_listener *late = (late_listener *)task;

    listen_to(late->w, late->end);
}

static void test_descriptor_from_callback(world *w)
{
    pipe_end end = { .heard = 0 };
    late_listener late = { { .run = on_late }, w, &end };
    outcome o;
    rpc *r = fly(w, &o);

    assert(pipe(end.fds) == 0);
    write_byte(&end);
    loop_defer(w->loop, &late.task);
    while (end.heard == 0)
        world_turn(w);
    close_pipe(w, &end);
    land(w, r, &o);
}

static void on_async(uv_async_t *async)
{
    *(bool *)async->data = true;
}

static void *send_async(void *arg)
{
    usleep(30 * 1000); /* so that the loop is likely to wait by then */
    uv_async_send(arg);
    return NULL;
}

/* It also counts the turns: one that waits for nothing burns time. */
static void test_thread(world *w)
{
    pthread_t thread;
    uv_async_t async;
    bool heard = false;
    int turns = 0;
    outcome o;
    rpc *r = fly(w, &o);

    uv_async_init(&w->uv, &async, on_async);
    async.data = &heard;
    world_glance(w);
    assert(pthread_create(&thread, NULL, send_async, &async) == 0);
    for (; !heard; turns++)
        world_turn(w);
    assert(turns <= 10);
    pthread_join(thread, NULL);
    close_now(w, (uv_handle_t *)&async);
    land(w, r, &o);
}

/* A call is all there is: libuv itself sees no reason to go on. */
static void test_nothing_else(world *w)
{
    uv_timer_t timer;
    int fired = 0, turns = 0;
    outcome o;
    rpc *r = fly(w, &o);

    uv_unref((uv_handle_t *)&w->news);
    start_timer(w, &timer, &fired, 30);
    uv_unref((uv_handle_t *)&timer);
    for (; fired == 0; turns++)
        world_turn(w);
    assert(turns <= 10);
    uv_ref((uv_handle_t *)&w->news);
    close_now(w, (uv_handle_t *)&timer);
    land(w, r, &o);
}

/* --- deferring ------------------------------------------------------------ */

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

/* --- what keeps it going -------------------------------------------------- */

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
    ask(r, 0, &o);
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
    rpc_stream_read(s, on_reply, &o);
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

/* --- closing -------------------------------------------------------------- */

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

    on_reply(&p->o, err, data, size);
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

/* --- all, in both modes --------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(world *w);
} tests[] = {
    { "a timer wakes it", test_timer },
    { "a timer is in time after long work", test_timer_after_work },
    { "timers keep no call waiting", test_busy_timers },
    { "a descriptor wakes it, and keeps no call waiting", test_descriptor },
    { "a descriptor from a callback wakes it", test_descriptor_from_callback },
    { "another thread wakes it, and nothing else", test_thread },
    { "a call alone keeps it going, and waiting", test_nothing_else },
    { "what is deferred runs in order, a turn later", test_deferred },
    { "calls hold it", test_calls_hold_it },
    { "background streams do not hold it", test_background_does_not },
    { "closing it ends what is in flight", test_close },
};

int main(void)
{
    static const char *const modes[] = { "driven", "hosted" };
    world w;

    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
            world_open(&w, mode == 0 ? NEAP_LOOP_DRIVEN : NEAP_LOOP_HOSTED);
            tests[i].run(&w);
            world_close(&w);
            printf("ok - %s, %s\n", tests[i].name, modes[mode]);
            fflush(stdout);
        }
    return 0;
}
