#ifndef OUTCOME_H
#define OUTCOME_H

#include "rpc.h"
#include "world.h"

/* What a call or a stream of rpc.h answered. */
typedef struct outcome {
    int count; /* how often it was told */
    neap_code code;
    char text[80]; /* the reply, or the error's message */
    size_t size;
    char id[16];
} outcome;

/* Callbacks, with an outcome for their argument. */
void outcome_bytes(void *arg,
                   const neap_error *err,
                   const uint8_t *data,
                   size_t size);
void outcome_written(void *arg, const neap_error *err);

/* Turn until it is there; once. */
void outcome_await(world *w, const outcome *o);

/* A channel to the server of `w`. */
rpc *open_rpc(world *w, double timeout_s);

typedef struct outcome_test {
    const char *name;
    void (*run)(world *w);
} outcome_test;

/* Run each in both modes, saying so; what a test program's main returns. */
int outcome_run(const outcome_test *tests, size_t count);

#endif
