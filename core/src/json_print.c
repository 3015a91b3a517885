#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "neap/json.h"
#include "utf8.h"

/*
 * Writing needs no tree of json-c's: each value goes straight into the text. A
 * container's spec is some hundred of them, and is written once a run.
 */
typedef struct printer {
    char *text;
    size_t size, room;
    bool pretty;
    int depth;
    neap_error *err;
} printer;

static bool print(printer *p, const neap_value *value);

static bool refuse(printer *p, const char *what)
{
    neap_error_set(p->err, NEAP_INVALID_ARGUMENT, "json.encode",
                   "JSON cannot hold %s", what);
    return false;
}

/* --- text ----------------------------------------------------------------- */

static void put(printer *p, const char *data, size_t size)
{
    if (p->size + size > p->room) {
        p->room = (p->size + size) * 2;
        p->text = xrealloc(p->text, p->room);
    }
    memcpy(p->text + p->size, data, size);
    p->size += size;
}

static void put_word(printer *p, const char *word)
{
    put(p, word, strlen(word));
}

static void put_escape(printer *p, unsigned char c)
{
    static const char short_from[] = "\b\n\r\t\f\"\\", short_to[] = "bnrtf\"\\";
    const char *found = strchr(short_from, c);
    char text[8];

    if (c != '\0' && found != NULL)
        snprintf(text, sizeof text, "\\%c", short_to[found - short_from]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    put_word(p, text);
}

static void put_string(printer *p, const char *data, size_t size)
{
    size_t begin = 0;

    put(p, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        put(p, data + begin, i - begin);
        put_escape(p, c);
        begin = i + 1;
    }
    put(p, data + begin, size - begin);
    put(p, "\"", 1);
}

/* --- values --------------------------------------------------------------- */

static bool is_text(const char *data, size_t size)
{
    return utf8_valid_length(data, size) == size;
}

static bool print_int(printer *p, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    put_word(p, text);
    return true;
}

static bool print_uint(printer *p, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    put_word(p, text);
    return true;
}

/* The shortest digits that read back as the same number. */
static bool print_double(printer *p, double number)
{
    char text[32];
    char *comma;

    if (!isfinite(number))
        return refuse(p, "a number that is not finite");
    if (fabs(number) < 9007199254740992.0 && /* 2^53 */
        (double)(int64_t)number == number)
        return print_int(p, (int64_t)number);
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    comma = strchr(text, ','); /* some locales have one */
    if (comma != NULL)
        *comma = '.';
    put_word(p, text);
    return true;
}

static bool print_bytes(printer *p, const neap_value *value)
{
    size_t size;
    const char *data = neap_value_bytes(value, &size);

    if (!is_text(data, size))
        return refuse(p, "a string that is not UTF-8");
    put_string(p, data, size);
    return true;
}

/* --- lists and maps ------------------------------------------------------- */

static void new_line(printer *p)
{
    if (!p->pretty)
        return;
    put(p, "\n", 1);
    for (int i = 0; i < p->depth; i++)
        put(p, "  ", 2);
}

static bool print_key(printer *p, const char *key)
{
    size_t size = strlen(key);

    if (!is_text(key, size))
        return refuse(p, "a name that is not UTF-8");
    put_string(p, key, size);
    put_word(p, p->pretty ? ": " : ":");
    return true;
}

static bool print_items(printer *p, const neap_value *value, const char *ends)
{
    bool is_map = ends[0] == '{';
    size_t count = neap_value_count(value);

    put(p, &ends[0], 1);
    p->depth++;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put(p, ",", 1);
        new_line(p);
        if (is_map && !print_key(p, neap_value_key(value, i)))
            return false;
        if (!print(p, neap_value_item(value, i)))
            return false;
    }
    p->depth--;
    if (count > 0)
        new_line(p);
    put(p, &ends[1], 1);
    return true;
}

static bool print(printer *p, const neap_value *value)
{
    switch (neap_value_kind(value)) {
    case NEAP_KIND_NULL:
        put_word(p, "null");
        return true;
    case NEAP_KIND_BOOL:
        put_word(p, neap_value_bool(value) ? "true" : "false");
        return true;
    case NEAP_KIND_INT:
        return print_int(p, neap_value_int(value));
    case NEAP_KIND_UINT:
        return print_uint(p, neap_value_uint(value));
    case NEAP_KIND_DOUBLE:
        return print_double(p, neap_value_double(value));
    case NEAP_KIND_BYTES:
        return print_bytes(p, value);
    case NEAP_KIND_LIST:
        return print_items(p, value, "[]");
    case NEAP_KIND_MAP:
        return print_items(p, value, "{}");
    }
    return false;
}

char *neap_json_print(const neap_value *value, bool pretty, neap_error *err)
{
    printer p = { .pretty = pretty, .err = err };

    if (!print(&p, value)) {
        free(p.text);
        return NULL;
    }
    put(&p, "", 1);
    return p.text;
}
