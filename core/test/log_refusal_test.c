#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logger.h"
#include "memory.h"

/* What neap-log does not begin with, and what it says then. */

static void test_second_logger_is_refused(void)
{
    logger l, second;
    char *whose;

    logger_begin(&l, "json-file");
    second = l;
    whose = xasprintf("EBUSY process %d reads its streams already\n", l.pid);
    logger_start(&second, "json-file", NULL);
    assert(strcmp(second.answer, whose) == 0);
    assert(WEXITSTATUS(logger_kill(&second, 0)) == 1);
    logger_say(&l, 1, "still there\n");
    free(whose);
    logger_end(&l, "a second logger is told whose the streams are");
}

static void test_log_of_another(void)
{
    char log[400];
    logger l, other;

    logger_begin(&l, "raw");
    strcpy(log, logger_path(&l, "log"));
    logger_open(&other);
    logger_start(&other, "raw", "--log", log, NULL);
    assert(strncmp(other.answer, "EBUSY ", 6) == 0);
    assert(WEXITSTATUS(logger_kill(&other, 0)) == 1);
    logger_close(&other);
    logger_end(&l, "two containers never share a log");
}

static void assert_refused(const char *how, const char *answer)
{
    logger l;

    logger_open(&l);
    if (strcmp(how, "symlink") == 0)
        assert(symlink("/dev/null", logger_path(&l, "log")) == 0);
    else if (strcmp(how, "directory") == 0)
        assert(mkdir(logger_path(&l, "log"), 0700) == 0);
    else if (strcmp(how, "fifo") == 0)
        assert(mkfifo(logger_path(&l, "log"), 0600) == 0);
    else if (strcmp(how, "tap") == 0)
        assert(mkdir(logger_path(&l, "tap"), 0700) == 0);
    else
        unlink(logger_path(&l, how));
    logger_start(&l, "json-file", NULL);
    assert(strncmp(l.answer, answer, strlen(answer)) == 0);
    assert(strchr(l.answer, '\n') == l.answer + strlen(l.answer) - 1);
    assert(WEXITSTATUS(logger_kill(&l, 0)) == 1);
    rmdir(logger_path(&l, "log"));
    rmdir(logger_path(&l, "tap"));
    logger_close(&l);
}

static void test_places_that_cannot_be(void)
{
    assert_refused("symlink", "ELOOP ");
    assert_refused("directory", "EISDIR ");
    assert_refused("fifo", "EINVAL ");
    assert_refused("out", "ENOENT ");
    assert_refused("tap", "EADDRINUSE ");
    logger_passed("what is no log or no FIFO is refused, and nothing is left");
}

static void test_usage(void)
{
    logger l;

    logger_open(&l);
    logger_start(&l, "syslog", NULL);
    assert(strncmp(l.answer, "EINVAL driver \"syslog\"", 22) == 0);
    assert(WEXITSTATUS(logger_kill(&l, 0)) == 2);
    logger_close(&l);
    logger_passed("an unknown driver is refused");
}

int main(void)
{
    test_second_logger_is_refused();
    test_log_of_another();
    test_places_that_cannot_be();
    test_usage();
    return 0;
}
