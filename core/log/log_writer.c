#include "log_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log_encode.h"
#include "memory.h"

#define WINDOW (64 << 10)
#define OUTPUT (256 << 10)

struct log_writer {
    const log_options *options;
    log_state *state;
    log_spool *spool;
    log_file file;
    log_commit next; /* what is true when the output is written */
    size_t used;
    char window[WINDOW];
    char output[OUTPUT];
};

log_writer *
log_writer_new(const log_options *options, log_state *state, log_spool *spool)
{
    log_writer *w = xmalloc(sizeof *w);

    w->options = options;
    w->state = state;
    w->spool = spool;
    w->used = 0;
    log_file_init(&w->file, options);
    return w;
}

void log_writer_free(log_writer *writer)
{
    log_file_close(&writer->file);
    free(writer);
}

log_file *log_writer_file(log_writer *writer)
{
    return &writer->file;
}

/* --- output --------------------------------------------------------------- */

static int flush(log_writer *w)
{
    log_commit *next = &w->next;
    int result = 0;

    if (w->used > 0) {
        next->offset = log_state_now(w->state)->offset;
        result = log_file_write(&w->file, next, w->output, w->used);
    }
    if (result != 0)
        return result;
    w->used = 0;
    log_state_commit(w->state, next);
    return 0;
}

/* Is the file full, so that what comes next belongs into a new one? */
static bool is_full(const log_writer *w, size_t size)
{
    uint64_t end = log_state_now(w->state)->offset + w->used;

    return w->options->max_size > 0 && end > 0 &&
           end + size > w->options->max_size;
}

/* Write what is put out, without the `size` bytes behind it, and rotate. */
static int rotate(log_writer *w, size_t size)
{
    size_t used = w->used;
    int result = flush(w);

    if (result == 0)
        result = log_file_rotate(&w->file, w->state, &w->next);
    if (result == 0)
        memmove(w->output, w->output + used, size);
    return result;
}

/* --- drivers -------------------------------------------------------------- */

static int
put_line(log_writer *w, const char *text, size_t size, const log_tail *tail)
{
    int result = 0;
    size_t n;

    if (w->used + LOG_OBJECT_SIZE > OUTPUT)
        result = flush(w);
    if (result != 0)
        return result;
    n = log_encode_object(w->output + w->used, text, size, tail);
    if (is_full(w, n))
        result = rotate(w, n);
    if (result == 0)
        w->used += n;
    return result;
}

/* A line's pieces all have the time at which its first was complete. */
static int put_piece(log_writer *w,
                     unsigned stream,
                     const char *text,
                     size_t size,
                     const log_tail *now)
{
    int64_t *at = &w->next.piece_at[stream];
    bool is_last = text[size - 1] == '\n';
    log_tail first;
    int result;

    if (*at == 0 && is_last) {
        result = put_line(w, text, size, now);
    } else {
        int64_t began = *at != 0 ? *at : w->state->read_at[stream];

        log_encode_tail(&first, stream, began);
        result = put_line(w, text, size, &first);
        *at = is_last ? 0 : began;
    }
    w->next.done[stream] += size;
    return result;
}

/* How much of `text` is the next piece; 0: its end has not come yet. */
static size_t next_piece(const char *text, size_t size, bool end)
{
    const char *newline =
        memchr(text, '\n', size < LOG_PIECE ? size : LOG_PIECE);

    if (newline != NULL)
        return (size_t)(newline - text) + 1;
    if (size >= LOG_PIECE)
        return log_encode_cut(text);
    return end ? size : 0;
}

static int run_lines(log_writer *w, unsigned stream, bool end)
{
    log_spool *spool = &w->spool[stream];
    log_tail tail;
    int result = 0;

    log_encode_tail(&tail, stream, w->state->read_at[stream]);
    while (result == 0 && w->next.done[stream] < spool->size) {
        uint64_t at = w->next.done[stream];
        ssize_t n = log_spool_read(spool, at, w->window, WINDOW);
        bool is_rest = n > 0 && at + (uint64_t)n == spool->size;
        size_t used = 0, piece = 1;

        if (n <= 0)
            return n < 0 ? (int)n : -EIO;
        while (result == 0 && used < (size_t)n && piece > 0) {
            piece =
                next_piece(w->window + used, (size_t)n - used, end && is_rest);
            if (piece > 0)
                result = put_piece(w, stream, w->window + used, piece, &tail);
            used += piece;
        }
        if (used == 0)
            break;
    }
    return result;
}

/* How much the file may take before it is full. */
static size_t room(const log_writer *w)
{
    uint64_t offset = log_state_now(w->state)->offset;
    uint64_t most = w->options->max_size;

    if (most == 0)
        return SIZE_MAX;
    return offset < most ? (size_t)(most - offset) : 0;
}

/*
 * How many of `bytes` go into this file, 0: none, it is full. Files end with a
 * line; only one that is longer than a file is cut.
 */
static size_t fitting(const log_writer *w, const char *bytes, size_t size)
{
    size_t most = room(w);
    const char *newline;

    if (size <= most)
        return size;
    newline = memrchr(bytes, '\n', most);
    if (newline != NULL)
        return (size_t)(newline - bytes) + 1;
    return log_state_now(w->state)->offset == 0 ? most : 0;
}

static int
put_bytes(log_writer *w, unsigned stream, const char *bytes, size_t size)
{
    int result = 0;

    while (size > 0 && result == 0) {
        size_t n = fitting(w, bytes, size);

        if (n == 0) {
            result = rotate(w, 0);
            continue;
        }
        memcpy(w->output, bytes, n);
        w->used = n;
        w->next.done[stream] += n;
        result = flush(w);
        bytes += n;
        size -= n;
    }
    return result;
}

static int run_raw(log_writer *w, unsigned stream)
{
    log_spool *spool = &w->spool[stream];
    int result = 0;

    while (result == 0 && w->next.done[stream] < spool->size) {
        ssize_t n =
            log_spool_read(spool, w->next.done[stream], w->window, WINDOW);

        if (n <= 0)
            return n < 0 ? (int)n : -EIO;
        result = put_bytes(w, stream, w->window, (size_t)n);
    }
    return result;
}

/* --- one stream ----------------------------------------------------------- */

static int write_stream(log_writer *w, unsigned stream, bool end)
{
    int result = log_file_ready(&w->file, w->state);

    if (result != 0)
        return result;
    w->next = *log_state_now(w->state);
    w->used = 0;
    result = w->options->driver == LOG_RAW ? run_raw(w, stream)
                                           : run_lines(w, stream, end);
    if (result == 0 && end)
        w->next.ended |= 1U << stream;
    return result == 0 ? flush(w) : result;
}

/* Take the bytes for logged; `dropped`: they are not. */
static void pass_over(log_writer *w, unsigned stream, bool end, bool dropped)
{
    log_commit commit = *log_state_now(w->state);
    uint64_t size = w->spool[stream].size;

    if (dropped) {
        log_file_trim(&w->file, &commit);
        commit.dropped += size - commit.done[stream];
    }
    commit.done[stream] = size;
    commit.piece_at[stream] = 0;
    if (end)
        commit.ended |= 1U << stream;
    log_state_commit(w->state, &commit);
}

int log_writer_run(log_writer *writer, unsigned stream, bool end)
{
    int result = 0;

    if (writer->options->driver == LOG_NONE)
        pass_over(writer, stream, end, false);
    else
        result = write_stream(writer, stream, end);
    if (result != 0 && writer->options->drop)
        pass_over(writer, stream, end, true);
    return result;
}
