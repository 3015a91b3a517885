#include <grpc/grpc.h>
#include <grpc/support/time.h>
#include <stdlib.h>

#include "memory.h"
#include "rpc_private.h"

/*
 * Debian builds abseil with its checks: each lock of gRPC's is looked for in a
 * graph of all locks, under a lock of its own. Without them, where abseil is
 * the one whose names these are.
 */
__attribute__((weak)) void skip_lock_checks(int mode) __asm__(
    "_ZN4absl7debian329SetMutexDeadlockDetectionModeENS0_15OnDeadlockCycleE");

/*
 * An empty batch completes at once and wakes whoever waits for the queue: a
 * bell that any thread may ring. It needs a call, and the call a channel, so
 * there is one of each that leads nowhere.
 */
rpc_queue *rpc_queue_new(void)
{
    rpc_queue *q = xcalloc(1, sizeof *q);

    if (skip_lock_checks != NULL)
        skip_lock_checks(0);
    grpc_init();
    q->queue = grpc_completion_queue_create_for_next(NULL);
    q->bell_channel =
        grpc_lame_client_channel_create("bell", GRPC_STATUS_UNAVAILABLE, "");
    q->bell = grpc_channel_create_call(
        q->bell_channel, NULL, GRPC_PROPAGATE_DEFAULTS, q->queue,
        grpc_slice_from_static_string("/bell"), NULL,
        gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
    return q;
}

void rpc_queue_free(rpc_queue *q)
{
    grpc_event event;

    grpc_call_unref(q->bell);
    grpc_channel_destroy(q->bell_channel);
    grpc_completion_queue_shutdown(q->queue);
    do
        event = grpc_completion_queue_next(
            q->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    while (event.type != GRPC_QUEUE_SHUTDOWN);
    grpc_completion_queue_destroy(q->queue);
    grpc_shutdown();
    free(q);
}

static gpr_timespec until(int timeout_ms)
{
    if (timeout_ms < 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (timeout_ms == 0)
        return gpr_time_0(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
}

bool rpc_queue_next(rpc_queue *q, int timeout_ms, rpc_batch **batch, bool *ok)
{
    grpc_event event =
        grpc_completion_queue_next(q->queue, until(timeout_ms), NULL);

    if (event.type != GRPC_OP_COMPLETE)
        return false;
    *batch = event.tag;
    *ok = event.success != 0;
    return true;
}

void rpc_queue_ring(rpc_queue *q)
{
    grpc_call_start_batch(q->bell, NULL, 0, NULL, NULL);
}

void rpc_batch_done(rpc_batch *batch, bool ok)
{
    batch->done(batch, ok);
}
