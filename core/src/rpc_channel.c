#include "rpc_channel.h"

#include <errno.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "memory.h"
#include "rpc_private.h"

/* containerd accepts at once, so this does not wait. */
int rpc_knock(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd, sys = 0;

    if (strlen(path) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        sys = errno;
    close(fd);
    return sys == EAGAIN ? 0 : sys; /* a full backlog is somebody */
}

/* Some content messages of containerd's, which are 1 MiB each. */
#define STREAM_WINDOW (4 << 20)

grpc_channel *rpc_channel_open(const char *socket)
{
    grpc_arg args[] = {
        { .type = GRPC_ARG_STRING,
          .key = (char *)GRPC_ARG_DEFAULT_AUTHORITY,
          .value.string = (char *)"localhost" },
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
          .value.integer = RPC_MAX_MESSAGE },
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
          .value.integer = 100 },
        /* Not the minimum: that is how long connecting may take. */
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
          .value.integer = 2000 },
        /* Channels to one socket must not share a connection: closing one
         * client is then nothing to another. */
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
          .value.integer = 1 },
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY,
          .value.integer = 0 },
        /* Made for networks: pings that measure the bandwidth, and a copy of
         * each request kept for a retry. A socket here has neither delay nor
         * loss, and a window that is large from the start serves it better. */
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_HTTP2_BDP_PROBE,
          .value.integer = 0 },
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES,
          .value.integer = STREAM_WINDOW },
        { .type = GRPC_ARG_INTEGER,
          .key = (char *)GRPC_ARG_ENABLE_RETRIES,
          .value.integer = 0 },
    };
    grpc_channel_args all = { .num_args = sizeof args / sizeof *args,
                              .args = args };
    grpc_channel_credentials *plain = grpc_insecure_credentials_create();
    char *target = xasprintf("unix:%s", socket);
    grpc_channel *channel = grpc_channel_create(target, plain, &all);

    free(target);
    grpc_channel_credentials_release(plain);
    return channel;
}

/*
 * Between two attempts to connect gRPC lets seconds pass, and fails at once
 * what is called meanwhile. Where containerd listens again, it is told to
 * hurry, and the call waits for that.
 */
uint32_t rpc_channel_flags(const rpc *r)
{
    if (grpc_channel_check_connectivity_state(r->channel, 0) !=
            GRPC_CHANNEL_TRANSIENT_FAILURE ||
        rpc_knock(r->socket) != 0)
        return 0;
    grpc_channel_reset_connect_backoff(r->channel);
    return GRPC_INITIAL_METADATA_WAIT_FOR_READY;
}

/* --- closing -------------------------------------------------------------- */

/* How long a connection that is being made is waited for. */
#define FAREWELL_S 1

typedef struct farewell {
    rpc_batch batch; /* first */
    neap_loop *loop;
    grpc_channel *channel;
} farewell;

static void on_settled(rpc_batch *batch, bool ok)
{
    farewell *f = (farewell *)batch;

    (void)ok; /* connected, refused or too late */
    grpc_channel_destroy(f->channel);
    loop_flight_end(f->loop, true);
    free(f);
}

/*
 * gRPC loses the connection, descriptor and all, of a channel that is destroyed
 * while it connects; so that is waited for.
 */
void rpc_channel_close(grpc_channel *channel, neap_loop *loop)
{
    farewell *f;

    if (grpc_channel_check_connectivity_state(channel, 0) !=
        GRPC_CHANNEL_CONNECTING) {
        grpc_channel_destroy(channel);
        return;
    }
    f = xcalloc(1, sizeof *f);
    *f = (farewell){ { on_settled }, loop, channel };
    loop_flight_begin(loop, true);
    grpc_channel_watch_connectivity_state(
        channel, GRPC_CHANNEL_CONNECTING,
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_seconds(FAREWELL_S, GPR_TIMESPAN)),
        loop_queue(loop)->queue, &f->batch);
}
