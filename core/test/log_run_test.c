#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logger.h"
#include "memory.h"

/* neap-log as its users see it: what it writes, refuses, and leaves behind. */

static bool is_there(const logger *l, const char *name)
{
    return access(logger_path(l, name), F_OK) == 0;
}

static void test_json_file(void)
{
    logger l;
    char *log, *line;
    struct stat st;

    logger_begin(&l, "json-file");
    logger_say(&l, 1, "one\n");
    logger_await(&l, "log", 20);
    assert(stat(logger_path(&l, "log"), &st) == 0);
    assert((st.st_mode & 0777) == 0600);
    assert(stat(logger_path(&l, "tap"), &st) == 0);
    assert((st.st_mode & 0777) == 0600);
    logger_say(&l, 2, "two\n\nrest");
    logger_finish(&l);

    log = logger_file(&l, "log", NULL);
    line = log;
    assert(strncmp(line, "{\"log\":\"one\\n\",\"stream\":\"stdout\",", 33) ==
           0);
    line = strchr(line, '\n') + 1;
    assert(strncmp(line, "{\"log\":\"two\\n\",\"stream\":\"stderr\",", 33) ==
           0);
    line = strchr(line, '\n') + 1;
    assert(strncmp(line, "{\"log\":\"\\n\",", 12) == 0);
    line = strchr(line, '\n') + 1;
    assert(strncmp(line, "{\"log\":\"rest\",", 14) == 0);
    assert(strcmp(strchr(line, '\n'), "\n") == 0);
    free(log);
    assert(!is_there(&l, "reader") && !is_there(&l, "state"));
    logger_close(&l);
    logger_passed(
        "a json-file has an object for each line, and nothing else is left");
}

static void test_raw_and_none(void)
{
    static const char bytes[] = "a\0b\xff\r\nunfinished";
    logger l;
    size_t size;
    char *log;

    logger_begin(&l, "raw");
    logger_write(&l, 1, bytes, sizeof bytes);
    logger_finish(&l);
    log = logger_file(&l, "log", &size);
    assert(size == sizeof bytes && memcmp(log, bytes, size) == 0);
    free(log);
    logger_close(&l);

    logger_begin(&l, "none");
    logger_say(&l, 1, "not kept\n");
    logger_finish(&l);
    assert(!is_there(&l, "log"));
    logger_close(&l);
    logger_passed("raw keeps every byte, none keeps nothing");
}

static void test_log_is_continued(void)
{
    char log[64];
    logger l, other;

    logger_open(&l);
    strcpy(log, logger_path(&l, "log"));
    logger_start(&l, "raw", NULL);
    logger_say(&l, 1, "first\n");
    logger_finish(&l);
    for (int i = 0; i < 2; i++) {
        logger_open(&other);
        logger_start(&other, "raw", "--log", log, NULL);
        logger_say(&other, 1, "again\n");
        logger_finish(&other);
        logger_close(&other);
    }
    logger_assert_log(&l, "first\nagain\nagain\n");
    logger_close(&l);
    logger_passed("a log that is there is continued");
}

static void test_lines_that_a_crash_tore(void)
{
    logger l;
    FILE *file;
    char *log;

    logger_open(&l);
    file = fopen(logger_path(&l, "log"), "w");
    fputs("{\"log\":\"to", file);
    fclose(file);
    logger_start(&l, "json-file", NULL);
    logger_say(&l, 1, "new\n");
    logger_finish(&l);
    log = logger_file(&l, "log", NULL);
    assert(strncmp(log, "{\"log\":\"to\n{\"log\":\"new\\n\"", 24) == 0);
    free(log);
    logger_close(&l);
    logger_passed("a torn line does not spoil the next one");
}

static void test_long_lines_are_cut(void)
{
    char line[40001], *log, *at;
    size_t pieces[3] = { 0 };
    logger l;

    memset(line, 'x', 40000);
    line[40000] = '\n';
    logger_begin(&l, "json-file");
    logger_write(&l, 1, line, sizeof line);
    logger_finish(&l);
    at = log = logger_file(&l, "log", NULL);
    for (int i = 0; i < 3; i++) {
        pieces[i] = strspn(at + 8, "x");
        assert((at[8 + pieces[i]] == '\\') == (i == 2));
        at = strchr(at, '\n') + 1;
    }
    assert(pieces[0] == 16384 && pieces[1] == 16384 && pieces[2] == 7232);
    assert(*at == '\0');
    free(log);
    logger_close(&l);
    logger_passed("long lines come in pieces of which the last ends the line");
}

/* SIGTERM is not the end of the streams: another one goes on. */
static void test_successor(void)
{
    logger l;

    logger_begin(&l, "raw");
    logger_say(&l, 1, "one\ntw");
    logger_await(&l, "log", 6);
    assert(logger_kill(&l, SIGTERM) == 0);
    assert(is_there(&l, "state") && !is_there(&l, "tap"));
    logger_say(&l, 1, "o\n");
    logger_start(&l, "raw", NULL);
    logger_finish(&l);
    logger_assert_log(&l, "one\ntwo\n");
    logger_close(&l);
    logger_passed("a logger that is told to end leaves its place to another");
}

static void assert_unfinished(const logger *l)
{
    char *log = logger_file(l, "log", NULL);

    assert(strncmp(log, "{\"log\":\"unfinished\",", 20) == 0);
    free(log);
}

/*
 * The writers had gone before it came. There is no end to be seen then, but by
 * who is told so, or where the last logger was killed, whose keeper shows one.
 */
static void test_nobody_is_there(const char *option)
{
    logger l;

    logger_begin(&l, "json-file");
    logger_say(&l, 1, "unfinished");
    logger_await(&l, "state.out", 10);
    logger_kill(&l, SIGKILL);
    logger_leave(&l);
    logger_start(&l, "json-file", option, NULL);
    assert(strcmp(l.answer, "ok\n") == 0);
    logger_finish(&l);
    assert(is_there(&l, "log") && !is_there(&l, "state"));
    assert_unfinished(&l);
    logger_close(&l);
    logger_passed(option != NULL
                      ? "with --finish it writes what is left and ends"
                      : "without it too where a keeper is there");
}

static void make_file(const logger *l, const char *name)
{
    FILE *file = fopen(logger_path(l, name), "w");

    assert(file != NULL && fputs("left\n", file) >= 0);
    fclose(file);
}

/* A logger that was killed has left a file as it was, and half of another. */
static void test_compression_goes_on(void)
{
    logger l;

    logger_open(&l);
    make_file(&l, "log.1");
    make_file(&l, "log.2.gz.new");
    logger_start(&l, "raw", "--max-file", "3", "--compress", NULL);
    while (!is_there(&l, "log.1.gz") || is_there(&l, "log.1"))
        usleep(1000);
    assert(!is_there(&l, "log.2.gz.new"));
    logger_end(&l,
               "what was left uncompressed is compressed by who comes next");
}

static void test_binary(void)
{
    char log[400];
    logger l;

    logger_open(&l);
    strcpy(log, logger_path(&l, "log"));
    logger_start_binary(&l, "log", log, "binary", "1", "driver", "raw", NULL);
    assert(strcmp(l.answer, "ok\n") == 0);
    logger_say(&l, 1, "one\n");
    logger_await(&l, "log", 4);
    logger_say(&l, 2, "two");
    logger_finish(&l);
    logger_assert_log(&l, "one\ntwo");

    /* Told to end it takes what is there: nobody comes after it. */
    logger_start_binary(&l, "driver", "raw", "binary", "1", "log", log, NULL);
    logger_say(&l, 1, "!");
    assert(logger_kill(&l, SIGTERM) == 0);
    logger_assert_log(&l, "one\ntwo!");
    logger_close(&l);
    logger_passed("containerd can start it itself");
}

int main(void)
{
    test_json_file();
    test_raw_and_none();
    test_log_is_continued();
    test_lines_that_a_crash_tore();
    test_long_lines_are_cut();
    test_successor();
    test_nobody_is_there("--finish");
    test_nobody_is_there(NULL);
    test_compression_goes_on();
    test_binary();
    return 0;
}
