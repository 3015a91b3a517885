#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_clock.h"
#include "logger.h"
#include "memory.h"

/* Watchers at a logger's end: it is killed, or its streams are over. */

#define MS INT64_C(1000000)

static tap_frame frame;

static void assert_position(int fd, uint64_t at)
{
    tap_read_any(fd, &frame);
    assert(frame.kind == 5 && tap_number(&frame) == at);
}

static void test_position(void)
{
    logger l;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap hold\n");
    assert_position(fd, 0);
    logger_say_seen(&l, fd, "seen");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_say(&l, 2, "meanwhile");
    logger_start(&l, "none", NULL);

    fd = logger_tap(&l, "tap hold 2\n");
    assert_position(fd, 2);
    tap_expect(fd, 1, "en");
    tap_expect(fd, 2, "meanwhile");
    close(fd);
    fd = logger_tap(&l, "tap at 9\n");
    assert_position(fd, 9);
    tap_expect(fd, 2, "hile");
    close(fd);
    fd = logger_tap(&l, "tap at 99999999999999999999\n");
    assert_position(fd, 13);
    logger_say_seen(&l, fd, "more");
    close(fd);
    logger_end(&l, "a watcher goes on where it was, with the next logger too");
}

static void test_holder_returns(void)
{
    logger l;
    int fd;

    logger_open(&l);
    logger_start(&l, "raw", "--backlog", "4", NULL);
    fd = logger_tap(&l, "tap hold\n");
    logger_say_seen(&l, fd, "seen");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_say(&l, 1, "meanwhile");
    logger_start(&l, "raw", "--backlog", "4", NULL);
    logger_turn(&l);

    fd = logger_tap(&l, "tap hold 4\n");
    assert_position(fd, 4);
    tap_expect(fd, 1, "meanwhile");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_start(&l, "raw", "--backlog", "4", NULL);
    logger_say(&l, 1, "!");
    logger_await(&l, "log", 14); /* it does not come */
    logger_end(&l, "a watcher that holds is waited for by the next logger");
}

/* What a logger's death leaves unsent is sent by its successor. */
static void test_successor(void)
{
    logger l;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap all\n");
    logger_say_seen(&l, fd, "seen");
    logger_turn(&l);
    logger_kill(&l, SIGKILL);
    tap_read(fd, &frame);
    assert(frame.kind == -1);
    close(fd);
    logger_say(&l, 2, "between");
    logger_start(&l, "none", NULL);
    fd = logger_tap(&l, "tap backlog\n");
    tap_expect(fd, 2, "between");
    close(fd);
    logger_end(&l, "a successor goes on where the watchers were");
}

/* The log is complete, whoever still watches, who has two seconds. */
static void test_stalled_at_the_end(void)
{
    char *bytes = xmalloc(1 << 20);
    int64_t over;
    logger l;
    int fd;

    memset(bytes, 'x', 1 << 20);
    logger_begin(&l, "raw");
    fd = logger_tap(&l, "tap all\n");
    logger_say_seen(&l, fd, "begin");
    logger_write(&l, 1, bytes, 1 << 20);
    logger_leave(&l);
    while (access(logger_path(&l, "reader"), F_OK) == 0)
        usleep(1000);
    over = log_clock_elapsed();
    do
        tap_read(fd, &frame); /* it is still there for us */
    while (frame.kind == 1 || frame.kind == 4);
    assert(frame.kind == 0 || log_clock_elapsed() - over > 1000 * MS);
    close(fd);
    free(bytes);
    logger_end(&l, "a watcher that is slow delays nobody at the end");
}

static void assert_whole(int fd)
{
    tap_expect(fd, 1, "all of it");
    tap_expect(fd, 0, "");
    close(fd);
}

/* They come while the logger is busy, and it ends before it has seen them. */
static void test_just_before_the_end(void)
{
    int fd[4], late;
    logger l;

    logger_begin(&l, "raw");
    logger_say(&l, 1, "all of it");
    logger_await(&l, "log", 9);
    logger_turn(&l);
    kill(l.pid, SIGSTOP);
    for (int i = 0; i < 4; i++)
        fd[i] = logger_tap(&l, "tap all\n");
    late = logger_tap(&l, "tap ");
    logger_leave(&l);
    kill(l.pid, SIGCONT);
    for (int i = 0; i < 4; i++)
        assert_whole(fd[i]);
    assert(write(late, "all\n", 4) == 4);
    assert_whole(late);
    logger_end(&l, "who comes just before the end is sent what there is");
}

int main(void)
{
    test_position();
    test_holder_returns();
    test_successor();
    test_stalled_at_the_end();
    test_just_before_the_end();
    return 0;
}
