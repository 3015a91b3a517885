#ifndef NEAP_BINDINGS_ALERT_H
#define NEAP_BINDINGS_ALERT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Alerts: who wants to be woken when. A pairing heap of what callers embed, so
 * that setting, stopping and ringing allocate nothing.
 */
typedef struct alert {
    struct alert *child, *next, **link; /* link: what points at this one */
    uint64_t at;
    void (*ring)(struct alert *);
} alert;

typedef struct alerts {
    alert *root; /* the earliest, or NULL */
} alerts;

/* `a->at` and `a->ring` are set, and `a` is in no heap. It must stay put. */
void alerts_add(alerts *all, alert *a);

/* Does nothing where `a` is in no heap. */
void alerts_remove(alerts *all, alert *a);

/* Remove and ring all that are due, the earliest first. */
void alerts_ring(alerts *all, uint64_t now);

#endif
