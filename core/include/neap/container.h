#ifndef NEAP_CONTAINER_H
#define NEAP_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#include "neap/client.h"

/*
 * A container's record, retained as containerd returned it: reading it asks
 * nobody. There is no process in it; neap/process.h has those.
 *
 * Lifetime: reference-counted. Each handle starts with one reference, owned by
 * whoever received it; each request in flight and each process hold another,
 * and the handle holds one on its client. Releasing one touches no container.
 * There is one handle per live record: loading it again gives the same.
 */
typedef struct neap_container neap_container;

/* A typed blob, as google.protobuf.Any. No type_url: none. */
typedef struct neap_any {
    const char *type_url;
    const void *data;
    size_t size;
} neap_any;

typedef struct neap_label {
    const char *key;
    const char *value; /* in an update, NULL removes */
} neap_label;

/* What its maker notes with a record, for whoever knows the name. */
typedef struct neap_extension {
    const char *name;
    neap_any value;
} neap_extension;

typedef struct neap_container_config {
    const char *id;
    const char *image;   /* NULL: none */
    const char *runtime; /* "io.containerd.runc.v2" */
    neap_any runtime_options;
    neap_any spec;
    const char *snapshotter, *snapshot_key; /* NULL: none */
    const neap_label *labels;
    size_t label_count;
    const neap_extension *extensions; /* each with a value */
    size_t extension_count;
} neap_container_config;

/* `container` is NULL on error, else owned by the callee: unref it. */
typedef void (*neap_container_cb)(void *arg,
                                  const neap_error *err,
                                  neap_container *container);

/* One of many; both are owned by the callee. No task: NULL. */
typedef struct neap_found {
    neap_container *container;
    struct neap_process *task;
} neap_found;

/* The array is owned by the callee as well: free it. NULL on error. */
typedef void (*neap_containers_cb)(void *arg,
                                   const neap_error *err,
                                   neap_found *found,
                                   size_t count);

typedef void (*neap_done_cb)(void *arg, const neap_error *err);

/* Create a record; `config` is copied. ALREADY_EXISTS if the id is taken. */
neap_request *neap_container_create(neap_client *client,
                                    const neap_container_config *config,
                                    neap_container_cb cb,
                                    void *arg);

/* Find a record. NOT_FOUND. */
neap_request *neap_container_load(neap_client *client,
                                  const char *id,
                                  neap_container_cb cb,
                                  void *arg);

/* The handle of the live record `id`, as this client has it; NULL. Borrowed. */
neap_container *neap_container_known(neap_client *client, const char *id);

/*
 * All records that match one of `filters` (containerd's syntax; none: all).
 * With `tasks` each comes with its task, running or stopped, for one call more.
 */
neap_request *neap_container_list(neap_client *client,
                                  const char *const *filters,
                                  size_t filter_count,
                                  bool tasks,
                                  neap_containers_cb cb,
                                  void *arg);

/* Read the record anew. NOT_FOUND when it is gone, or another's by now. */
neap_request *
neap_container_refresh(neap_container *container, neap_done_cb cb, void *arg);

/* Merge `labels` into the record's. */
neap_request *neap_container_update(neap_container *container,
                                    const neap_label *labels,
                                    size_t label_count,
                                    neap_done_cb cb,
                                    void *arg);

/*
 * Delete the record. FAILED_PRECONDITION while a task is there; containerd is
 * asked for that only when this client does not know. NOT_FOUND.
 */
neap_request *
neap_container_delete(neap_container *container, neap_done_cb cb, void *arg);

/* All borrowed, valid until the record is read anew; "" where there is none. */
const char *neap_container_id(const neap_container *container);
const char *neap_container_image(const neap_container *container);
const char *neap_container_runtime(const neap_container *container);
const char *neap_container_snapshotter(const neap_container *container);
const char *neap_container_snapshot_key(const neap_container *container);
neap_any neap_container_runtime_options(const neap_container *container);
neap_any neap_container_spec(const neap_container *container);
size_t neap_container_label_count(const neap_container *container);
neap_label neap_container_label(const neap_container *container, size_t i);
size_t neap_container_extension_count(const neap_container *container);
neap_extension neap_container_extension(const neap_container *container,
                                        size_t i);

/* Seconds since the epoch. */
double neap_container_created_at(const neap_container *container);

/* Deleted, by this handle or as events told. */
bool neap_container_is_gone(const neap_container *container);

/* Does this client know, without asking, that it has no task? */
bool neap_container_has_no_task(const neap_container *container);

/* Borrowed; its client. */
neap_client *neap_container_client(const neap_container *container);

neap_container *neap_container_ref(neap_container *container);
void neap_container_unref(neap_container *container); /* NULL is ignored */

#endif
