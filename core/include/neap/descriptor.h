#ifndef NEAP_DESCRIPTOR_H
#define NEAP_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "neap/error.h"
#include "neap/loop.h"
#include "neap/request.h"
#include "neap/stream.h"

/*
 * A file descriptor that is read and written on the loop: the program's own
 * input and output, a socket to a logger, what tells of changes in a directory,
 * or what a program just started has to say.
 *
 * Lifetime: owned by who opened it, until neap_descriptor_close.
 */
typedef struct neap_descriptor neap_descriptor;

/*
 * `fd`, borrowed, to be read or written: the description that is used is its
 * own where it can be, and so waits for nobody, while others' still may.
 */
neap_descriptor *
neap_descriptor_open(neap_loop *loop, int fd, bool writes, neap_error *err);

/*
 * The file at `path`, to be read. A FIFO is open at once, whether or not it has
 * a writer; the reads wait for one.
 */
neap_descriptor *
neap_descriptor_open_path(neap_loop *loop, const char *path, neap_error *err);

/* The Unix socket at `path`, of any length; `pid` is who listens. */
neap_descriptor *neap_descriptor_connect(neap_loop *loop,
                                         const char *path,
                                         pid_t *pid,
                                         neap_error *err);

/*
 * What happens in directories, a list that ends with NULL, and to process
 * `pid` (0: none). Each read answers with a byte once something has changed
 * since the last one, and with the end of the stream once the process has
 * ended. ESRCH where it has ended already.
 */
neap_descriptor *neap_descriptor_watch(neap_loop *loop,
                                       const char *const *paths,
                                       pid_t pid,
                                       neap_error *err);

/*
 * Start a program that goes on without us: no child of ours, in a session of
 * its own, with nothing of ours open. What it writes to standard output and
 * error is read. `argv` ends with NULL; argv[0] is a path.
 */
neap_descriptor *neap_descriptor_spawn(neap_loop *loop,
                                       char *const *argv,
                                       pid_t *pid,
                                       neap_error *err);

/* Read what there is; FAILED_PRECONDITION while another read waits. */
neap_request *neap_descriptor_read(neap_descriptor *descriptor,
                                   neap_stream_read_cb cb,
                                   void *arg);

/* Write all of `data`, which is copied; one at a time, too. */
neap_request *neap_descriptor_write(neap_descriptor *descriptor,
                                    const char *data,
                                    size_t size,
                                    neap_stream_write_cb cb,
                                    void *arg);

/*
 * Write what takes no waiting: how much of it there is no use in offering
 * again, be it written or never to be. 0 while another write waits.
 */
size_t
neap_descriptor_put(neap_descriptor *descriptor, const char *data, size_t size);

/* Kill the process that was started or is watched. False: there is none now. */
bool neap_descriptor_kill(neap_descriptor *descriptor);

/* Requests in flight answer CANCELLED. NULL is ignored. */
void neap_descriptor_close(neap_descriptor *descriptor);

#endif
