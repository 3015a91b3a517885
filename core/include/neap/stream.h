#ifndef NEAP_STREAM_H
#define NEAP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neap/error.h"
#include "neap/request.h"

/*
 * One standard stream of a process: a FIFO that containerd's shim holds the
 * other end of. Standard input is written, the outputs are read.
 *
 * An output may have several consumers. Each is a stream of its own, an outlet
 * of the one FIFO: it gets every byte, through a buffer of its own. One that
 * takes nothing more holds up the process, and so the others. What nobody is
 * left to take is read for nobody: the process goes on.
 *
 * Lifetime: reference-counted. A stream outlives its process's deletion: what
 * it was given stays, and reading it answers with the end.
 */
typedef struct neap_stream neap_stream;

typedef enum neap_stdio_kind {
    NEAP_STDIO_NULL,    /* /dev/null; there is no FIFO */
    NEAP_STDIO_PIPE,    /* read or written by requests */
    NEAP_STDIO_CAPTURE, /* outputs: kept in memory, up to `limit` */
    NEAP_STDIO_FD,      /* copied to, or from, `fd` */
    NEAP_STDIO_FILE,    /* outputs: appended to `file`; input: read from it */
    NEAP_STDIO_OTHER,   /* another process has it: only its name is told */
} neap_stdio_kind;

/* What an output does when its consumer has not taken what it holds yet. */
typedef enum neap_policy {
    NEAP_POLICY_BLOCK, /* wait, and with it the process and other consumers */
    NEAP_POLICY_DROP,  /* forget the oldest, and count it */
    NEAP_POLICY_SPILL, /* hold more in a file without a name; full, wait */
} neap_policy;

/* What one stream is connected to. Strings are copied, `fd` is duplicated. */
typedef struct neap_stdio_end {
    neap_stdio_kind kind;
    const char *path; /* of the FIFO; the same for both outputs merges them */
    const char *file; /* FILE */
    int fd;           /* FD */
    size_t limit;     /* CAPTURE, in bytes; what comes after is dropped */
    bool holds;       /* PIPE: the wait lasts until neap_stream_done */
    size_t buffer;    /* outputs: how much it may hold, in bytes; 0: little */
    neap_policy policy;
    const char *spill_dir; /* SPILL: where the file is made */
    uint64_t spill_limit;  /* SPILL: how large that may be, in bytes */
    const struct neap_stdio_end *more; /* outputs: consumers beside this one */
    size_t more_count;                 /* their `path` is not looked at */
} neap_stdio_end;

typedef struct neap_stdio {
    neap_stdio_end in, out, err;
    bool terminal;       /* in, out and err are one terminal; no `err` then */
    bool adopt;          /* the FIFOs exist: made by an earlier client */
    double drain_s;      /* how long after the exit output is waited for */
    const char *reader;  /* to lock for as long as the FIFOs are open: who holds
                            it reads them alone; NULL: none */
    bool reader_is_file; /* made for that, and removed; else the directory */
    unsigned uid, gid;   /* whose the FIFOs are, where the root is mapped */
} neap_stdio;

/* Does somebody hold the lock on `path`, and read what lies beside it? */
bool neap_is_read(const char *path);

/* Kill the process that holds the lock on `path`. False: it lives, or may. */
bool neap_reader_end(const char *path);

/*
 * `data` is owned by the callee (free it); NULL without an error is the end of
 * the stream.
 */
typedef void (*neap_stream_read_cb)(void *arg,
                                    const neap_error *err,
                                    char *data,
                                    size_t size);
typedef void (*neap_stream_write_cb)(void *arg, const neap_error *err);
typedef void (*neap_stream_connect_cb)(void *arg,
                                       const neap_error *err,
                                       uint64_t count);

/*
 * Read what there is, at least a byte. PIPE outputs only.
 *
 * FAILED_PRECONDITION while another read waits: a stream has one reader.
 */
neap_request *
neap_stream_read(neap_stream *stream, neap_stream_read_cb cb, void *arg);

/*
 * Write `data`, which is copied. The callback runs when all of it was taken;
 * FAILED_PRECONDITION once the process has ended or the stream was closed.
 */
neap_request *neap_stream_write(neap_stream *stream,
                                const char *data,
                                size_t size,
                                neap_stream_write_cb cb,
                                void *arg);

/*
 * Move all bytes of an output, a PIPE, into the input of another process, a
 * PIPE too, after what was written to it, and end it then. The callback runs
 * when that is done; `count` bytes were taken, also where it fails:
 * FAILED_PRECONDITION when the input's process has ended, or it was closed. The
 * output is a pipe to read again, and has what was not taken.
 */
neap_request *neap_stream_connect(neap_stream *output,
                                  neap_stream *input,
                                  neap_stream_connect_cb cb,
                                  void *arg);

/*
 * One consumer more of an output, a PIPE, which gets what comes from now on:
 * `how` has its buffer and policy. Closing it leaves the others. Owned.
 */
neap_stream *neap_stream_tap(neap_stream *output, const neap_stdio_end *how);

/* How many bytes DROP has forgotten. */
uint64_t neap_stream_dropped(const neap_stream *stream);

/*
 * Input: end it once what was written is through; the process sees end of file.
 * On a terminal ctrl-D is typed.
 * Output: read no more; what it holds is gone. Idempotent.
 */
void neap_stream_close(neap_stream *stream);

/* Say that the consumer of a PIPE that `holds` has taken everything. */
void neap_stream_done(neap_stream *stream);

/* What a CAPTURE has so far; borrowed until the stream reads on. */
const char *neap_stream_captured(const neap_stream *stream, size_t *size);

/* Why output is missing: "limit", "drain", "ENOSPC", …; NULL: none is. */
const char *neap_stream_truncated(const neap_stream *stream);

/* The container that it is of, as its errors say; NULL: none. Borrowed. */
const char *neap_stream_id(const neap_stream *stream);

bool neap_stream_is_closed(const neap_stream *stream);

/* Does it come from a process? Else it goes to one. */
bool neap_stream_is_output(const neap_stream *stream);

neap_stream *neap_stream_ref(neap_stream *stream);
void neap_stream_unref(neap_stream *stream); /* NULL is ignored */

#endif
