#ifndef NEAP_PROCESS_H
#define NEAP_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "neap/container.h"
#include "neap/stream.h"

/*
 * A process in a container: its task (the init process) or an exec.
 *
 * The handle knows what events tell: the client's one subscription feeds it, so
 * that waiting and reading its state ask nobody. Where the subscription cannot
 * be trusted yet, or was lost, it is proven and the state listed once for all.
 *
 * Lifetime: reference-counted, like containers; it holds its container.
 * Releasing it closes its pipes and touches no process.
 */
typedef struct neap_process neap_process;

/* A task is the process that starts with its container. */
typedef struct neap_process neap_task;

typedef enum neap_status {
    NEAP_STATUS_UNKNOWN = 0, /* values of containerd.v1.types.Status */
    NEAP_STATUS_CREATED = 1,
    NEAP_STATUS_RUNNING = 2,
    NEAP_STATUS_STOPPED = 3,
    NEAP_STATUS_PAUSED = 4,
    NEAP_STATUS_PAUSING = 5,
} neap_status;

typedef struct neap_exit {
    uint32_t code;         /* 128 + n after signal n */
    double time;           /* seconds since the epoch; 0: not known */
    bool lost;             /* the shim died; the code is containerd's guess */
    const char *truncated; /* static: why output, or input, is missing */
} neap_exit;

/* A mount of the root filesystem, as snapshotters give them. */
typedef struct neap_mount {
    const char *type, *source;
    const char *const *options;
    size_t option_count;
} neap_mount;

typedef struct neap_task_config {
    neap_stdio io;
    neap_any options; /* the runtime's; none: the container's */
    const neap_mount *rootfs;
    size_t rootfs_count;
    const char *checkpoint_type, *checkpoint_digest; /* NULL: none */
    int64_t checkpoint_size;
} neap_task_config;

typedef struct neap_exec_config {
    const char *id;
    neap_any spec; /* an OCI Process */
    neap_stdio io;
} neap_exec_config;

/* `process` is NULL on error, else owned by the callee: unref it. */
typedef void (*neap_process_cb)(void *arg,
                                const neap_error *err,
                                neap_process *process);

/*
 * `exit` is NULL on error, and where an exec is deleted that never ran; else
 * borrowed for the length of the call.
 */
typedef void (*neap_exit_cb)(void *arg,
                             const neap_error *err,
                             const neap_exit *exit);

typedef void (*neap_status_cb)(void *arg,
                               const neap_error *err,
                               neap_status status);

/*
 * Create the container's task and start it: two calls. `config` is copied.
 *
 * Where it could not start, nothing is left of it. ALREADY_EXISTS when the
 * container has a task.
 */
neap_request *neap_task_start(neap_container *container,
                              const neap_task_config *config,
                              neap_process_cb cb,
                              void *arg);

/*
 * The task that containerd has, running or stopped. With `io` its pipes are
 * opened; NULL: they stay alone. NOT_FOUND.
 */
neap_request *neap_task_load(neap_container *container,
                             const neap_stdio *io,
                             neap_process_cb cb,
                             void *arg);

/* Start a process more in the task's container: two calls. */
neap_request *neap_task_exec(neap_task *task,
                             const neap_exec_config *config,
                             neap_process_cb cb,
                             void *arg);

/* The exec `id` that containerd has. NOT_FOUND. */
neap_request *neap_task_process(neap_task *task,
                                const char *id,
                                const neap_stdio *io,
                                neap_process_cb cb,
                                void *arg);

/* The task this client knows of, not started by asking; NULL: none. Borrowed.
 */
neap_task *neap_container_task(const neap_container *container);

/*
 * Open the pipes of a process that has none open here, as neap_task_load does.
 * False and `err` filled (owned by the caller) on failure.
 */
bool neap_process_attach(neap_process *process,
                         const neap_stdio *io,
                         neap_error *err);

/*
 * The exit, once it is known and the output through: no call. The same answer
 * for any number, at any time. NOT_FOUND when it can no more be known.
 */
neap_request *
neap_process_wait(neap_process *process, neap_exit_cb cb, void *arg);

/* Send a signal; `all`: to every process of the container. NOT_FOUND. */
neap_request *neap_process_kill(neap_process *process,
                                uint32_t signal,
                                bool all,
                                neap_done_cb cb,
                                void *arg);

/* FAILED_PRECONDITION without a terminal. */
neap_request *neap_process_resize(neap_process *process,
                                  uint32_t width,
                                  uint32_t height,
                                  neap_done_cb cb,
                                  void *arg);

neap_request *neap_task_pause(neap_task *task, neap_done_cb cb, void *arg);
neap_request *neap_task_resume(neap_task *task, neap_done_cb cb, void *arg);

/* No call while the subscription is up to date, else one. */
neap_request *
neap_process_status(neap_process *process, neap_status_cb cb, void *arg);

/*
 * Delete what containerd keeps of an ended process, after its output is
 * through. FAILED_PRECONDITION while it runs; NOT_FOUND.
 */
neap_request *
neap_process_delete(neap_process *process, neap_exit_cb cb, void *arg);

/* Borrowed. A task's id is its container's. */
const char *neap_process_id(const neap_process *process);
bool neap_process_is_task(const neap_process *process);
neap_container *neap_process_container(const neap_process *process);

/* 0 before it was started, and once it is deleted. */
uint32_t neap_process_pid(const neap_process *process);

/* What is known without asking. */
neap_status neap_process_known_status(const neap_process *process);
bool neap_process_is_gone(const neap_process *process);

/* Did others delete it, or its shim die? Its exit can be asked for, and
 * deleting it tells that once more; the rest is NOT_FOUND. */
bool neap_process_has_vanished(const neap_process *process);

/* 0 input, 1 output, 2 error. Borrowed; NULL where there is none. */
neap_stream *neap_process_stream(const neap_process *process, int which);

/* The consumer at `index` of an output that has several; 0 is the stream. */
neap_stream *
neap_process_outlet(const neap_process *process, int which, size_t index);

/* Paths of the FIFOs as containerd has them; "" where there is none. */
const char *neap_process_stdio_path(const neap_process *process, int which);
bool neap_process_has_terminal(const neap_process *process);

neap_process *neap_process_ref(neap_process *process);
void neap_process_unref(neap_process *process); /* NULL is ignored */

#endif
