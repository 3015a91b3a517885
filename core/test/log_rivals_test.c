#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log_lines.h"
#include "logger.h"

/*
 * Several start a logger whenever none is there, each is killed as soon as it
 * listens or a little later, and the container ends meanwhile: whoever comes to
 * read is killed too. All the keepers together lose nothing.
 */
#define RIVALS 3
#define KILLS  100

static bool is_over(const logger *l)
{
    return access(logger_path(l, "reader"), F_OK) != 0;
}

/* --- who starts ----------------------------------------------------------- */

static _Noreturn void start_again_and_again(const logger *l, int until)
{
    char stop;

    while (read(until, &stop, 1) < 0) { /* the pipe does not block */
        logger mine = *l;

        logger_start(&mine, "json-file", "--max-size", "300k", "--max-file",
                     "10000", NULL);
        logger_kill(&mine, 0);
    }
    _exit(0);
}

static pid_t start_rival(logger *l, int until, int keep)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        close(keep);
        logger_leave(l);
        start_again_and_again(l, until);
    }
    return child;
}

/* --- who kills ------------------------------------------------------------ */

/* Kill who listens for taps, as it may not have come any further yet. */
static bool kill_listener(const logger *l)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct ucred who;
    socklen_t size = sizeof who;
    bool found;

    snprintf(at.sun_path, sizeof at.sun_path, "%s", logger_path(l, "tap"));
    found = connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
            kill(who.pid, SIGKILL) == 0;
    close(fd);
    return found;
}

static void kill_next(const logger *l)
{
    bool at_once = rand() % 2 == 0;
    struct timespec moment = { .tv_nsec = at_once ? 0 : rand() % 6000000 };

    nanosleep(&moment, NULL);
    while (!kill_listener(l) && !is_over(l))
        continue;
}

/* --- the test ------------------------------------------------------------- */

typedef struct container {
    int until[2];
    pid_t writer[2];
} container;

static void begin(container *c, logger *l)
{
    assert(pipe2(c->until, O_NONBLOCK | O_CLOEXEC) == 0);
    for (int i = 0; i < 2; i++)
        c->writer[i] =
            log_lines_write(i == 0 ? l->out : l->err, c->until[0], c->until[1]);
    logger_leave(l);
}

/* Nobody but keepers is there now; some of whom they start is killed too. */
static void end(container *c, const logger *l)
{
    int status;

    close(c->until[1]);
    for (int i = 0; i < 2; i++)
        assert(waitpid(c->writer[i], &status, 0) > 0 && status == 0);
    close(c->until[0]);
    for (int kills = rand() % 3; kills > 0; kills--)
        kill_next(l);
}

static void stop_rivals(const logger *l, const pid_t *rival, int until)
{
    close(until);
    for (int i = 0; i < RIVALS; i++)
        while (waitpid(rival[i], NULL, WNOHANG) == 0) {
            kill_listener(l);
            usleep(500);
        }
}

static void check(const logger *l)
{
    static log_lines both[2];

    memset(both, 0, sizeof both);
    log_lines_check(l, both, true);
    printf("# %lu and %lu lines\n", both[0].next, both[1].next);
    for (int i = 0; i < 2; i++)
        assert(both[i].is_whole);
}

static void test_rivals(void)
{
    pid_t rival[RIVALS];
    container c;
    int until[2];
    logger l, first;

    logger_open(&l);
    begin(&c, &l);
    first = l;
    logger_start(&first, "json-file", "--max-size", "300k", "--max-file",
                 "10000", NULL);
    assert(strcmp(first.answer, "ok\n") == 0);
    assert(pipe2(until, O_NONBLOCK | O_CLOEXEC) == 0);
    for (int i = 0; i < RIVALS; i++)
        rival[i] = start_rival(&l, until[0], until[1]);
    close(until[0]);
    for (int i = 0; i < KILLS; i++)
        kill_next(&l);
    logger_kill(&first, SIGKILL);
    stop_rivals(&l, rival, until[1]);
    end(&c, &l);
    while (!is_over(&l))
        usleep(1000);
    check(&l);
    logger_close(&l);
    logger_passed("nothing is lost among rivals that are killed");
}

int main(void)
{
    const char *rounds = getenv("NEAP_SOAK");

    logger_seed();
    for (int i = rounds != NULL ? atoi(rounds) : 1; i > 0; i--)
        test_rivals();
    return 0;
}
