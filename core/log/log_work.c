#include "log_work.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_journal.h"
#include "neap/error.h"

#define READ    (256 << 10)
#define BULK    (16 << 10)
#define FILL    (2 * LOG_MS)    /* to let a FIFO fill that is written in bulk */
#define RETRY   (1000 * LOG_MS) /* after an error */
#define WATCHED (1 << 20)       /* is kept while somebody watches */

/* --- trouble -------------------------------------------------------------- */

void log_work_describe(const char *path, int sys, char *text, size_t room)
{
    snprintf(text, room, "%s: %s", path != NULL ? path : "log", strerror(sys));
}

static void tell(log_work *work, const char *text)
{
    log_state *state = work->session->state;

    if (strcmp(state->trouble, text != NULL ? text : "") == 0)
        return;
    log_state_trouble(state, text);
    log_tap_notice(work->tap);
}

static void tell_of(log_work *work, const char *path, int result)
{
    char about[400], text[440];

    log_work_describe(path, -result, about, sizeof about);
    snprintf(text, sizeof text, "%s %s", neap_errno_name(-result), about);
    tell(work, text);
}

void log_work_judge(log_work *work, int result)
{
    if (result == 0) {
        work->retry = LOG_NEVER;
        tell(work, NULL);
        return;
    }
    tell_of(work, work->session->options->log, result);
    work->retry = work->session->options->drop ? LOG_NEVER : work->now + RETRY;
}

/* --- streams -------------------------------------------------------------- */

static void release(log_work *work, unsigned stream)
{
    log_session *s = work->session;
    uint64_t keep = s->listen >= 0 ? s->options->backlog : 0;
    uint64_t done = log_state_now(s->state)->done[stream], oldest;

    if (log_tap_clients(work->tap) > 0 && keep < WATCHED)
        keep = WATCHED;
    log_journal_trim(s->state, keep);
    oldest = log_journal_oldest(s->state, stream, s->spool[stream].size);
    log_spool_release(&s->spool[stream], done < oldest ? done : oldest);
}

static void write_on(log_work *work, unsigned stream, bool end)
{
    log_work_judge(work, log_writer_run(work->writer, stream, end));
    release(work, stream);
}

static void close_fifo(log_spool *spool)
{
    if (spool->fifo >= 0)
        close(spool->fifo);
    spool->fifo = -1;
}

static bool is_over(const log_work *work, unsigned stream)
{
    return log_state_now(work->session->state)->ended >> stream & 1;
}

static void end_stream(log_work *work, unsigned stream)
{
    write_on(work, stream, true);
    if (is_over(work, stream))
        close_fifo(&work->session->spool[stream]);
}

/* Take what the FIFO has. How much, or a negative errno. */
static ssize_t read_stream(log_work *work, unsigned stream)
{
    log_state *state = work->session->state;
    log_spool *spool = &work->session->spool[stream];
    ssize_t n;

    state->read_at[stream] = log_clock_stamp(log_clock_date(), &state->newest);
    n = log_spool_take(spool, READ);
    if (n > 0) {
        work->is_full = false;
        log_journal_add(state, stream, spool->size);
        write_on(work, stream, false);
        log_tap_feed(work->tap);
    } else if (n < 0 && n != -EAGAIN) {
        /* There is nowhere to put it, whatever is to be done about the log. */
        tell_of(work, work->session->options->state, (int)n);
        work->retry = work->now + RETRY;
        work->is_full = true;
    }
    return n;
}

void log_work_stream(log_work *work, unsigned stream, short found)
{
    ssize_t n;

    if ((found & POLLIN) == 0) {
        end_stream(work, stream);
        return;
    }
    n = read_stream(work, stream);
    if (n >= BULK && n < READ)
        work->pause = work->now + FILL;
}

void log_work_again(log_work *work)
{
    int result = 0;

    work->retry = LOG_NEVER;
    if (work->is_full)
        return; /* reading is what is tried again */
    for (unsigned i = 0; i < LOG_STREAMS && result == 0; i++)
        result = log_writer_run(work->writer, i, false);
    log_work_judge(work, result);
    for (unsigned i = 0; i < LOG_STREAMS; i++)
        release(work, i);
}

void log_work_drain(log_work *work, unsigned stream)
{
    log_spool *spool = &work->session->spool[stream];

    if (spool->fifo < 0)
        return;
    while (read_stream(work, stream) > 0)
        continue;
    end_stream(work, stream);
    close_fifo(spool);
}

bool log_work_is_over(const log_work *work)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++)
        if (work->session->spool[i].fifo >= 0)
            return false;
    return true;
}

int log_work_recover(log_work *work)
{
    log_session *s = work->session;
    int result = 0;

    for (unsigned i = 0; i < LOG_STREAMS; i++) {
        log_journal_add(s->state, i, s->spool[i].size);
        if (is_over(work, i))
            close_fifo(&s->spool[i]);
        if (result == 0)
            result = log_writer_run(work->writer, i, false);
    }
    if (result == 0)
        log_file_trim(log_writer_file(work->writer), log_state_now(s->state));
    return result;
}
