#ifndef EVENTS_PRIVATE_H
#define EVENTS_PRIVATE_H

/* What events.c (the stream) and the other events_*.c share. */

#include <unistd.h>

#include "client.h"
#include "events.h"
#include "watch.h"

/* containerd is back within seconds, or not soon. */
#define EVENTS_BACKOFF_MIN_S 0.1
#define EVENTS_BACKOFF_MAX_S 2.0

/* Shims repeat an exit for some 15 s without containerd, then drop it. */
#define EVENTS_LONG_OUTAGE_S 10.0
#define EVENTS_LIST_AGAIN_S  20.0

/* The topic of what is published to hear it. */
#define EVENTS_HELLO "/neap/hello"

/* Events of processes without a handle that are remembered: more than come
 * while an answer is on its way. */
#define EVENTS_MEMORIES 256

typedef struct settler settler;
typedef struct memory memory;
struct event;

struct events {
    neap_client *client; /* borrowed: it owns this */
    rpc_stream *stream;
    bool closed;
    bool live; /* something was heard on this stream */
    neap_listener *listeners;
    unsigned telling;    /* listeners are being called, so deep */
    uint64_t moment;     /* how much has happened */
    uint64_t live_since; /* the moment of the first event on this stream */

    memory *memories; /* oldest first */
    unsigned memory_count;
    uint64_t forgotten; /* the moment of the last that was forgotten */

    timer *retry; /* the stream broke, and is opened again */
    double backoff_s;
    double lost_at; /* monotonic; 0: it never was lost */

    timer *proof; /* when to make the stream speak */
    double proof_at;
    int hellos; /* said in a row and not yet heard */
    bool listing;
    int failures; /* of listing, in a row */
    timer *again; /* one listing more, after a long outage */
    double long_outage_s, list_again_s;
    char nonce[64];
    settler *settlers;
};

/* --- effects, in events_effect.c ------------------------------------------ */

/*
 * To each handle of that id: a task may outlive its record. False: it is about
 * a process that has no handle.
 */
bool events_apply(events *e, const struct event *ev);

/* To one process, where it is about this very start of it. */
void events_affect(neap_process *p, const struct event *ev);

/* --- strangers, in events_recall.c ---------------------------------------- */

/* Takes what `ev` holds. */
void events_remember(events *e, struct event *ev);

/* All that is remembered. */
void events_forget(events *e);

/* --- the proof, in events_proof.c ----------------------------------------- */

/* Our own event came back: the stream is proven. */
void events_heard_hello(events *e);

/* Where somebody waits for what might pass unheard: have the stream proven,
 * later after so many tries. */
void events_doubt(events *e, int tries);

/* The stream broke: nothing is known for sure any more. */
void events_broke(events *e);

/* --- settling, in events_settle.c ----------------------------------------- */

/* Tasks/List, and what follows from it; at once, and some time after. */
void events_list(events *e);
void events_list_again(events *e);

/* No handle may rely on what it heard so far. */
void events_uncover(events *e);

/* Answer events_settle; `err` may be NULL. */
void events_finish_settlers(events *e, const neap_error *err);
void events_fail_settlers(events *e, neap_code code, const char *why);

#endif
