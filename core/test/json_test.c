#include "neap/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

static neap_value *must_parse(const char *text, size_t length)
{
    neap_error err = { 0 };
    neap_value *value = neap_json_parse(text, length, &err);

    if (value == NULL)
        fprintf(stderr, "%.60s: %s\n", text, err.message);
    assert(value != NULL && err.code == NEAP_OK);
    return value;
}

static char *must_print(const neap_value *value, bool pretty)
{
    neap_error err = { 0 };
    char *text = neap_json_print(value, pretty, &err);

    assert(text != NULL && err.code == NEAP_OK);
    return text;
}

static void becomes(const char *text, const char *wanted)
{
    neap_value *value = must_parse(text, strlen(text));
    char *printed = must_print(value, false);

    if (strcmp(printed, wanted) != 0)
        fprintf(stderr, "%s became %s\n", text, printed);
    assert(strcmp(printed, wanted) == 0);
    free(printed);
    neap_value_free(value);
}

static void test_texts_come_back(void)
{
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615", /* RLIM_INFINITY */
        "0.1",
        "1.5e-07",
        "1e+300",
        "\"\"",
        "\"a/b\"",
        "\"\\\"\\\\\\n\\u0001\"",
        "\"\\u0000\"",
        "\"Gr\xC3\xBC\xC3\x9F\x65 \xF0\x9F\x90\xA2\"",
        "[]",
        "{}",
        "[[],{}]",
        "{\"b\":1,\"a\":[null,true,\"x\"],\"c\":{\"d\":{}}}",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        becomes(texts[i], texts[i]);
    printf("ok - json: texts come back as they were\n");
}

static void test_texts_are_read(void)
{
    becomes(" [ 1 ,\t2\r\n] ", "[1,2]");
    becomes("-0", "0");
    becomes("3.0", "3");
    becomes("1E2", "100");
    becomes("\"\\u00e9\\/\\b\\f\"", "\"\xC3\xA9/\\b\\f\"");
    becomes("\"\\ud83d\\udc22\"", "\"\xF0\x9F\x90\xA2\"");
    becomes("{\"a\":1,\"a\":2}", "{\"a\":2}");
    becomes("\"\\\\u0000\"", "\"\\\\u0000\"");
    becomes("[\"\\u0000\"]", "[\"\\u0000\"]");
    printf("ok - json: other spellings are read\n");
}

static void refuse(const char *text, size_t length, const char *word)
{
    neap_error err = { 0 };
    neap_value *value = neap_json_parse(text, length, &err);

    if (value != NULL)
        fprintf(stderr, "accepted %s\n", text);
    assert(value == NULL && err.code == NEAP_INVALID_ARGUMENT);
    assert(strcmp(err.op, "json.decode") == 0);
    if (strstr(err.message, word) == NULL)
        fprintf(stderr, "no \"%s\" in: %s\n", word, err.message);
    assert(strstr(err.message, word) != NULL);
    neap_error_clear(&err);
}

static void test_bad_texts(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "[1",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "]",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{,}",
        "[1 2]",
        "{\"a\" 1}",
        "{1:2}",
        "{a:1}",
        "'a'",
        "nul",
        "nullx",
        "True",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        "1 2",
        "{}{}",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\n\"",
        "\"\t\"",
        "/**/1",
        "1//",
        "\"\xFF\"",
        "\xEF\xBB\xBF"
        "1",
        "\"\xC0\xAF\"",
        "\"\xED\xA0\x80\"",
        "1e999",
        "-1e999",
        "18446744073709551616",
        "-9223372036854775809",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse(texts[i], strlen(texts[i]), "");
    refuse("1\0", 2, "column 2");
    refuse("1\0 2", 4, "column 2");
    refuse("{\"\\u0000\":1}", 12, "name");
    refuse("{\"a\":1,\n \"b\":x}", 15, "line 2, column 6");
    refuse("[1,\n2", 5, "unexpected end at line 2, column 2");
    printf("ok - json: what is no JSON is refused with line and column\n");
}

static char *nested(size_t depth)
{
    char *text = calloc(1, 2 * depth + 1);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void test_depth(void)
{
    char *deepest = nested(NEAP_VALUE_DEPTH);
    char *deeper = nested(NEAP_VALUE_DEPTH + 1);
    char *deep = nested(100000);

    becomes(deepest, deepest);
    refuse(deeper, strlen(deeper), "too deep");
    refuse(deep, strlen(deep), "too deep");
    free(deepest);
    free(deeper);
    free(deep);
    printf("ok - json: nesting ends at %d\n", NEAP_VALUE_DEPTH);
}

static void cannot_print(neap_value *value, const char *word)
{
    neap_value *list = neap_value_new_list();
    neap_error err = { 0 };

    neap_value_append(list, value);
    assert(neap_json_print(list, false, &err) == NULL);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    assert(strstr(err.message, word) != NULL);
    neap_error_clear(&err);
    neap_value_free(list);
}

static void test_bad_values(void)
{
    neap_value *map = neap_value_new_map(), *deep = neap_value_new_list();
    neap_value *inner = deep;

    for (int depth = 1; depth < 2 * NEAP_VALUE_DEPTH; depth++)
        inner = neap_value_append(inner, neap_value_new_list());
    cannot_print(deep, "nested so deep");
    neap_value_put(map, "\xFF", neap_value_new_null());
    cannot_print(map, "a name that is not UTF-8");
    cannot_print(neap_value_new_double(NAN), "not finite");
    cannot_print(neap_value_new_double(-INFINITY), "not finite");
    cannot_print(neap_value_new_bytes("\xFF", 1), "not UTF-8");
    printf("ok - json: what it has no word for is refused\n");
}

static void test_pretty(void)
{
    static const char text[] = "{\"a\":[1,2],\"b\":{},\"c\":[]}";
    neap_value *value = must_parse(text, strlen(text)), *again;
    char *pretty = must_print(value, true);

    assert(strchr(pretty, '\n') != NULL);
    again = must_parse(pretty, strlen(pretty));
    assert(sample_same(value, again));
    free(pretty);
    neap_value_free(value);
    neap_value_free(again);
    printf("ok - json: pretty text says the same\n");
}

/* A list of strings, as a large environment is. */
static void test_large(void)
{
    char *string = calloc(1, 4096);
    neap_value *list = neap_value_new_list(), *again;
    char *text;

    memset(string, 'x', 4095);
    for (int i = 0; i < 4096; i++)
        neap_value_append(list, neap_value_new_bytes(string, 4095));
    text = must_print(list, false);
    assert(strlen(text) >= 16 << 20);
    again = must_parse(text, strlen(text));
    assert(sample_same(list, again));
    free(text);
    free(string);
    neap_value_free(list);
    neap_value_free(again);
    printf("ok - json: 16 MiB go through\n");
}

/* Whatever is accepted must print, and read back as the same. */
static void test_noise(void)
{
    static const char alphabet[] = "{}[]:,\"\\u0019ae-+.truefalsn \n\xC3\xBC";
    char text[24];

    for (int round = 0; round < 200000; round++) {
        size_t length = sample_random(sizeof text);
        neap_error err = { 0 };
        neap_value *value, *again;
        char *printed;

        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[sample_random(sizeof alphabet)];
        value = neap_json_parse(text, length, &err);
        neap_error_clear(&err);
        if (value == NULL)
            continue;
        printed = must_print(value, false);
        again = must_parse(printed, strlen(printed));
        neap_value_free(value);
        neap_value_free(again);
        free(printed);
    }
    printf("ok - json: noise is survived\n");
}

int main(void)
{
    test_texts_come_back();
    test_texts_are_read();
    test_bad_texts();
    test_depth();
    test_bad_values();
    test_pretty();
    test_large();
    test_noise();
    return 0;
}
