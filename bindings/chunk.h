#ifndef NEAP_BINDINGS_CHUNK_H
#define NEAP_BINDINGS_CHUNK_H

#include "call.h"

/* A call that reads: it answers with the bytes that came, or nil at the end. */
typedef struct chunk_call {
    call call;
    char *data;
    size_t size;
} chunk_call;

/* Push one, which keeps the object at 1 alive. See call_new. */
chunk_call *chunk_new(lua_State *L);

/* A callback of the core's for it; `arg` is the chunk_call. */
void chunk_on_read(void *arg, const neap_error *err, char *data, size_t size);

#endif
