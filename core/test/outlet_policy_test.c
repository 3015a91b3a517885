/* Consumers that stall: they block, drop or spill. */
#include <assert.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "junction.h"

/* One that stalls, beside one that takes all; how much the first holds. */
static neap_stream *stall(junction *j, neap_stdio_end how)
{
    neap_stream *fast = junction_consumer(j, CAPTURE),
                *slow = junction_consumer(j, how);
    flow_writer wr;

    junction_start_writer(j, &wr, MUCH);
    junction_await_captured(j, fast, MUCH);
    flow_join_writer(&wr);
    return slow;
}

static void test_drop(junction *j)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow;

    end.policy = NEAP_POLICY_DROP;
    end.buffer = 10000;
    slow = stall(j, end);
    assert(neap_stream_dropped(slow) == MUCH - 10000);
    assert(flow_read_all(&j->w, slow, MUCH - 10000, SIZE_MAX) == 10000);
    assert(neap_stream_is_closed(slow) && !stream_is_owed(slow));
}

static void test_spill(junction *j)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow;

    end.policy = NEAP_POLICY_SPILL;
    end.buffer = 10000;
    end.spill_dir = j->w.dir;
    end.spill_limit = MUCH;
    slow = stall(j, end);
    assert(neap_stream_dropped(slow) == 0);
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == MUCH);
}

/* A descriptor may stall as well. */
static void test_drop_of_copy(junction *j)
{
    int target[2], size = 0;
    neap_stream *slow;

    assert(pipe(target) == 0);
    slow = stall(j, (neap_stdio_end){ .kind = NEAP_STDIO_FD,
                                      .fd = target[1],
                                      .policy = NEAP_POLICY_DROP,
                                      .buffer = 10000 });
    close(target[1]);
    assert(ioctl(target[0], FIONREAD, &size) == 0 && size > 0);
    assert(neap_stream_dropped(slow) == MUCH - 10000 - (size_t)size);
    close(target[0]);
}

static void test_full_spill_blocks(junction *j)
{
    neap_stream *fast = junction_consumer(j, CAPTURE), *slow;
    neap_stdio_end end = PIPE;
    flow_writer wr;

    end.policy = NEAP_POLICY_SPILL;
    end.buffer = 10000;
    end.spill_dir = j->w.dir;
    end.spill_limit = 200000;
    slow = junction_consumer(j, end);
    junction_start_writer(j, &wr, MUCH);
    while (junction_captured(fast) < 210000)
        world_turn(&j->w);
    junction_turns(j);
    assert(junction_captured(fast) == 210000);
    assert(flow_read_all(&j->w, slow, 0, SIZE_MAX) == MUCH);
    junction_await_captured(j, fast, MUCH);
    flow_join_writer(&wr);
}

static const junction_test tests[] = {
    { "one that drops delays nobody", test_drop },
    { "nor does one that spills", test_spill },
    { "nor a copy that drops", test_drop_of_copy },
    { "a spill that is full blocks", test_full_spill_blocks },
};

int main(void)
{
    return junction_run(tests, sizeof tests / sizeof *tests);
}
