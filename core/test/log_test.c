#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_encode.h"
#include "log_journal.h"
#include "log_options.h"
#include "log_rotate.h"
#include "memory.h"

static char directory[] = "/tmp/neap-log-unit.XXXXXX";

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

/* --- encoding ------------------------------------------------------------- */

static char *encoded(const char *text, size_t size)
{
    char *object = xmalloc(LOG_OBJECT_SIZE + 1);
    log_tail tail;

    log_encode_tail(&tail, 0, 0);
    object[log_encode_object(object, text, size, &tail)] = '\0';
    return object;
}

static void test_text_is_written_as_docker_does(void)
{
    static const struct {
        const char *text, *is;
        size_t size;
    } rows[] = {
        { "plain\n", "plain\\n", 0 },
        { "", "", 0 },
        { "a\"b\\c", "a\\\"b\\\\c", 0 },
        { "<a> & b", "\\u003ca\\u003e \\u0026 b", 0 },
        { "\t\r\x1b[0m\x7f", "\\u0009\\r\\u001b[0m\x7f", 0 },
        { "a\0b", "a\\u0000b", 3 },
        { "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80",
          "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80", 0 },
        { "x\xe2\x80\xa8y\xe2\x80\xa9", "x\\u2028y\\u2029", 0 },
        { "\xff\xfe", "\\ufffd\\ufffd", 0 },
        { "\xe4\xb8!", "\\ufffd\\ufffd!", 0 },
        { "\xc3\xa9\xc3", "\xc3\xa9\\ufffd", 0 },
        { "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd", 0 }, /* a surrogate */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = rows[i].size > 0 ? rows[i].size : strlen(rows[i].text);
        char *is = encoded(rows[i].text, size);
        char *should = xasprintf("{\"log\":\"%s\",\"stream\":\"stdout\","
                                 "\"time\":\"1970-01-01T00:00:00Z\"}\n",
                                 rows[i].is);

        assert(strcmp(is, should) == 0);
        free(is);
        free(should);
    }
    passed("text is written as docker writes it");
}

static void test_largest_object_fits(void)
{
    char *text = xmalloc(LOG_PIECE + 1), *is;

    memset(text, 1, LOG_PIECE + 1);
    is = encoded(text, LOG_PIECE + 1);
    assert(strlen(is) < LOG_OBJECT_SIZE);
    free(is);
    free(text);
    passed("the largest object is no larger than is said");
}

static void test_times(void)
{
    static const struct {
        int64_t time;
        const char *is;
    } rows[] = {
        { 1767323045600000000, "\"2026-01-02T03:04:05.6Z\"" },
        { 1767323045000000001, "\"2026-01-02T03:04:05.000000001Z\"" },
        { 1767323045000000000, "\"2026-01-02T03:04:05Z\"" },
    };
    log_tail tail;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        log_encode_tail(&tail, 1, rows[i].time);
        assert(memmem(tail.text, tail.size, rows[i].is, strlen(rows[i].is)));
        assert(memmem(tail.text, tail.size, "\"stderr\"", 8) != NULL);
    }
    passed("times are RFC3339 without trailing zeros");
}

static void test_pieces_end_with_a_character(void)
{
    char *text = xmalloc(LOG_PIECE + 8);

    memset(text, 'x', LOG_PIECE + 8);
    assert(log_encode_cut(text) == LOG_PIECE);
    memcpy(text + LOG_PIECE - 1, "\xc3\xa9", 2);
    assert(log_encode_cut(text) == LOG_PIECE - 1);
    memcpy(text + LOG_PIECE - 3, "\xf0\x9f\x98\x80", 4);
    assert(log_encode_cut(text) == LOG_PIECE - 3);
    memcpy(text + LOG_PIECE - 3, "\xe4\xb8\xad", 3);
    assert(log_encode_cut(text) == LOG_PIECE);
    memset(text, 0x80, LOG_PIECE + 8); /* no character at all */
    assert(log_encode_cut(text) == LOG_PIECE);
    free(text);
    passed("a piece ends where a character does");
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
    test_text_is_written_as_docker_does();
    test_largest_object_fits();
    test_times();
    test_pieces_end_with_a_character();
    test_time_does_not_go_back();
    test_options();
    test_wrong_options();
    test_journal_knows_the_order();
    test_journal_is_bounded();
    test_rotation();
    assert(rmdir(directory) == 0);
    return 0;
}
