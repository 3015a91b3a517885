#include "log_loop.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_gzip.h"
#include "log_ready.h"
#include "log_socket.h"
#include "log_work.h"

#define LINGER (2000 * LOG_MS) /* for watchers, at the end */
#define RETURN (1000 * LOG_MS) /* for who held the last one, to come here */
#define TIDY   (1000 * LOG_MS) /* for the compressor, at the end */

typedef struct logger {
    log_work work;
    int signals;
    int64_t linger; /* LOG_NEVER: the streams are not over */
    bool told_to_end;
    bool awaits_holder; /* until when `work.pause` says */
} logger;

/* --- signals -------------------------------------------------------------- */

/* Nobody comes after a logger of containerd's: it takes what is there. */
static void drain(logger *l)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++)
        log_work_drain(&l->work, i);
}

static void take_signals(logger *l)
{
    struct signalfd_siginfo info;

    while (read(l->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            log_gzip_reap(&log_writer_file(l->work.writer)->compressor);
        else if (l->work.session->options->binary)
            drain(l);
        else
            l->told_to_end = true;
    }
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --- the loop ------------------------------------------------------------- */

/*
 * What the last logger's watcher would have been waited for is not read before
 * it is here: who is killed along with the logger does not come.
 */
static void await_holder(logger *l)
{
    l->awaits_holder =
        l->work.session->resumed && l->work.session->state->holder;
    if (l->awaits_holder)
        l->work.pause = l->work.now + RETURN;
}

static void see_holder(logger *l)
{
    bool is_here = log_tap_has_holder(l->work.tap);

    if (!l->awaits_holder || (!is_here && l->work.pause > l->work.now))
        return;
    l->awaits_holder = false;
    l->work.pause = l->work.now;
    l->work.session->state->holder = is_here;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t sync_due(const logger *l)
{
    const log_file *file = log_writer_file(l->work.writer);

    if (file->options->fsync_s <= 0 || file->dirty_ns == 0)
        return LOG_NEVER;
    return file->dirty_ns + file->options->fsync_s * 1000 * LOG_MS;
}

static bool wait_for(logger *l, struct pollfd *fds, size_t count)
{
    int64_t until = earlier(earlier(l->work.retry, l->linger), sync_due(l));
    struct timespec left = { 0, 0 };
    int64_t ns;

    if (l->work.pause > l->work.now)
        until = earlier(until, l->work.pause);
    ns = until - l->work.now;
    if (ns > 0)
        left = (struct timespec){ .tv_sec = ns / (1000 * LOG_MS),
                                  .tv_nsec = ns % (1000 * LOG_MS) };
    ns = ppoll(fds, count, until == LOG_NEVER ? NULL : &left, NULL);
    l->work.now = log_clock_elapsed();
    return ns > 0;
}

/* One turn: wait, then do what there is to be done. */
static void turn(logger *l)
{
    struct pollfd fds[3 + LOG_TAP_FDS] = { { .fd = l->signals,
                                             .events = POLLIN } };
    bool reads = l->work.pause <= l->work.now && l->work.retry == LOG_NEVER &&
                 !log_tap_is_held(l->work.tap);
    size_t taps;
    int result;

    for (unsigned i = 0; i < LOG_STREAMS; i++)
        fds[1 + i] =
            (struct pollfd){ .fd = reads ? l->work.session->spool[i].fifo : -1,
                             .events = POLLIN };
    taps = log_tap_poll(l->work.tap, fds + 3);
    if (wait_for(l, fds, 3 + taps)) {
        for (unsigned i = 0; i < LOG_STREAMS; i++)
            if (fds[1 + i].revents != 0 && l->work.retry == LOG_NEVER)
                log_work_stream(&l->work, i, fds[1 + i].revents);
        log_tap_turn(l->work.tap, fds + 3, taps);
        if (fds[0].revents != 0)
            take_signals(l);
    }
    see_holder(l);
    if (l->work.retry <= l->work.now)
        log_work_again(&l->work);
    result = log_file_sync(log_writer_file(l->work.writer), l->work.now, false);
    if (result != 0)
        log_work_judge(&l->work, result);
}

/* --- begin and end -------------------------------------------------------- */

/* The first one must be able to write; a later one has bytes to keep. */
static int begin(logger *l, int ready)
{
    int result = log_work_recover(&l->work);
    char text[400];

    if (result == 0 || l->work.session->resumed) {
        log_work_judge(&l->work, result);
        log_file_compress(log_writer_file(l->work.writer));
        await_holder(l);
        log_ready_ok(ready);
        return 0;
    }
    log_work_describe(l->work.session->options->log, -result, text,
                      sizeof text);
    log_session_end(l->work.session);
    log_ready_fail(ready, -result, text);
    return result;
}

static void await_compressor(log_file *file)
{
    int64_t until = log_clock_elapsed() + TIDY;
    struct timespec moment = { .tv_nsec = LOG_MS };

    log_gzip_reap(&file->compressor);
    while (file->compressor > 0 && log_clock_elapsed() < until) {
        nanosleep(&moment, NULL);
        log_gzip_reap(&file->compressor);
    }
    log_file_stop_compressing(file);
}

/* Watchers have what is left sent; nobody else has to wait for them. */
static void linger(logger *l)
{
    l->linger = l->work.now + LINGER;
    l->work.retry = LOG_NEVER;
    log_tap_end(l->work.tap);
    while (log_tap_clients(l->work.tap) > 0 && l->work.now < l->linger &&
           !l->told_to_end)
        turn(l);
}

static void finish(logger *l)
{
    log_file *file = log_writer_file(l->work.writer);

    log_file_sync(file, l->work.now, true);
    if (log_work_is_over(&l->work)) {
        await_compressor(file);
        log_file_close(file);
        log_session_end(l->work.session);
        linger(l);
    } else {
        log_file_stop_compressing(file);
        if (l->work.session->options->tap != NULL)
            log_socket_remove(l->work.session->options->tap);
    }
}

int log_loop_run(log_session *session, int ready)
{
    logger l = { .work = { .session = session,
                           .writer =
                               log_writer_new(session->options, session->state,
                                              session->spool),
                           .tap = log_tap_new(session),
                           .now = log_clock_elapsed(),
                           .retry = LOG_NEVER },
                 .signals = open_signals(),
                 .linger = LOG_NEVER };
    int result = begin(&l, ready);

    while (result == 0 && !l.told_to_end && !log_work_is_over(&l.work))
        turn(&l);
    if (result == 0)
        finish(&l);
    log_tap_free(l.work.tap);
    log_writer_free(l.work.writer);
    close(l.signals);
    return result == 0 ? 0 : 1;
}
