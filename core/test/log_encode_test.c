#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_encode.h"
#include "memory.h"

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

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

int main(void)
{
    test_text_is_written_as_docker_does();
    test_largest_object_fits();
    test_times();
    test_pieces_end_with_a_character();
    return 0;
}
