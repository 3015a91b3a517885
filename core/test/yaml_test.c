#include "neap/yaml.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "neap/json.h"

static void becomes(const char *text, const char *wanted)
{
    neap_error err = { 0 };
    neap_value *value = neap_yaml_parse(text, strlen(text), &err);
    char *printed;

    if (value == NULL)
        fprintf(stderr, "%s: %s\n", text, err.message);
    assert(value != NULL);
    printed = neap_json_print(value, false, &err);
    if (strcmp(printed, wanted) != 0)
        fprintf(stderr, "%s became %s\n", text, printed);
    assert(strcmp(printed, wanted) == 0);
    free(printed);
    neap_value_free(value);
}

static void fails(const char *text, size_t length, const char *message)
{
    neap_error err = { 0 };
    neap_value *value = neap_yaml_parse(text, length, &err);

    assert(value == NULL);
    if (strstr(err.message, message) == NULL)
        fprintf(stderr, "%.40s: %s\n", text, err.message);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    assert(strcmp(err.op, "yaml.decode") == 0);
    assert(strstr(err.message, message) != NULL);
    neap_error_clear(&err);
}

static void rejects(const char *text, const char *message)
{
    fails(text, strlen(text), message);
}

static void test_scalars(void)
{
    becomes("[null, ~, Null]", "[null,null,null]");
    becomes("[true, FALSE, yes, on]", "[true,false,\"yes\",\"on\"]");
    becomes("[0, 5, -5, +5, 0660, 0o17, 0xfF, -0x10]",
            "[0,5,-5,5,432,15,255,-16]");
    becomes("[9223372036854775808, -9223372036854775808]",
            "[9223372036854775808,-9223372036854775808]");
    becomes("[1.5, 1e3, -.5, 1.2.3, 0.6.0, 08, 0x, e, '.']",
            "[1.5,1000,-0.5,\"1.2.3\",\"0.6.0\",8,\"0x\",\"e\",\".\"]");
    becomes("['0', \"true\", '', \"a\\n\\u00e9\"]",
            "[\"0\",\"true\",\"\",\"a\\n\xc3\xa9\"]");
    becomes("[195:*, c, a=b, /dev/x, 18446744073709551616]",
            "[\"195:*\",\"c\",\"a=b\",\"/dev/x\",1.8446744073709552e+19]");
    printf("ok - yaml: plain scalars are what the core schema says\n");
}

static void test_collections(void)
{
    becomes("", "null");
    becomes("# nothing\n", "null");
    becomes("---\na: 1\nb:\n- c: [d, {e: f}]\n  g:\n- |\n  text\n...\n",
            "{\"a\":1,\"b\":[{\"c\":[\"d\",{\"e\":\"f\"}],\"g\":null},"
            "\"text\\n\"]}");
    becomes("{}", "{}");
    becomes("[]", "[]");
    becomes("{\"json\": [1, \"too\"]}", "{\"json\":[1,\"too\"]}");
    becomes("a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
    becomes("0: a\n", "{\"0\":\"a\"}");
    printf("ok - yaml: lists and maps are read, in either style\n");
}

static void test_refusals(void)
{
    rejects("a: [", "line 2, column 1");
    rejects("a: 1\n b: 2\n", "line 2");
    rejects("a\n---\nb\n", "another document begins at line 2");
    rejects("a\n---\n[\n", "line 4");
    rejects("? [a]\n: b\n", "this cannot be a key at line 1, column 3");
    rejects("\"a\\0b\": 1\n", "this cannot be a key");
    rejects("\xff\xfe", "at byte 0");
    fails("a\0b", 3, "control characters are not allowed at byte 1");
    rejects("*x", "undefined alias");
    rejects("&a [*a]", "nested too deep");
    printf("ok - yaml: what is no YAML is refused, and where\n");
}

static void test_depth(void)
{
    char text[2 * (NEAP_VALUE_DEPTH + 1)];

    memset(text, '[', NEAP_VALUE_DEPTH + 1);
    memset(text + NEAP_VALUE_DEPTH + 1, ']', NEAP_VALUE_DEPTH + 1);
    fails(text, sizeof text, "nested too deep");
    printf("ok - yaml: what is too deep is refused\n");
}

/* Nine lines, a thousand million strings. */
static void test_laughs(void)
{
    char text[1024] = "- &a0 lol\n";

    for (int i = 1; i < 10; i++) {
        char line[100];

        snprintf(line, sizeof line,
                 "- &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,"
                 "*a%d,*a%d,*a%d,*a%d,*a%d]\n",
                 i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
                 i - 1, i - 1);
        strcat(text, line);
    }
    rejects(text, "aliases make too much of it");
    printf("ok - yaml: aliases make no more than there is room for\n");
}

/* Every cut of a text, and every byte of it another one: no more than refused.
 */
static void test_broken(void)
{
    static const char whole[] = "a: &x [1, \"\\u00e9\", 'b']\n? c\n: {d: *x}\n";
    char text[sizeof whole];

    for (size_t at = 0; at < sizeof whole - 1; at++) {
        neap_error err = { 0 };

        neap_value_free(neap_yaml_parse(whole, at, &err));
        neap_error_clear(&err);
        for (int byte = 0; byte < 256; byte++) {
            memcpy(text, whole, sizeof whole);
            text[at] = (char)byte;
            neap_value_free(neap_yaml_parse(text, sizeof whole - 1, &err));
            neap_error_clear(&err);
        }
    }
    printf("ok - yaml: broken texts are survived\n");
}

int main(void)
{
    test_scalars();
    test_collections();
    test_refusals();
    test_depth();
    test_laughs();
    test_broken();
    return 0;
}
