#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_journal.h"
#include "log_options.h"
#include "log_rotate.h"
#include "memory.h"

static char directory[] = "/tmp/neap-log-unit.XXXXXX";

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

static void test_time_does_not_go_back(void)
{
    int64_t newest = 0;

    assert(log_clock_stamp(100, &newest) == 100);
    assert(log_clock_stamp(50, &newest) == 100);
    assert(log_clock_stamp(101, &newest) == 101);
    passed("a clock that is set back sets no line back");
}

/* --- options -------------------------------------------------------------- */

static const char *parse(log_options *o, const char *line)
{
    static char copy[512];
    char name[] = "neap-log", *argv[40] = { name }, *word;
    int argc = 1;

    snprintf(copy, sizeof copy, "%s", line);
    for (word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    return log_options_parse(o, argc, argv);
}

static void test_options(void)
{
    log_options o;

    assert(parse(&o, "--stdout /o --reader /r --state /s --log /l --max-size "
                     "10m --max-file 3 --compress --fsync 5 --on-error drop "
                     "--backlog 4k --ready 9") == NULL);
    assert(strcmp(o.fifo[0], "/o") == 0 && o.fifo[1] == NULL);
    assert(o.driver == LOG_JSON_FILE && o.max_size == 10 << 20);
    assert(o.max_file == 3 && o.compress && o.fsync_s == 5 && o.drop);
    assert(o.backlog == 4096 && o.ready == 9 && !o.binary);

    assert(parse(&o, "compress 0 log /l binary 1 driver raw fsync always") ==
           NULL);
    assert(o.binary && !o.compress && o.driver == LOG_RAW);
    assert(o.fsync_s == LOG_FSYNC_ALWAYS);
    passed("options are understood, dashed and as containerd hands them on");
}

static void test_wrong_options(void)
{
    static const char *const rows[] = {
        "",
        "--stdout /o --state /s --log /l",
        "--stdout /o --reader /r --log /l",
        "--stdout /o --reader /r --state /s",
        "--binary",
        "--binary --log relative",
        "--binary --log",
        "--binary --log /l --driver syslog",
        "--binary --log /l --max-size 10q",
        "--binary --log /l --max-size -1",
        "--binary --log /l --max-size 99999999999g",
        "--binary --log /l --max-file 0",
        "--binary --log /l --fsync 0",
        "--binary --log /l --on-error cry",
        "--binary --log /l --colour red",
    };
    log_options o;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert(parse(&o, rows[i]) != NULL);
    passed("wrong options are refused");
}

/* --- the journal ---------------------------------------------------------- */

static void assert_found(const log_state *s,
                         uint64_t at,
                         unsigned stream,
                         uint64_t position,
                         size_t size)
{
    unsigned is_stream = 9;
    uint64_t is_position = 0;

    assert(log_journal_find(s, at, 1000, &is_stream, &is_position) == size);
    assert(size == 0 || (is_stream == stream && is_position == position));
}

static void test_journal_knows_the_order(void)
{
    log_state *s = xcalloc(1, sizeof *s);

    log_journal_add(s, 0, 10);
    log_journal_add(s, 0, 15);
    log_journal_add(s, 1, 5);
    log_journal_add(s, 0, 20);
    assert(s->head == 25);
    assert_found(s, 0, 0, 0, 15);
    assert_found(s, 12, 0, 12, 3);
    assert_found(s, 15, 1, 0, 5);
    assert_found(s, 20, 0, 15, 5);
    assert_found(s, 25, 0, 0, 0);
    log_journal_add(s, 0, 20); /* nothing new */
    assert(s->head == 25);

    log_journal_trim(s, 8);
    assert(s->tail == 17);
    assert(log_journal_oldest(s, 0, 20) == 15);
    assert(log_journal_oldest(s, 1, 5) == 2);
    log_journal_trim(s, 0);
    assert(log_journal_oldest(s, 0, 20) == 20);
    log_journal_add(s, 1, 6);
    assert_found(s, 25, 1, 5, 1);
    free(s);
    passed("the journal knows in which order bytes came");
}

static void test_journal_is_bounded(void)
{
    log_state *s = xcalloc(1, sizeof *s);

    for (uint64_t i = 1; i <= 3 * LOG_SEGMENTS; i++) {
        log_journal_add(s, 0, i);
        log_journal_add(s, 1, i);
    }
    assert(s->head == 6 * LOG_SEGMENTS);
    assert(s->tail == 5 * LOG_SEGMENTS);
    assert_found(s, s->head - 1, 1, 3 * LOG_SEGMENTS - 1, 1);
    assert_found(s, s->tail, 0, 5 * LOG_SEGMENTS / 2, 1);
    free(s);
    passed("a journal that changes its stream often stays small");
}

static void test_journal_after_a_kill(void)
{
    log_state *s = xcalloc(1, sizeof *s);

    log_journal_add(s, 0, 10);
    s->seen[0] = 0; /* killed as the head had moved */
    log_journal_add(s, 0, 10);
    log_journal_trim(s, 0);
    log_journal_add(s, 0, 11);
    assert(s->head == 11);
    assert_found(s, 10, 0, 10, 1);
    free(s);
    passed("a journal that a kill left half noted counts no byte twice");
}

/* --- rotation ------------------------------------------------------------- */

static void put_file(const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", directory, name);
    FILE *file = fopen(path, "w");

    assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    free(path);
}

/* Does it hold this text? NULL: there is no such file. */
static void assert_file(const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", directory, name), is[16] = "";
    FILE *file = fopen(path, "r");

    assert((file != NULL) == (text != NULL));
    if (file != NULL) {
        assert(fgets(is, sizeof is, file) != NULL && strcmp(is, text) == 0);
        fclose(file);
        unlink(path);
    }
    free(path);
}

static void test_rotation(void)
{
    char *path = xasprintf("%s/log", directory);

    put_file("log", "c");
    put_file("log.1", "b");
    put_file("log.2.gz", "a");
    assert(log_rotate(path, 3) == 0);
    assert_file("log", NULL);
    assert_file("log.1", "c");
    assert_file("log.2", "b");
    assert_file("log.2.gz", NULL);
    assert_file("log.3", NULL);

    put_file("log", "d");
    put_file("log.2", "b"); /* broken off: log.1 had moved already */
    assert(log_rotate(path, 5) == 0);
    assert_file("log.1", "d");
    assert_file("log.2", "b");

    put_file("log", "e");
    assert(log_rotate(path, 1) == 0);
    assert_file("log", NULL);
    free(path);
    passed("files move up, the oldest goes, and a rotation can go on");
}

int main(void)
{
    assert(mkdtemp(directory) != NULL);
    test_time_does_not_go_back();
    test_options();
    test_wrong_options();
    test_journal_knows_the_order();
    test_journal_is_bounded();
    test_journal_after_a_kill();
    test_rotation();
    assert(rmdir(directory) == 0);
    return 0;
}
