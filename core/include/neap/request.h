#ifndef NEAP_REQUEST_H
#define NEAP_REQUEST_H

/*
 * One operation in flight, as its caller sees it.
 *
 * An operation is submitted with a callback and an argument for it. Three
 * promises hold for every operation in this library:
 *   1. submitting never fails: every failure arrives through the callback;
 *   2. the callback runs exactly once, on the loop's thread, never before the
 *      submitting call has returned;
 *   3. the callback is the last thing the library does with the request.
 *
 * What a submitting call returns is a neap_request: borrowed, valid until the
 * callback begins, good for nothing but cancelling.
 */
typedef struct neap_request neap_request;

/*
 * Ask `req` to end. Its callback still runs, later: with NEAP_CANCELLED, or
 * with the outcome where that was already on its way. Twice is fine.
 */
void neap_request_cancel(neap_request *req);

#endif
