#ifndef EVENT_H
#define EVENT_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

#include "neap/events.h"

/* One message of the subscription, taken apart. */
typedef struct event {
    neap_event view; /* what listeners are shown; points into what follows */
    uint64_t moment; /* when it was heard, see events.h */
    double exited_at;
    const uint8_t
        *payload; /* the event's own bytes; borrowed from `envelope` */
    ProtobufCMessage *envelope, *message;
} event;

/* False when `bytes` is no envelope, or has nothing in it. */
bool event_read(event *e, const uint8_t *bytes, size_t size);

void event_free(event *e);

#endif
