#ifndef CONTAINER_H
#define CONTAINER_H

#include <uthash.h>
#include <utlist.h>

#include "client.h"
#include "containerd/containers.pb-c.h"
#include "neap/container.h"
#include "neap/process.h"

typedef Containerd__Services__Containers__V1__Container container_record;

/* What this client knows about a container's task. */
typedef enum task_knowledge {
    TASK_UNKNOWN, /* the record was found; nobody asked */
    TASK_NONE,
    TASK_PRESENT,
} task_knowledge;

struct neap_container {
    UT_hash_handle hh; /* in client.containers, unless gone or replaced */
    neap_container *prev, *next; /* in client.gone, if it is */
    int refs;
    neap_client *client; /* a reference */
    char *id;
    container_record *record;
    bool gone;
    task_knowledge knows;
    uint64_t told;           /* of a task, last: the moment, see events.h */
    neap_process *processes; /* borrowed; the task and execs */
};

/* The handle of the live record `id`, or NULL. Borrowed. */
neap_container *container_find(const neap_client *client, const char *id);

/* One handle per record: what `reply` is about, known already or new. Owned. */
neap_container *container_adopt(neap_client *client,
                                const container_record *reply);

/* The process `id` of `container`: its task where they are equal. Borrowed. */
neap_process *container_process(const neap_container *container,
                                const char *id);

/*
 * A reference to every handle, of records that are gone as well: a task may
 * outlive its record. Release them with containers_release.
 */
neap_container **containers_hold(neap_client *client, size_t *count);
void containers_release(neap_container **all, size_t count);

/* The client closes: end what its containers' processes wait for. */
void containers_close(neap_client *client, rpc *r);

/* It has a task; or had none, as was asked at that moment. */
void container_has_task(neap_container *container);
void container_had_no_task(neap_container *container, uint64_t asked);

/* The record was deleted, as events or an answer tell. Twice is fine. */
void container_set_gone(neap_container *container);

#endif
