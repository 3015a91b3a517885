#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fifo.h"
#include "memory.h"
#include "reader.h"
#include "stdio_private.h"

static void on_input_end(void *arg)
{
    stdio *io = arg;

    io->input_end_cb(io->input_end_arg);
}

/* --- opening and closing -------------------------------------------------- */

/* The second of two merged outputs has the first one's FIFO and no stream. */
static bool is_merged(const neap_stdio *config)
{
    return config->err.kind != NEAP_STDIO_NULL && config->err.path != NULL &&
           config->out.path != NULL &&
           strcmp(config->err.path, config->out.path) == 0;
}

static bool add(stdio *io, int which, neap_stream *s)
{
    if (s != NULL)
        io->streams[which][io->counts[which]++] = s;
    return s != NULL;
}

/* Whoever adopts a process comes late, to output that may be waiting. */
static neap_stream *
open_output(stdio *io, const neap_stdio_end *end, neap_error *err)
{
    if (io->adopt || !stream_may_be_left(end))
        return stream_open_output(io->loop, end, stdio_on_output_end, io, err);
    io->leaves = true;
    return stream_open_left(io->loop, end, stdio_on_output_end, io, err);
}

static bool
open_one(stdio *io, int which, const neap_stdio_end *end, neap_error *err)
{
    int bad;

    if (end->kind == NEAP_STDIO_NULL)
        return true;
    if (end->kind == NEAP_STDIO_OTHER) {
        io->paths[which] = xstrdup(end->path);
        return true;
    }
    bad = io->adopt ? 0 : fifo_make(end->path, io->uid, io->gid);
    if (bad < 0) {
        neap_error_set_errno(err, "process.start", -bad,
                             "cannot make the FIFO %s", end->path);
        return false;
    }
    io->paths[which] = xstrdup(end->path);
    io->streams[which] =
        xcalloc(end->more_count + 1, sizeof *io->streams[which]);
    if (!add(io, which,
             which == 0
                 ? stream_open_input(io->loop, end, on_input_end, io, err)
                 : open_output(io, end, err)))
        return false;
    if (which == 0 && io->terminal)
        stream_type_end(io->streams[0][0]);
    for (size_t k = 0; k < end->more_count; k++)
        if (!add(io, which,
                 stream_add_outlet(io->streams[which][0], &end->more[k],
                                   stdio_on_output_end, io, err)))
            return false;
    return true;
}

/* Before the FIFOs: whoever comes second must not take a byte. */
static bool lock(stdio *io, const neap_stdio *config, neap_error *err)
{
    bool any = config->in.kind != NEAP_STDIO_NULL ||
               config->out.kind != NEAP_STDIO_NULL ||
               config->err.kind != NEAP_STDIO_NULL;

    io->lock = -1;
    if (config->reader == NULL || !any)
        return true;
    io->lock = reader_lock(config->reader, config->reader_is_file, err);
    if (io->lock >= 0 && config->reader_is_file)
        io->reader = xstrdup(config->reader);
    return io->lock >= 0;
}

static void unlock(stdio *io, bool remove)
{
    if (io->lock < 0)
        return;
    if (io->reader != NULL && remove)
        unlink(io->reader);
    close(io->lock);
    free(io->reader);
}

stdio *stdio_open(neap_loop *loop,
                  const neap_stdio *config,
                  void (*input_end_cb)(void *arg),
                  void *arg,
                  neap_error *err)
{
    stdio *io = xcalloc(1, sizeof *io);
    bool merged = is_merged(config);

    io->loop = loop;
    io->terminal = config->terminal;
    io->adopt = config->adopt;
    io->uid = config->uid;
    io->gid = config->gid;
    io->drain_s = config->drain_s;
    io->input_end_cb = input_end_cb;
    io->input_end_arg = arg;
    if (lock(io, config, err) && open_one(io, 0, &config->in, err) &&
        open_one(io, 1, &config->out, err) &&
        (merged || open_one(io, 2, &config->err, err))) {
        if (merged)
            io->paths[2] = xstrdup(config->err.path);
        return io;
    }
    stdio_leave_others(io);
    stdio_close(io, NEAP_CANCELLED, !io->adopt);
    return NULL;
}

void stdio_name(stdio *io, const char *id)
{
    for (int i = 0; i < 3; i++)
        for (size_t k = 0; k < io->counts[i]; k++)
            stream_name(io->streams[i][k], id);
}

void stdio_stand_in(const stdio *io, rpc *r)
{
    for (int i = 0; i < 3; i++) {
        int fd = io->streams[i] != NULL ? fifo_open_writer(io->paths[i]) : -1;

        if (fd >= 0)
            rpc_hold(r, fd);
    }
}

void stdio_leave_others(stdio *io)
{
    for (int i = 0; i < 3; i++)
        if (io->streams[i] == NULL) {
            free(io->paths[i]);
            io->paths[i] = NULL;
        }
}

void stdio_close(stdio *io, neap_code code, bool remove)
{
    if (io == NULL)
        return;
    timer_close(&io->left);
    timer_close(&io->drain);
    for (int i = 0; i < 3; i++) {
        for (size_t k = 0; k < io->counts[i]; k++)
            stream_shut(io->streams[i][k], code);
        for (size_t k = 0; k < io->counts[i]; k++)
            neap_stream_unref(io->streams[i][k]);
        free(io->streams[i]);
        if (io->paths[i] != NULL && remove)
            fifo_remove(io->paths[i]);
        free(io->paths[i]);
    }
    unlock(io, remove);
    free(io);
}

/* --- what it knows -------------------------------------------------------- */

void stdio_expect_end(stdio *io)
{
    for (int i = 1; i < 3; i++)
        if (io->counts[i] > 0)
            fifo_expect_end(io->paths[i]);
}

neap_stream *stdio_stream(const stdio *io, int which, size_t index)
{
    return index < io->counts[which] ? io->streams[which][index] : NULL;
}

/*
 * The shim leaves streams alone where none has a name; else it opens both
 * outputs, and a terminal's one always.
 */
static const char *absent_path(const stdio *io, int which)
{
    bool none =
        io->paths[0] == NULL && io->paths[1] == NULL && io->paths[2] == NULL;
    bool opened = io->terminal ? which == 1 : which != 0 && !none;

    return opened ? "/dev/null" : "";
}

const char *stdio_path(const stdio *io, int which)
{
    return io->paths[which] != NULL ? io->paths[which] : absent_path(io, which);
}
