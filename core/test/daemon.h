#ifndef DAEMON_H
#define DAEMON_H

#include "neap/container.h"
#include "neap/events.h"
#include "neap/process.h"
#include "reply.h"
#include "world.h"

/*
 * The scripted server as a containerd: what it answers and tells is written as
 * JSON, with ' for ", and its methods go by their last words: "Tasks/Create".
 * To begin with everything goes well: a task has pid 7 and ends with 0.
 */

/* Script that, and open a client. No grace: what is in doubt is asked soon. */
neap_client *daemon_client(world *w);

/* The same, of one whose changes go on that long once it is closed. */
neap_client *daemon_client_lingering(world *w, double seconds);

/* Close it, and turn until it is gone from the server. */
void daemon_leave(world *w, neap_client *client);

/* Answer with the method's reply. */
void daemon_answer(world *w, const char *method, const char *fmt, ...)
    NEAP_PRINTF(3, 4);
void daemon_fail(world *w, const char *method, neap_code code);
void daemon_hold(world *w, const char *method);
void daemon_release(world *w, const char *method);

unsigned daemon_calls(world *w, const char *method);

/* Calls that are neither answered nor gone; and those that were torn. */
unsigned daemon_open(world *w, const char *method);
unsigned daemon_torn(world *w, const char *method);

/* Turn until `method` was called `count` times in all. */
void daemon_await(world *w, const char *method, unsigned count);

/* Does the last request of `method` contain `text`? */
bool daemon_was_asked(world *w, const char *method, const char *text);

/* Turn until the subscription is there. */
void daemon_await_subscription(world *w);

/* End it, and turn until `client` knows. */
void daemon_break(world *w, neap_client *client);

/* Tell whoever subscribes of an event now, or at `time` ("TaskExit"). */
void daemon_event(world *w,
                  const char *topic,
                  const char *type,
                  const char *fmt,
                  ...) NEAP_PRINTF(4, 5);
void daemon_event_at(world *w,
                     double time,
                     const char *topic,
                     const char *type,
                     const char *fmt,
                     ...) NEAP_PRINTF(5, 6);

/* The exit of `process` in `container`. */
void daemon_exit(
    world *w, const char *container, const char *process, int pid, int code);

/* The deletion of the task of `container`. */
void daemon_delete(world *w, const char *container, int pid, int code);

/* Tell the event that was published last: the client's own hello. */
void daemon_hello(world *w);

/* Turn until `client` has heard what was told so far. */
void daemon_be_heard(world *w, neap_client *client);

/* A record `id`, whose time of creation is `born`. Owned. */
neap_container *
daemon_create(world *w, neap_client *client, const char *id, int born);

/* Start a task in it, without streams. Owned. */
neap_process *daemon_start(world *w, neap_container *container);

#endif
