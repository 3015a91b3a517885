#ifndef ENGINE_OPERATION_H
#define ENGINE_OPERATION_H

#include "engine_spawn.h"
#include "neap/engine.h"
#include "request.h"

/*
 * What starting and stopping an engine have in common: a lock, a process that
 * is watched, a deadline, and an outcome that is told once.
 *
 * An operation goes from stage to stage. A stage looks at the world and either
 * moves on, ends the operation, or asks to be called again.
 */
typedef struct operation operation;

typedef void (*operation_stage)(operation *o);

struct operation {
    neap_request req; /* first */
    const char *op;
    neap_engine_config config; /* strings owned */
    operation_stage stage;     /* what the timer calls */
    operation_stage locked;    /* what follows when the lock is taken */
    operation_stage ended;     /* what follows when `child` has ended */
    operation_stage leave;     /* undoes what was begun, or NULL */
    uv_timer_t timer;
    uv_poll_t poll;
    int handles; /* of libuv's, still open */
    bool polling, finished;
    bool cancelled;    /* asked to end */
    bool leaving;      /* and on the way out */
    bool late;         /* nobody answered in time */
    bool changed;      /* the world is not as it was: the outcome is open */
    uint64_t deadline; /* of the present stage, in uv_now's milliseconds */
    int lock;          /* owned, or -1 */
    engine_child child;
    off_t log_start; /* where in the log the new engine begins */

    neap_error err;
    neap_engine_peer peer;
    bool started;
    neap_engine_cb cb;
    void *arg;
};

/* Take the lock, then go on with `locked`; never before this returns. */
operation *operation_new(neap_loop *loop,
                         const char *op,
                         const neap_engine_config *config,
                         operation_stage locked,
                         neap_engine_cb cb,
                         void *arg);

/* Go on with `stage` in a moment, which has `seconds` from now in all. */
void operation_enter(operation *o, operation_stage stage, double seconds);

/* Call the present stage again in a while. False when its time is over. */
bool operation_again(operation *o);

/* Watch o->child and call `ended` when it has. False: o was ended by that. */
bool operation_watch(operation *o, operation_stage ended);

/* End `o`, with what o->err says. */
void operation_finish(operation *o);

/* End `o` as cancelled. */
void operation_finish_cancelled(operation *o);

/* End `o` with an error. */
void operation_fail(operation *o, neap_code code, const char *fmt, ...)
    NEAP_PRINTF(3, 4);
void operation_fail_errno(operation *o, int sys, const char *what);

/* Who listens on the engine's socket. */
typedef enum operation_answer {
    OPERATION_NOBODY,
    OPERATION_OURS,   /* an engine of ours: o->peer */
    OPERATION_BUSY,   /* somebody, who does not take calls just now */
    OPERATION_FAILED, /* a stranger, or no telling; `o` was ended by that */
} operation_answer;

operation_answer operation_identify(operation *o);

/* Remove the names of the engine's sockets. */
void operation_unlink(const operation *o);

#endif
