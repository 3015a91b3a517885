#ifndef WORLD_H
#define WORLD_H

#include <protobuf-c/protobuf-c.h>
#include <uv.h>

#include "neap/loop.h"
#include "server.h"

/*
 * What a test of the core lives in: a directory of its own, a scripted server
 * on a socket there, and a loop that also turns when the server has news. So a
 * test awaits whatever it likes:
 *
 *     while (server_calls(w->server, METHOD) == 0)
 *         world_turn(w);
 *
 * A test that hangs is ended by SIGALRM.
 */
typedef struct world {
    uv_loop_t uv;
    neap_loop *loop;
    neap_loop_mode mode;
    server *server;
    char dir[32];
    char socket[64];
    uv_async_t news;
} world;

void world_open(world *w, neap_loop_mode mode);

/* Close all of it, and see that nothing was left on the loop or in `dir`. */
void world_close(world *w);

/* Run one turn of the loop, waiting until something is ready. */
void world_turn(world *w);

/* The same without waiting. */
void world_glance(world *w);

/* The path of `name` in the directory. Valid until the next but three. */
const char *world_path(const world *w, const char *name);

/* Descriptors that this process has open. */
int world_descriptors(void);

/* Those of them that are files of the directory, or pipes. */
int world_files(const world *w);

/* Turn until no more than `count` descriptors are open: gRPC closes late. */
void world_await_descriptors(world *w, int count);

/* Have `method` answer with a message of protobuf-c. */
void world_answer(world *w, const char *method, const ProtobufCMessage *m);

/* Send one on each open stream of `method`. */
void world_send(world *w, const char *method, const ProtobufCMessage *m);

/* The last message sent to `method`, unpacked. Owned. */
ProtobufCMessage *world_asked(world *w,
                              const char *method,
                              const ProtobufCMessageDescriptor *type);

#endif
