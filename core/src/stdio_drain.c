#include "stdio_private.h"

/*
 * How output comes to its end: left in its FIFOs at first, read in a hurry once
 * the process has exited, and given up when a child holds it open for too long.
 */

/*
 * Most processes whose output is captured end soon. It is left in its FIFOs for
 * so long, in seconds, and read once, when the exit is told: each of them would
 * wake us a moment before that.
 */
#define LEFT_S 0.05

neap_stream *stdio_next_output(const stdio *io, const neap_stream *s)
{
    bool found = s == NULL;

    for (int i = 1; i < 3; i++)
        for (size_t k = 0; k < io->counts[i]; k++) {
            if (found)
                return io->streams[i][k];
            found = io->streams[i][k] == s;
        }
    return NULL;
}

static void hurry(stdio *io)
{
    neap_stream *s = NULL;

    timer_close(&io->left);
    io->leaves = false;
    while ((s = stdio_next_output(io, s)) != NULL)
        stream_hurry(s);
}

static void on_left_over(void *arg)
{
    hurry(arg);
}

static bool is_through(const stdio *io)
{
    neap_stream *s = NULL;

    while ((s = stdio_next_output(io, s)) != NULL)
        if (!stream_is_through(s))
            return false;
    return true;
}

static void drained(stdio *io)
{
    void (*cb)(void *) = io->drained_cb;

    timer_close(&io->drain);
    io->drained_cb = NULL;
    if (cb != NULL)
        cb(io->drained_arg);
}

void stdio_on_output_end(void *arg)
{
    stdio *io = arg;

    if (io->drained_cb != NULL && is_through(io))
        drained(io);
}

static void on_drain_over(void *arg)
{
    stdio *io = arg;
    neap_stream *s = NULL;

    while ((s = stdio_next_output(io, s)) != NULL)
        if (stream_is_owed(s))
            stream_truncate(s, "drain");
    drained(io);
}

void stdio_drain(stdio *io, void (*cb)(void *arg), void *arg)
{
    if (io->counts[0] > 0)
        stream_shut(io->streams[0][0], NEAP_FAILED_PRECONDITION);
    hurry(io);
    if (is_through(io)) {
        cb(arg);
        return;
    }
    io->drained_cb = cb;
    io->drained_arg = arg;
    io->drain = timer_open(io->loop, io->drain_s, on_drain_over, io);
}

void stdio_begin(stdio *io)
{
    if (io->counts[0] > 0)
        stream_begin(io->streams[0][0]);
    if (io->leaves)
        io->left = timer_open(io->loop, LEFT_S, on_left_over, io);
}

const char *stdio_truncated(const stdio *io)
{
    neap_stream *s = NULL;

    while ((s = stdio_next_output(io, s)) != NULL)
        if (neap_stream_truncated(s) != NULL)
            return neap_stream_truncated(s);
    return io->counts[0] > 0 ? neap_stream_truncated(io->streams[0][0]) : NULL;
}
