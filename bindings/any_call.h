#ifndef NEAP_BINDINGS_ANY_CALL_H
#define NEAP_BINDINGS_ANY_CALL_H

#include "call.h"
#include "neap/client.h"

/* A call that answers with one of containerd's messages; nil where none came.
 */
typedef struct any_call {
    call call;
    neap_value *reply; /* owned */
} any_call;

int any_call_push(lua_State *L, call *c);
void any_call_release(call *c);

/* The core's callback; `arg` is the any_call. */
void any_call_on_reply(void *arg, const neap_error *err, neap_value *reply);

/*
 * The options { timeout=, headers= } at `arg`, if any; what they point to is
 * borrowed from there and from scratch memory that is left on the stack.
 */
#define ANY_CALL_OPTIONS "timeout headers" /* for call_refuse_options */
neap_call_options any_call_options(lua_State *L, int arg);

#endif
