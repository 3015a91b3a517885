#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logger.h"
#include "memory.h"

/* neap-log that reads for nobody. */

#define MUCH ((size_t)4 << 20) /* more than FIFOs hold */

static void say_much(logger *l)
{
    char *bytes = xcalloc(1, MUCH);

    logger_write(l, 1, bytes, MUCH);
    logger_write(l, 2, bytes, MUCH);
    free(bytes);
}

static void assert_leaves_nothing(const logger *l)
{
    static const char *const names[] = { "log", "state", "tap", "reader" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert(access(logger_path(l, names[i]), F_OK) != 0);
}

static void test_takes_all(void)
{
    logger l;

    logger_open(&l);
    logger_start(&l, "none", "--discard", NULL);
    assert(strcmp(l.answer, "ok\n") == 0);
    say_much(&l);
    assert(logger_is_small(&l));
    logger_finish(&l);
    assert_leaves_nothing(&l);
    logger_close(&l);
    logger_passed("who writes goes on, and nothing is kept");
}

static void test_is_the_one_reader(void)
{
    logger l, second;

    logger_open(&l);
    logger_start(&l, "none", "--discard", NULL);
    second = l;
    logger_start(&second, "none", "--discard", NULL);
    assert(strncmp(second.answer, "EBUSY process ", 14) == 0);
    assert(WEXITSTATUS(logger_kill(&second, 0)) == 1);
    say_much(&l);
    logger_end(&l, "it is the one reader");
}

static void test_may_be_killed(void)
{
    logger l;

    logger_open(&l);
    logger_start(&l, "none", "--discard", NULL);
    say_much(&l);
    assert(WTERMSIG(logger_kill(&l, SIGTERM)) == SIGTERM);
    logger_start(&l, "none", "--discard", NULL);
    assert(strcmp(l.answer, "ok\n") == 0);
    say_much(&l);
    logger_finish(&l);
    assert_leaves_nothing(&l);
    logger_close(&l);
    logger_passed("the next goes on where one was killed");
}

static void test_refusal(void)
{
    logger l;

    logger_open(&l);
    unlink(logger_path(&l, "out"));
    logger_start(&l, "none", "--discard", NULL);
    assert(strncmp(l.answer, "ENOENT ", 7) == 0);
    assert(WEXITSTATUS(logger_kill(&l, 0)) == 1);
    assert_leaves_nothing(&l);
    logger_close(&l);
    logger_passed("a FIFO that is not there is refused");
}

int main(void)
{
    test_takes_all();
    test_is_the_one_reader();
    test_may_be_killed();
    test_refusal();
    return 0;
}
