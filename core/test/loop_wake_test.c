/* What wakes the loop while a call is in flight, and what does not. */
#include <assert.h>
#include <pthread.h>
#include <unistd.h>

#include "flight.h"
#include "loop.h"

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
    rpc *r = flight_begin(w, &o);

    start_timer(w, &timer, &fired, 7);
    while (fired == 0)
        world_turn(w);
    assert(o.count == 0);
    close_now(w, (uv_handle_t *)&timer);
    flight_land(w, r, &o);
}

/* libuv's own clock stands still while a callback computes. */
static void test_timer_after_work(world *w)
{
    uv_timer_t timer;
    int fired = 0;
    outcome o, brief;
    rpc *r = flight_begin(w, &o);
    uint64_t until;

    start_timer(w, &timer, &fired, 40);
    until = uv_hrtime() + 41 * 1000000ull;
    while (uv_hrtime() < until)
        ;
    flight_ask(r, 0.01, &brief); /* would end a wait that is too long */
    world_turn(w);
    assert(fired == 1);
    while (brief.count == 0)
        world_turn(w);
    close_now(w, (uv_handle_t *)&timer);
    flight_land(w, r, &o);
}

static void test_busy_timers(world *w)
{
    uv_timer_t timer;
    int fired = 0;
    outcome o;
    rpc *r = flight_begin(w, &o);

    start_timer(w, &timer, &fired, 1);
    while (fired < 5)
        world_turn(w);
    flight_land(w, r, &o); /* although the next timer is always near */
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
    rpc *r = flight_begin(w, &o);

    assert(pipe(end.fds) == 0);
    listen_to(w, &end);
    assert(pthread_create(&thread, NULL, write_byte, &end) == 0);
    while (end.heard == 0)
        world_turn(w);
    pthread_join(thread, NULL);
    flight_land(w, r, &o); /* although that pipe is always readable */
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
    rpc *r = flight_begin(w, &o);

    assert(pipe(end.fds) == 0);
    write_byte(&end);
    loop_defer(w->loop, &late.task);
    while (end.heard == 0)
        world_turn(w);
    close_pipe(w, &end);
    flight_land(w, r, &o);
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
    rpc *r = flight_begin(w, &o);

    uv_async_init(&w->uv, &async, on_async);
    async.data = &heard;
    world_glance(w);
    assert(pthread_create(&thread, NULL, send_async, &async) == 0);
    for (; !heard; turns++)
        world_turn(w);
    assert(turns <= 10);
    pthread_join(thread, NULL);
    close_now(w, (uv_handle_t *)&async);
    flight_land(w, r, &o);
}

/* A call is all there is: libuv itself sees no reason to go on. */
static void test_nothing_else(world *w)
{
    uv_timer_t timer;
    int fired = 0, turns = 0;
    outcome o;
    rpc *r = flight_begin(w, &o);

    uv_unref((uv_handle_t *)&w->news);
    start_timer(w, &timer, &fired, 30);
    uv_unref((uv_handle_t *)&timer);
    for (; fired == 0; turns++)
        world_turn(w);
    assert(turns <= 10);
    uv_ref((uv_handle_t *)&w->news);
    close_now(w, (uv_handle_t *)&timer);
    flight_land(w, r, &o);
}

static const outcome_test tests[] = {
    { "a timer wakes it", test_timer },
    { "a timer is in time after long work", test_timer_after_work },
    { "timers keep no call waiting", test_busy_timers },
    { "a descriptor wakes it, and keeps no call waiting", test_descriptor },
    { "a descriptor from a callback wakes it", test_descriptor_from_callback },
    { "another thread wakes it, and nothing else", test_thread },
    { "a call alone keeps it going, and waiting", test_nothing_else },
};

int main(void)
{
    return outcome_run(tests, sizeof tests / sizeof *tests);
}
