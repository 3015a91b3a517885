#include "log_encode.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "utf8.h"

/* --- the time ------------------------------------------------------------- */

/* RFC3339Nano: no trailing zeros. */
static int write_time(char *to, size_t room, int64_t time)
{
    time_t seconds = (time_t)(time / 1000000000);
    long ns = (long)(time % 1000000000);
    struct tm tm;
    int length;

    gmtime_r(&seconds, &tm);
    length =
        snprintf(to, room, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (ns != 0) {
        length += snprintf(to + length, room - (size_t)length, ".%09ld", ns);
        while (to[length - 1] == '0')
            length--;
    }
    to[length++] = 'Z';
    return length;
}

void log_encode_tail(log_tail *tail, unsigned stream, int64_t time)
{
    char when[48];
    int length = write_time(when, sizeof when, time);

    tail->size =
        (size_t)snprintf(tail->text, sizeof tail->text,
                         "\",\"stream\":\"%s\",\"time\":\"%.*s\"}\n",
                         stream == 0 ? "stdout" : "stderr", length, when);
}

/* --- the text ------------------------------------------------------------- */

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' &&
           c != '>' && c != '&';
}

/* How many plain bytes stand at the front: most texts are nothing else. */
static size_t plain_run(const unsigned char *text, size_t size)
{
    static bool plain[256], ready;
    size_t n = 0;

    if (!ready)
        for (unsigned c = 0; c < 256; c++)
            plain[c] = is_plain((unsigned char)c);
    ready = true;
    while (n + 4 <= size && (plain[text[n]] & plain[text[n + 1]] &
                             plain[text[n + 2]] & plain[text[n + 3]]))
        n += 4;
    while (n < size && plain[text[n]])
        n++;
    return n;
}

static char *escape(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    switch (c) {
    case '"':
    case '\\':
        *to++ = (char)c;
        return to;
    case '\n':
        *to++ = 'n';
        return to;
    case '\r':
        *to++ = 'r';
        return to;
    default:
        memcpy(to, "u00", 3);
        to[3] = hex[c >> 4];
        to[4] = hex[c & 15];
        return to + 5;
    }
}

static char *write_valid(char *to, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        if (size - at >= 3 && (memcmp(text + at, "\xE2\x80\xA8", 3) == 0 ||
                               memcmp(text + at, "\xE2\x80\xA9", 3) == 0)) {
            memcpy(to, text[at + 2] == '\xA8' ? "\\u2028" : "\\u2029", 6);
            to += 6;
            at += 3;
        } else {
            *to++ = text[at++];
        }
    }
    return to;
}

/* Bytes from 0x80 on, `size` of them. */
static char *write_high(char *to, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        size_t valid = utf8_valid_length(text + at, size - at);

        to = write_valid(to, text + at, valid);
        at += valid;
        if (at == size)
            break;
        memcpy(to, "\\ufffd", 6);
        to += 6;
        at++;
    }
    return to;
}

static size_t high_run(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && (unsigned char)text[n] >= 0x80)
        n++;
    return n;
}

static char *write_text(char *to, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        size_t run = plain_run((const unsigned char *)text + at, size - at);

        memcpy(to, text + at, run);
        to += run;
        at += run;
        if (at == size)
            break;
        run = high_run(text + at, size - at);
        if (run == 0) {
            to = escape(to, (unsigned char)text[at++]);
            continue;
        }
        to = write_high(to, text + at, run);
        at += run;
    }
    return to;
}

size_t log_encode_object(char *object,
                         const char *text,
                         size_t size,
                         const log_tail *tail)
{
    char *to = object;

    memcpy(to, "{\"log\":\"", 8);
    to = write_text(to + 8, text, size);
    memcpy(to, tail->text, tail->size);
    return (size_t)(to - object) + tail->size;
}

size_t log_encode_cut(const char *text)
{
    for (size_t back = 1; back <= 3; back++) {
        const char *at = text + LOG_PIECE - back;

        if (((unsigned char)*at & 0xC0) == 0x80)
            continue; /* the middle of a character */
        if ((unsigned char)*at >= 0xC0 && utf8_valid_length(at, back) == 0)
            return LOG_PIECE - back;
        break;
    }
    return LOG_PIECE;
}
