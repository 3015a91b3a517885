/* Taps of an output that flows, among whatever comes. */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "junction.h"

static neap_stream *tap(junction *j, neap_stdio_end how)
{
    return neap_stream_tap(j->all[0], &how);
}

static void test_tap(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE), *late, *later;
    char data[6000];

    flow_fill(data, 0, sizeof data);
    assert(write(j->fd, data, 1000) == 1000);
    junction_await_captured(j, fast, 1000);
    late = tap(j, PIPE);
    assert(write(j->fd, data + 1000, 2000) == 2000);
    junction_await_captured(j, fast, 3000);
    later = tap(j, PIPE);
    assert(flow_read_all(&j->w, late, 1000, 2000) == 2000);
    neap_stream_close(late);
    neap_stream_unref(late);
    assert(write(j->fd, data + 3000, 3000) == 3000);
    junction_end(j);
    junction_await_captured(j, fast, 6000);
    junction_shut(j, NEAP_NOT_FOUND);
    assert(flow_read_all(&j->w, later, 3000, SIZE_MAX) == 3000);
    neap_stream_unref(later);
}

static void test_tap_of_what_has_ended(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE), *late;

    junction_end(j);
    while (!neap_stream_is_closed(fast))
        world_turn(&j->w);
    late = tap(j, PIPE);
    assert(neap_stream_is_closed(late));
    assert(flow_read_all(&j->w, late, 0, SIZE_MAX) == 0);
    neap_stream_unref(late);
}

/* It ends with the process, also where all others were closed. */
static void test_tap_alone(junction *j)
{
    neap_stream *first = junction_consumer(j, PIPE), *late = tap(j, PIPE);
    flow_writer wr;

    neap_stream_close(first);
    junction_start_writer(j, &wr, MUCH);
    assert(flow_read_all(&j->w, late, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    neap_stream_unref(late);
}

/* A consumer that reads now and then, and may be closed; what it must have. */
typedef struct guest {
    neap_stream *stream;
    flow_reply reply;
    size_t at; /* of the flow, without what was dropped */
    bool reads, is_closed, is_over, drops;
} guest;

static void guest_comes(junction *j, guest *g, int i)
{
    neap_stdio_end end = PIPE;

    *g = (guest){ .drops = i % 3 == 1 };
    end.policy = (neap_policy)(i % 3);
    end.buffer = (size_t)(rand() % 50000 + 1);
    end.spill_dir = j->w.dir;
    end.spill_limit = (uint64_t)(rand() % 400000 + 1);
    g->stream =
        i < 3 ? neap_stream_ref(junction_consumer(j, end)) : tap(j, end);
}

static void guest_takes(guest *g)
{
    flow_reply *r = &g->reply;

    if (!g->reads || r->count == 0)
        return;
    g->reads = false;
    assert(r->count == 1 && r->code == NEAP_OK);
    if (r->data == NULL)
        g->is_over = true;
    else if (!g->drops)
        assert(flow_matches(r->data, g->at, r->size));
    g->at += r->size;
    free(r->data);
}

static void guest_acts(guest *g)
{
    guest_takes(g);
    if (!g->reads && !g->is_over && rand() % 2 == 0) {
        flow_read(g->stream, &g->reply);
        g->reads = true;
    }
    if (!g->is_closed && rand() % 4000 == 0) {
        neap_stream_close(g->stream);
        g->is_closed = true;
    }
}

static void guest_goes(const guest *g)
{
    if (!g->is_closed)
        assert(g->at + neap_stream_dropped(g->stream) == MUCH / 4);
    neap_stream_unref(g->stream);
}

static void test_whatever(junction *j)
{
    guest guests[6];
    flow_writer wr;
    int over = 0;

    for (int i = 0; i < 6; i++) /* three of them are taps */
        guest_comes(j, &guests[i], i);
    junction_start_writer(j, &wr, MUCH / 4);
    while (over < 6) {
        world_glance(&j->w);
        over = 0;
        for (int i = 0; i < 6; i++) {
            guest_acts(&guests[i]);
            over += guests[i].is_over;
        }
    }
    flow_await_writer(&j->w, &wr);
    for (int i = 0; i < 6; i++)
        guest_goes(&guests[i]);
}

static void test_whatever_comes(junction *j)
{
    for (unsigned seed = 1; seed < 12; seed++) {
        srand(seed);
        test_whatever(j);
        junction_close(j);
        junction_open(j);
    }
}

static const junction_test tests[] = {
    { "a tap gets what comes from then on", test_tap },
    { "a tap of what has ended is at its end", test_tap_of_what_has_ended },
    { "a tap may be the last", test_tap_alone },
    { "whatever they do, each gets its own", test_whatever_comes },
};

int main(void)
{
    return junction_run(tests, sizeof tests / sizeof *tests);
}
