#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>

#include "neap/engine.h"
#include "neap/loop.h"

/* A directory and a config for an engine, which is this program run anew. */
typedef struct place {
    uv_loop_t uv;
    neap_loop *loop;
    char dir[32], lock[64], socket[64], log[64], conf[64], exe[1024];
    const char *argv[4], *env[2];
    neap_engine_config config;
} place;

typedef struct place_outcome {
    int calls;
    neap_error err;
    neap_engine_peer peer;
    bool started;
} place_outcome;

/* Open one whose engine runs in `mode`. Closing sees that nothing stays. */
void place_open(place *p, const char *mode);
void place_close(place *p);

/* The callback, with a place_outcome for its argument. */
void place_record(void *arg,
                  const neap_error *err,
                  const neap_engine_peer *peer,
                  bool started);

/* Start the engine, or stop it, to the end. The error is owned. */
place_outcome place_start(place *p);
place_outcome place_stop(place *p);

/* See that it ended like this, and release its error. */
void place_expect(place_outcome o, neap_code code);

/* Whether the engine has said `text`. */
bool place_log_has(const place *p, const char *text);

#endif
