#ifndef NEAP_EVENTS_H
#define NEAP_EVENTS_H

#include "neap/client.h"

/*
 * What containerd says happened. One subscription per client feeds its handles
 * first, then whoever listens, in the order of arrival.
 */
typedef struct neap_event {
    const char *topic;     /* "/tasks/exit" */
    double time;           /* seconds since the epoch; never 0 */
    const char *container; /* its id; NULL where the event has none */
    const char *process;   /* the exec's id, or the container's for its task */
    uint32_t pid, code;
    bool has_pid, has_code;
    bool synthetic;       /* found by a resync, not heard */
    const char *type_url; /* of the event's own message; NULL: none */
    const void *payload;  /* that message's bytes */
    size_t payload_size;
} neap_event;

typedef struct neap_listener neap_listener;

/*
 * `event` is borrowed for the length of the call. NULL is the last one: the
 * client was closed. The listener is still to be closed by its owner.
 */
typedef void (*neap_event_cb)(void *arg, const neap_event *event);

/* The event's own message, owned; NULL where proto/ does not know it. */
neap_value *neap_event_message(const neap_event *event);

/* Listen, from now on; subscribes where that has not happened yet. */
neap_listener *
neap_events_listen(neap_client *client, neap_event_cb cb, void *arg);

/* Stop listening; also from within the callback. NULL is ignored. */
void neap_listener_close(neap_listener *listener);

/* Is the subscription proven to be up? */
bool neap_events_are_live(const neap_client *client);

#endif
