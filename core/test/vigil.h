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
void start(vigil *v);

/* Tell the events of that start. */
void tell_start(vigil *v);

/* Adopt the task of a container that somebody else made; both owned. */
neap_task *adopt(vigil *v, const char *id, int pid, neap_container **container);

/* Wait, from an empty reply on. */
void wait_for(neap_process *p, reply *r);

/* Turn until the client has heard what was told so far. */
void let_it_be_heard(vigil *v);

/* Have the next lists tell of this task only. */
void list_task(vigil *v, const char *id, int pid, const char *status, int code);

/* End the subscription, and turn until the client knows. */
void break_stream(vigil *v);

/* Tell that its task was deleted. */
void tell_delete(vigil *v, int code);

#endif
