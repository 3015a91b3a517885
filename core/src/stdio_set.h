#ifndef STDIO_SET_H
#define STDIO_SET_H

#include "neap/stream.h"
#include "rpc.h"
#include "stream.h"

/*
 * The standard streams of one process, from before it is created until its
 * record is deleted: FIFOs made, opened in the order that cannot deadlock
 * (readers are there before the shim opens to write), drained, removed.
 */
typedef struct stdio stdio;

/*
 * Make and open what `config` names. Gives NULL with `err` filled, and nothing
 * left behind, on failure. `on_input_end` runs when the input's user has ended
 * it: containerd is to be told, for closing our end alone is no end of file.
 */
stdio *stdio_open(neap_loop *loop,
                  const neap_stdio *config,
                  void (*on_input_end)(void *arg),
                  void *arg,
                  neap_error *err);

/* Name the container that errors of the streams are about. */
void stdio_name(stdio *io, const char *id);

/* The process has started: what input is copied from may come. */
void stdio_begin(stdio *io);

/* The process had exited when its FIFOs were opened: nobody may ever write. */
void stdio_expect_end(stdio *io);

/*
 * The process has exited. Run `cb` once all output is through, or when the
 * configured time is over; then the outputs say that they are truncated.
 * Input ends at once. The callback may run before this returns.
 */
void stdio_drain(stdio *io, void (*cb)(void *arg), void *arg);

/*
 * Forget the FIFOs that are another's to read or write: the process never came
 * to be, and whoever made them starts the next one on them, or removes them.
 */
void stdio_leave_others(stdio *io);

/*
 * Close every stream; requests in flight answer with `code`. With `remove` the
 * FIFOs go too: the process is deleted, and nobody will attach. NULL is
 * ignored.
 */
void stdio_close(stdio *io, neap_code code, bool remove);

/*
 * The shim opens its ends while the process is created, and waits where nobody
 * has ours. So have others, of the same FIFOs, as long as `r` has calls.
 */
void stdio_stand_in(const stdio *io, rpc *r);

/* Borrowed; NULL: there is none. 0 input, 1 output, 2 error; of an output the
 * consumer at `index`. */
neap_stream *stdio_stream(const stdio *io, int which, size_t index);

/* Paths for containerd; "" where there is none. Borrowed. */
const char *stdio_path(const stdio *io, int which);

/* Why output is missing, of either stream; NULL: none is. */
const char *stdio_truncated(const stdio *io);

#endif
