#ifndef VIGIL_H
#define VIGIL_H

#include "daemon.h"
#include "events.h"
#include "events_private.h"

#define SUBSCRIBE "/containerd.services.events.v1.Events/Subscribe"

/*
 * A client with one container, "box", whose task may be there. The client has
 * subscribed, but heard nothing yet: a test tells it, or not.
 */
typedef struct vigil {
    world w;
    neap_client *client;
    neap_container *box;
    neap_task *task; /* or NULL */
} vigil;

typedef struct vigil_test {
    const char *name;
    void (*run)(vigil *v);
} vigil_test;

/* Run each on a vigil of its own, saying so; what main returns. */
int vigil_run(const vigil_test *tests, size_t count);

/* Start the container's task: its pid is 7. */
void vigil_start(vigil *v);

/* Tell the events of that start. */
void vigil_tell_start(vigil *v);

/* Adopt the task of a container that somebody else made; both owned. */
neap_task *
vigil_adopt(vigil *v, const char *id, int pid, neap_container **container);

/* Turn until the client has heard what was told so far. */
void vigil_be_heard(vigil *v);

/* Have the next lists tell of this task only. */
void vigil_list(
    vigil *v, const char *id, int pid, const char *status, int code);

#endif
