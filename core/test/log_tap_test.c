#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logger.h"
#include "memory.h"

/* Watching a logger's streams over its socket. */

static tap_frame frame;

static void test_live(void)
{
    logger l;
    int fd;

    logger_begin(&l, "none");
    fd = logger_tap(&l, "tap all\n");
    logger_say_seen(&l, fd, "out\n");
    logger_say(&l, 2, "err");
    tap_expect(fd, 2, "err");
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
    tap_expect(fd, 1, "6789abcdef");
    logger_say_seen(&l, fd, "seen");
    close(fd);

    /* What a watcher was sent is not sent again to who comes later. */
    logger_say(&l, 2, "!");
    fd = logger_tap(&l, "tap backlog\n");
    tap_expect(fd, 2, "!");
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
    logger_say_seen(&l, fd, "begin");
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
        tap_expect(fd[i], 1, "hello");
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
    logger_say_seen(&l, fd, "seen");
    pid = write_much(&l, much);
    for (int i = 0; i < 100; i++)
        logger_turn(&l);
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
    logger_say_seen(&l, half, "all is well");
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
    tap_expect(fd, 3, text);
    tap_expect(fd, 0, "");
    close(fd);
    free(text);
    logger_end(&l, "a logger says how it fares");
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
    logger_say_seen(&l, fd, "hello");
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
    test_bad_manners();
    test_status();
    test_far_away();
    return 0;
}
