#include "log_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fifo.h"
#include "log_clock.h"
#include "log_ready.h"
#include "neap/stream.h"

#define RESPITE    INT64_C(1000000000) /* for who starts another itself */
#define GLANCE     50000000            /* to see whether somebody has */
#define READY      3                   /* where another answers */
#define READY_WORD "3"

static const char name[] = "neap-keep";

/* --- another logger ------------------------------------------------------- */

/* The same words, and then where to answer: of two options the last counts. */
static void end_words(int argc, char **words)
{
    static char option[] = "--ready", number[] = READY_WORD;

    if (argc > 2 && strcmp(words[argc - 2], option) == 0)
        argc -= 2; /* ours, of the last time */
    words[argc] = option;
    words[argc + 1] = number;
    words[argc + 2] = NULL;
}

static _Noreturn void run_another(char **words, int answer)
{
    dup2(answer, READY);
    fcntl(READY, F_SETFD, 0);
    execv("/proc/self/exe", words);
    _exit(127);
}

/* Start it, and hear its answer: it has the FIFOs open by then or will not. */
static void start_another(char **words)
{
    char said = '\0';
    int answer[2];
    pid_t child;

    if (pipe2(answer, O_CLOEXEC) != 0)
        return;
    child = fork();
    if (child == 0)
        run_another(words, answer[1]);
    close(answer[1]);
    while (child > 0 && read(answer[0], &said, 1) < 0 && errno == EINTR)
        continue;
    close(answer[0]);
    if (child > 0 && said != 'o')
        waitpid(child, NULL, 0);
}

/* Does the name still mean what we hold, or was another FIFO made there? */
static bool is_named(const log_session *session, unsigned stream)
{
    struct stat held, named;

    return fstat(session->spool[stream].fifo, &held) == 0 &&
           lstat(session->options->fifo[stream], &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/*
 * Where the writers have left another logger sees no end, since they were never
 * there to it: then they are made to have come and gone. That harms nobody
 * else.
 */
static void show_end(const log_session *session)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++) {
        struct pollfd fifo = { .fd = session->spool[i].fifo };

        if (fifo.fd >= 0 && poll(&fifo, 1, 0) == 1 && fifo.revents & POLLHUP &&
            is_named(session, i))
            fifo_expect_end(session->options->fifo[i]);
    }
}

/* --- keeping -------------------------------------------------------------- */

/* True: it was killed. */
static bool await_end(int begin)
{
    char byte;
    ssize_t n;

    do
        n = read(begin, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 0;
}

/* Is there another logger, or nothing left to log? */
static bool is_settled(const log_session *session, pid_t logger)
{
    struct stat st;

    return session->state->over || session->state->pid != (uint32_t)logger ||
           lstat(session->options->reader, &st) != 0 || !is_named(session, 0);
}

static bool is_left_alone(const log_session *session, pid_t logger)
{
    struct timespec glance = { .tv_nsec = GLANCE };
    int64_t until = log_clock_elapsed() + RESPITE;

    while (log_clock_elapsed() < until) {
        if (is_settled(session, logger))
            return false;
        nanosleep(&glance, NULL);
    }
    return !is_settled(session, logger);
}

static void close_descriptors(const log_session *s, int begin)
{
    int keep[] = { s->spool[0].fifo, s->spool[1].fifo, begin };
    int top = 3;

    for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
        top = keep[i] >= top ? keep[i] + 1 : top;
    for (int fd = 3; fd < top; fd++) {
        bool kept = false;

        for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
            kept = kept || keep[i] == fd;
        if (!kept)
            close(fd);
    }
    close_range((unsigned)top, ~0U, 0);
}

/* It is no neap-log to who looks for those. */
static void rename_process(int argc, char **argv)
{
    size_t room = (size_t)(argv[argc - 1] - argv[0]) + strlen(argv[argc - 1]);

    prctl(PR_SET_NAME, name);
    memset(argv[0], 0, room);
    if (room >= sizeof name)
        memcpy(argv[0], name, sizeof name);
}

/*
 * Who has the lock may be killed before it has the FIFOs, and another that is
 * started may fail: we hold them until there is another keeper.
 */
static void replace(const log_session *session, pid_t logger, char **words)
{
    while (is_left_alone(session, logger))
        if (!neap_is_read(session->options->reader))
            start_another(words);
    show_end(session);
}

static _Noreturn void
keep(const log_session *session, pid_t logger, int begin, char **words)
{
    sigset_t none;

    close_descriptors(session, begin);
    log_ready_let_go();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (await_end(begin))
        replace(session, logger, words);
    _exit(0);
}

log_keeper log_keeper_start(const log_session *session,
                            int argc,
                            char **argv,
                            char **words)
{
    log_keeper keeper = { .end = -1 };
    pid_t logger = getpid();
    int ends[2];

    if (session->options->binary)
        return keeper;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        if (fork() == 0) {
            end_words(argc, words);
            rename_process(argc, argv);
            keep(session, logger, ends[0], words);
        }
        close(ends[0]);
        keeper.end = ends[1];
    }
    /* Only now may the last logger's keeper leave: there is always one. */
    session->state->pid = (uint32_t)logger;
    return keeper;
}

void log_keeper_end(log_keeper *keeper)
{
    static const char orderly = 1;

    if (keeper->end < 0)
        return;
    (void)!write(keeper->end, &orderly, 1);
    close(keeper->end);
    keeper->end = -1;
}
