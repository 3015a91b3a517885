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
struct neap_json_writer {
    char *text;
    size_t size, room;
    bool pretty;
    bool is_fresh; /* nothing is in the innermost list or map yet */
    int depth;
    bool is_map[NEAP_VALUE_DEPTH + 1];
    const char *problem; /* the first thing that JSON cannot hold */
};

static void refuse(neap_json_writer *w, const char *what)
{
    if (w->problem == NULL)
        w->problem = what;
}

/* --- text ----------------------------------------------------------------- */

static char *make_room(neap_json_writer *w, size_t size)
{
    if (w->size + size > w->room) {
        w->room = (w->size + size) * 2;
        w->text = xrealloc(w->text, w->room);
    }
    return w->text + w->size;
}

static void put(neap_json_writer *w, const char *data, size_t size)
{
    memcpy(make_room(w, size), data, size);
    w->size += size;
}

static void put_word(neap_json_writer *w, const char *word)
{
    put(w, word, strlen(word));
}

static void put_escape(neap_json_writer *w, unsigned char c)
{
    static const char short_from[] = "\b\n\r\t\f\"\\", short_to[] = "bnrtf\"\\";
    const char *found = strchr(short_from, c);
    char text[8];

    if (c != '\0' && found != NULL)
        snprintf(text, sizeof text, "\\%c", short_to[found - short_from]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    put_word(w, text);
}

/* Does it stand in JSON as it is? Of a spec, mostly. */
static bool is_plain(const char *data, size_t size)
{
    bool plain = true;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];

        plain &= c >= ' ' && c < 0x80 && c != '"' && c != '\\';
    }
    return plain;
}

static void put_plain(neap_json_writer *w, const char *data, size_t size)
{
    char *at = make_room(w, size + 2);

    at[0] = '"';
    memcpy(at + 1, data, size);
    at[size + 1] = '"';
    w->size += size + 2;
}

static void put_escaped(neap_json_writer *w, const char *data, size_t size)
{
    size_t begin = 0;

    put(w, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        put(w, data + begin, i - begin);
        put_escape(w, c);
        begin = i + 1;
    }
    put(w, data + begin, size - begin);
    put(w, "\"", 1);
}

/* `what` it is, where it is no text. */
static void
put_string(neap_json_writer *w, const char *data, size_t size, const char *what)
{
    if (is_plain(data, size)) {
        put_plain(w, data, size);
        return;
    }
    if (utf8_valid_length(data, size) != size)
        refuse(w, what);
    put_escaped(w, data, size);
}

static void new_line(neap_json_writer *w)
{
    if (!w->pretty)
        return;
    put(w, "\n", 1);
    for (int i = 0; i < w->depth; i++)
        put(w, "  ", 2);
}

/* --- lists and maps ------------------------------------------------------- */

static void separate(neap_json_writer *w)
{
    if (!w->is_fresh)
        put(w, ",", 1);
    w->is_fresh = false;
    new_line(w);
}

static bool is_in_map(const neap_json_writer *w)
{
    return w->depth <= NEAP_VALUE_DEPTH && w->is_map[w->depth];
}

/* A map's part has been set apart by its key. */
static void begin_part(neap_json_writer *w)
{
    if (w->depth > 0 && !is_in_map(w))
        separate(w);
}

static void begin(neap_json_writer *w, bool is_map)
{
    begin_part(w);
    put(w, is_map ? "{" : "[", 1);
    w->is_fresh = true;
    if (++w->depth <= NEAP_VALUE_DEPTH)
        w->is_map[w->depth] = is_map;
    else
        refuse(w, "what is nested so deep");
}

void neap_json_begin_list(neap_json_writer *w)
{
    begin(w, false);
}

void neap_json_begin_map(neap_json_writer *w)
{
    begin(w, true);
}

void neap_json_end(neap_json_writer *w)
{
    bool is_map = is_in_map(w);

    w->depth--;
    if (!w->is_fresh)
        new_line(w);
    put(w, is_map ? "}" : "]", 1);
    w->is_fresh = false;
}

void neap_json_key(neap_json_writer *w, const char *key, size_t size)
{
    separate(w);
    put_string(w, key, size, "a name that is not UTF-8");
    put_word(w, w->pretty ? ": " : ":");
}

/* --- values --------------------------------------------------------------- */

void neap_json_null(neap_json_writer *w)
{
    begin_part(w);
    put_word(w, "null");
}

void neap_json_bool(neap_json_writer *w, bool truth)
{
    begin_part(w);
    put_word(w, truth ? "true" : "false");
}

static void put_digits(neap_json_writer *w, bool is_negative, uint64_t number)
{
    char text[24], *at = text + sizeof text;

    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    if (is_negative)
        *--at = '-';
    put(w, at, (size_t)(text + sizeof text - at));
}

void neap_json_int(neap_json_writer *w, int64_t number)
{
    begin_part(w);
    put_digits(w, number < 0,
               number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void neap_json_uint(neap_json_writer *w, uint64_t number)
{
    begin_part(w);
    put_digits(w, false, number);
}

/* The shortest digits that read back as the same number. */
static void put_double(neap_json_writer *w, double number)
{
    char text[32];
    char *comma;

    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    comma = strchr(text, ','); /* some locales have one */
    if (comma != NULL)
        *comma = '.';
    put_word(w, text);
}

void neap_json_double(neap_json_writer *w, double number)
{
    if (fabs(number) < 9007199254740992.0 && /* 2^53 */
        (double)(int64_t)number == number) {
        neap_json_int(w, (int64_t)number);
        return;
    }
    begin_part(w);
    if (isfinite(number))
        put_double(w, number);
    else
        refuse(w, "a number that is not finite");
}

void neap_json_string(neap_json_writer *w, const char *data, size_t size)
{
    begin_part(w);
    put_string(w, data, size, "a string that is not UTF-8");
}

void neap_json_written(neap_json_writer *w, const char *text, size_t size)
{
    begin_part(w);
    put(w, text, size);
}

/* --- life ----------------------------------------------------------------- */

neap_json_writer *neap_json_writer_new(bool pretty)
{
    neap_json_writer *w = xcalloc(1, sizeof *w);

    w->pretty = pretty;
    return w;
}

void neap_json_writer_free(neap_json_writer *w)
{
    if (w == NULL)
        return;
    free(w->text);
    free(w);
}

const char *
neap_json_text(const neap_json_writer *w, size_t *size, neap_error *err)
{
    if (w->problem != NULL) {
        neap_error_set(err, NEAP_INVALID_ARGUMENT, "json.encode",
                       "JSON cannot hold %s", w->problem);
        return NULL;
    }
    *size = w->size;
    return w->text;
}
