#ifndef EVENTS_H
#define EVENTS_H

#include "neap/events.h"
#include "neap/process.h"

/*
 * The one subscription of a client: opened when it is first needed, opened
 * again when it breaks, and proven before anybody relies on it.
 *
 * Subscribe is never acknowledged, and for some milliseconds after it events
 * are still missed. It is live from the first event heard on it. A task of
 * one's own proves it by its create and start. Where that does not come, Neap
 * makes it speak: it publishes an event of its own, and once that is heard one
 * listing settles every handle; nothing is missed after it.
 */
typedef struct events events;

events *events_new(neap_client *client);
void events_close(
    events *e); /* the stream and timers; listeners hear no more */
void events_free(events *e);

/* Subscribe, where that has not happened. */
void events_ensure(events *e);

/*
 * Answers and events come by ways of their own, and either may be quicker. So
 * what happens to a client is counted: an event is heard, a handle is made, a
 * status changes. Each is a moment; an answer may be older than all that came
 * after the moment of its question, and must not undo it.
 */
uint64_t events_moment(const neap_client *client); /* the last */
uint64_t events_next_moment(neap_client *client);  /* one more */

/* Is the subscription live, and was it at `moment`, without a gap? */
bool events_are_whole_since(const neap_client *client, uint64_t moment);

/*
 * `process` was made by the answer to what was asked at `asked`: tell it what
 * was heard since, when it had no handle yet.
 */
void events_recall(neap_process *process, uint64_t asked);

/* Somebody waits for `process`: see to it that its exit will be known. */
void events_need(events *e, neap_process *process);

/* Settle every handle's state, then run `cb`. Its error: nobody answers. */
neap_request *events_settle(events *e, neap_done_cb cb, void *arg);

/* Tell whoever listens of an exit that was found, not heard. */
void events_found_exit(events *e, const neap_process *process);

#endif
