#ifndef REPLY_H
#define REPLY_H

#include "neap/container.h"
#include "neap/process.h"
#include "neap/value.h"
#include "world.h"

/* What a call answered: the `arg` of its callback, which is one of these. */
typedef struct reply {
    int count; /* how often */
    neap_code code;
    char message[128];
    neap_container *container; /* owned by the test */
    neap_process *process;     /* owned by the test */
    neap_exit exit;
    neap_status status;
    neap_found *found; /* owned by the test */
    size_t found_count;
} reply;

void reply_container(void *arg, const neap_error *err, neap_container *c);
void reply_process(void *arg, const neap_error *err, neap_process *p);
void reply_exit(void *arg, const neap_error *err, const neap_exit *exit);
void reply_status(void *arg, const neap_error *err, neap_status status);
void reply_done(void *arg, const neap_error *err);
/* Releases the value. */
void reply_value(void *arg, const neap_error *err, neap_value *value);
void reply_found(void *arg,
                 const neap_error *err,
                 neap_found *found,
                 size_t count);

/* Wait for the exit of a process, from an empty reply on. */
void reply_wait(neap_process *p, reply *r);

/* Turn until it is there; once. */
void reply_await(world *w, const reply *r);

#endif
