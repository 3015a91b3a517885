#ifndef CLIENT_H
#define CLIENT_H

#include "events.h"
#include "loop.h"
#include "neap/client.h"
#include "neap/container.h"
#include "rpc.h"

/* containerd tells both at once; a busy machine takes its time. */
#define CLIENT_DOUBT_S 0.1

/* What the noun files share of a client. */
struct neap_client {
    int refs;
    neap_loop *loop;
    rpc *rpc; /* NULL once closed */
    char *address, *ns;
    double timeout_s, grace_s, linger_s;
    double doubt_s; /* how long an exit 137 may still be a dead shim's */
    events *events;
    neap_container *containers; /* uthash, by id; borrowed, one per record */
    neap_container *gone;       /* utlist; deleted, but their handles live */
    int trace_fd;
};

/*
 * Answer on the loop's next turn that `op` on `id` failed: for what a handle
 * knows without asking. `deliver` is called with `ctx` and then forgotten.
 */
typedef void (*failure_cb)(void *ctx, const neap_error *err);

neap_request *client_fail(neap_client *client,
                          failure_cb deliver,
                          void *ctx,
                          neap_code code,
                          const char *op,
                          const char *id,
                          const char *fmt,
                          ...) __attribute__((format(printf, 7, 8)));

/* The same where the client is closed. */
neap_request *client_fail_closed(neap_client *client,
                                 failure_cb deliver,
                                 void *ctx,
                                 const char *op,
                                 const char *id);

#endif
