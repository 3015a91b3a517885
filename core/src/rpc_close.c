#include <grpc/support/time.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory.h"
#include "rpc_private.h"

/*
 * Closing, in stages:
 *   1. Whoever waits for a call is answered. What reads, waits or streams is
 *      cancelled; a change goes on without its caller, and its reply is
 *      dropped.
 *   2. The time for that is over: what is still on its way is cancelled too.
 *   3. The last call is through: the channel is destroyed.
 *
 * The time is kept by a watch of the channel's state, which completes through
 * the queue as calls do. So it runs out also where no libuv loop turns any
 * more, while neap_loop_close waits for the last calls; and unlike a timer's
 * its end can be brought about: destroying the channel changes the state.
 */

static gpr_timespec in(double seconds)
{
    return gpr_time_add(
        gpr_now(GPR_CLOCK_MONOTONIC),
        gpr_time_from_micros((int64_t)(seconds * 1e6), GPR_TIMESPAN));
}

/* --- 3. the end ----------------------------------------------------------- */

static void rpc_free(rpc *r)
{
    grpc_slice_unref(r->ns);
    for (size_t i = 0; i < r->counter_count; i++)
        free(r->counters[i].path);
    for (size_t i = 0; i < r->held_count; i++)
        close(r->held[i]);
    free(r->counters);
    free(r->held);
    free(r->socket);
    free(r);
}

void rpc_settle(rpc *r)
{
    if (!r->closing || r->flying != NULL)
        return;
    if (r->channel != NULL)
        rpc_channel_close(r->channel, r->loop);
    r->channel = NULL;
    if (r->watching)
        return; /* that ends now, and comes back here */
    if (r->lingering)
        loop_linger_end(r->loop);
    rpc_free(r);
}

/* --- 2. the bound --------------------------------------------------------- */

static void watch(rpc *r);

static void cancel_all(rpc *r)
{
    for (rpc_flight *f = r->flying; f != NULL; f = f->next)
        grpc_call_cancel(f->call, NULL);
}

static void on_bound(rpc_batch *batch, bool changed)
{
    rpc *r = (rpc *)((char *)batch - offsetof(rpc, bound));

    r->watching = false;
    loop_flight_end(r->loop, true);
    if (r->flying == NULL)
        rpc_settle(r);
    else if (changed)
        watch(r);
    else
        cancel_all(r);
}

static void watch(rpc *r)
{
    r->watching = true;
    r->bound.done = on_bound;
    loop_flight_begin(r->loop, true);
    grpc_channel_watch_connectivity_state(
        r->channel, grpc_channel_check_connectivity_state(r->channel, 0),
        r->until, loop_queue(r->loop)->queue, &r->bound);
}

/* --- 1. closing ----------------------------------------------------------- */

void rpc_close(rpc *r, double linger_s)
{
    r->closing = true;
    for (rpc_flight *f = r->flying; f != NULL; f = f->next) {
        if (f->leave != NULL && linger_s > 0) {
            f->leave(f);
            r->lingering = true;
        } else {
            grpc_call_cancel(f->call, NULL);
        }
    }
    if (r->lingering) {
        r->until = in(linger_s);
        loop_linger_begin(r->loop);
        watch(r);
    }
    rpc_settle(r);
}

void rpc_hold(rpc *r, int fd)
{
    r->held = xrealloc(r->held, (r->held_count + 1) * sizeof *r->held);
    r->held[r->held_count++] = fd;
}
