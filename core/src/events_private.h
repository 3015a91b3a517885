#ifndef EVENTS_PRIVATE_H
#define EVENTS_PRIVATE_H

/* What events.c (the stream) and events_proof.c (its proof) share. */

#include <unistd.h>

#include "client.h"
#include "events.h"
#include "watch.h"

/* As DESIGN.md has it: containerd is back within seconds, or not soon. */
#define EVENTS_BACKOFF_MIN_S 0.1
#define EVENTS_BACKOFF_MAX_S 2.0

/* The topic of what is published to hear it. */
#define EVENTS_HELLO "/neap/hello"

typedef struct settler settler;

struct events {
    neap_client *client; /* borrowed: it owns this */
    rpc_stream *stream;
    bool closed;
    bool live; /* something was heard on this stream */
    neap_listener *listeners;
    bool telling;

    timer *retry; /* the stream broke, and is opened again */
    double backoff_s;
    double lost_at; /* monotonic; 0: it never was lost */

    timer *proof; /* when to make the stream speak */
    double proof_at;
    int hellos; /* said in a row and not yet heard */
    bool listing;
    timer *again; /* one listing more, after a long outage */
    char nonce[64];
    settler *settlers;
};

/* Our own event came back: the stream is proven. */
void events_heard_hello(events *e);

/* The stream broke: nothing is known for sure any more. */
void events_uncover(events *e);

/* It was opened again: settle what may have passed meanwhile. */
void events_recover(events *e);

void events_fail_settlers(events *e, neap_code code, const char *why);

#endif
