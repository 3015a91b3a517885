#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log_clock.h"
#include "logger.h"
#include "memory.h"

/* Watching a logger's streams over its socket. */

#define MS INT64_C(1000000)

static tap_frame frame;

static void assert_frame(int fd, int kind, const char *text)
{
    tap_read(fd, &frame);
    assert(frame.kind == kind && strcmp(frame.bytes, text) == 0);
}

/* The connection has its request once it was sent something. */
static void say_and_see(logger *l, int fd, const char *text)
{
    logger_say(l, 1, text);
    assert_frame(fd, 1, text);
}

/* Have the logger do something else, so that what it did before is done. */
static void let_it_turn(const logger *l)
{
    int fd = logger_tap(l, "status\n");

    tap_read(fd, &frame);
    close(fd);
}

static void test_live(void)
{
    logger l;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap all\n");
    say_and_see(&l, fd, "out\n");
    logger_say(&l, 2, "err");
    assert_frame(fd, 2, "err");
    logger_finish(&l);
    tap_read(fd, &frame);
    assert(frame.kind == 0 && frame.size == 0);
    tap_read(fd, &frame);
    assert(frame.kind == -1);
    close(fd);
    logger_close(&l);
    logger_passed("a watcher is sent bytes as they come, then the end");
}

static void test_what_came_before(void)
{
    logger l;
    int fd;

    logger_open(&l);
    logger_start(&l, "raw", "--backlog", "10", NULL);
    logger_say(&l, 1, "0123456789abcdef");
    logger_await(&l, "log", 16);
    fd = logger_tap(&l, "tap all\n");
    assert_frame(fd, 1, "6789abcdef");
    say_and_see(&l, fd, "seen");
    close(fd);

    /* What a watcher was sent is not sent again to who comes later. */
    logger_say(&l, 2, "!");
    fd = logger_tap(&l, "tap backlog\n");
    assert_frame(fd, 2, "!");
    close(fd);
    logger_end(
        &l, "a watcher is sent what came since the last one left, if it asks");
}

static void test_missed(void)
{
    char *bytes = xmalloc(4 << 20);
    uint64_t got = 0, missed = 0;
    logger l;
    int fd;

    memset(bytes, 'x', 4 << 20);
    logger_begin(&l, "raw");
    fd = logger_tap(&l, "tap all\n");
    say_and_see(&l, fd, "begin");
    logger_write(&l, 1, bytes, 4 << 20); /* nobody reads the tap meanwhile */
    logger_await(&l, "log", (4 << 20) + 5);
    logger_say(&l, 1, "end");
    do {
        tap_read(fd, &frame);
        assert(frame.size >= 3);
        if (frame.kind == 4)
            missed += tap_number(&frame);
        else if (frame.kind == 1)
            got += frame.size;
    } while (strcmp(frame.bytes + frame.size - 3, "end") != 0);
    assert(missed > 0 && got + missed == (4 << 20) + 3);
    assert(logger_is_small(&l));
    close(fd);
    free(bytes);
    logger_end(&l,
               "a slow watcher holds nobody up, and is told what it missed");
}

static void test_many(void)
{
    int fd[64], one_more;
    logger l;

    logger_begin(&l, "none");
    for (int i = 0; i < 64; i++)
        fd[i] = logger_tap(&l, "tap all\n");
    one_more = logger_tap(&l, "tap all\n");
    tap_read(one_more, &frame);
    assert(frame.kind == -1);
    logger_say(&l, 1, "hello");
    for (int i = 0; i < 64; i++)
        assert_frame(fd[i], 1, "hello");
    close(fd[0]);
    close(one_more);
    while (one_more = logger_tap(&l, "tap all\n"), tap_read(one_more, &frame),
           frame.kind == -1)
        close(one_more);
    for (int i = 1; i < 64; i++)
        close(fd[i]);
    close(one_more);
    logger_end(&l, "64 may watch, and one more when one has left");
}

/* The container's writer, in a process of its own, since it has to wait. */
static pid_t write_much(logger *l, size_t size)
{
    pid_t pid = fork();
    char *bytes;

    if (pid != 0)
        return pid;
    bytes = xcalloc(1, size);
    logger_write(l, 1, bytes, size);
    _exit(0);
}

static void test_hold(void)
{
    const size_t much = 8 << 20;
    size_t size = 0;
    logger l;
    pid_t pid;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap hold\n");
    say_and_see(&l, fd, "seen");
    pid = write_much(&l, much);
    for (int i = 0; i < 100; i++)
        let_it_turn(&l);
    assert(waitpid(pid, NULL, WNOHANG) == 0); /* it waits */
    while (size < much) {
        tap_read(fd, &frame);
        assert(frame.kind == 1);
        size += frame.size;
    }
    assert(waitpid(pid, NULL, 0) == pid);
    close(fd);
    logger_end(&l, "a watcher that holds is waited for");
}

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
    say_and_see(&l, fd, "seen");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_say(&l, 2, "meanwhile");
    logger_start(&l, "none", NULL);

    fd = logger_tap(&l, "tap hold 2\n");
    assert_position(fd, 2);
    assert_frame(fd, 1, "en");
    assert_frame(fd, 2, "meanwhile");
    close(fd);
    fd = logger_tap(&l, "tap at 9\n");
    assert_position(fd, 9);
    assert_frame(fd, 2, "hile");
    close(fd);
    fd = logger_tap(&l, "tap at 99999999999999999999\n");
    assert_position(fd, 13);
    say_and_see(&l, fd, "more");
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
    say_and_see(&l, fd, "seen");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_say(&l, 1, "meanwhile");
    logger_start(&l, "raw", "--backlog", "4", NULL);
    let_it_turn(&l);

    fd = logger_tap(&l, "tap hold 4\n");
    assert_position(fd, 4);
    assert_frame(fd, 1, "meanwhile");
    logger_kill(&l, SIGKILL);
    close(fd);
    logger_start(&l, "raw", "--backlog", "4", NULL);
    logger_say(&l, 1, "!");
    logger_await(&l, "log", 14); /* it does not come */
    logger_end(&l, "a watcher that holds is waited for by the next logger");
}

static void test_bad_manners(void)
{
    char *line = xmalloc(1000);
    int bad, silent, half;
    logger l;

    memset(line, 'x', 999);
    line[999] = '\0';
    logger_begin(&l, "none");
    silent = logger_tap(&l, "");
    bad = logger_tap(&l, "tap everything\n");
    tap_read(bad, &frame);
    assert(frame.kind == -1);
    close(bad);
    bad = logger_tap(&l, line);
    tap_read(bad, &frame);
    assert(frame.kind == -1);
    close(bad);
    half = logger_tap(&l, "tap all\n");
    shutdown(half, SHUT_WR);
    say_and_see(&l, half, "all is well");
    close(half);
    logger_finish(&l);
    close(silent);
    free(line);
    logger_close(&l);
    logger_passed("who asks nonsense is sent away, who only listens is not");
}

static void test_status(void)
{
    logger l;
    char *text;
    int fd;

    logger_begin(&l, "json-file");
    fd = logger_tap(&l, "status\n");
    text = xasprintf("pid %d\ndropped 0\ntrouble \n", l.pid);
    assert_frame(fd, 3, text);
    assert_frame(fd, 0, "");
    close(fd);
    free(text);
    logger_end(&l, "a logger says how it fares");
}

/* What a logger's death leaves unsent is sent by its successor. */
static void test_successor(void)
{
    logger l;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap all\n");
    say_and_see(&l, fd, "seen");
    let_it_turn(&l);
    logger_kill(&l, SIGKILL);
    tap_read(fd, &frame);
    assert(frame.kind == -1);
    close(fd);
    logger_say(&l, 2, "between");
    logger_start(&l, "none", NULL);
    fd = logger_tap(&l, "tap backlog\n");
    assert_frame(fd, 2, "between");
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
    say_and_see(&l, fd, "begin");
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
    assert_frame(fd, 1, "all of it");
    assert_frame(fd, 0, "");
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
    let_it_turn(&l);
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

/* A socket's address has room for 107 bytes. */
static void test_far_away(void)
{
    char deep[400] = "", tap[410];
    logger l;
    int fd, dir;

    logger_open(&l);
    snprintf(deep, sizeof deep, "%s/log-%0120d", l.dir, 0);
    assert(mkdir(deep, 0700) == 0);
    snprintf(tap, sizeof tap, "%s/tap", deep);
    logger_start(&l, "none", "--tap", tap, NULL);
    assert(strcmp(l.answer, "ok\n") == 0);
    dir = open(deep, O_PATH | O_CLOEXEC);
    {
        logger there = l;

        snprintf(there.dir, sizeof there.dir, "/proc/self/fd/%d", dir);
        fd = logger_tap(&there, "tap all\n");
    }
    say_and_see(&l, fd, "hello");
    close(fd);
    close(dir);
    logger_finish(&l);
    assert(rmdir(deep) == 0);
    logger_close(&l);
    logger_passed("a socket may be where no address reaches");
}

int main(void)
{
    test_live();
    test_what_came_before();
    test_missed();
    test_many();
    test_hold();
    test_position();
    test_holder_returns();
    test_bad_manners();
    test_status();
    test_successor();
    test_far_away();
    test_stalled_at_the_end();
    test_just_before_the_end();
    return 0;
}
