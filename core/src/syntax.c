#include "syntax.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "neap/value.h"
#include "utf8.h"

typedef struct scan {
    const char *text;
    size_t length;
    size_t at;
    int depth;
} scan;

static char peek(const scan *s)
{
    return s->at < s->length ? s->text[s->at] : '\0';
}

static bool digit(const scan *s)
{
    return peek(s) >= '0' && peek(s) <= '9';
}

static bool skip_digits(scan *s)
{
    size_t begin = s->at;

    while (digit(s))
        s->at++;
    return s->at > begin;
}

/* json-c would take the nearest number that there is. */
static bool in_range(const char *number)
{
    errno = 0;
    if (strpbrk(number, ".eE") != NULL)
        return isfinite(strtod(number, NULL));
    if (number[0] == '-')
        (void)strtoll(number, NULL, 10);
    else
        (void)strtoull(number, NULL, 10);
    return errno == 0;
}

static const char *lint_range(const scan *s, size_t begin, bool exponent)
{
    char *number;
    bool ok;

    if (s->at - begin < 18 && !exponent) /* as nearly all */
        return NULL;
    number = xstrndup(s->text + begin, s->at - begin);
    ok = in_range(number);
    free(number);
    return ok ? NULL : "a number out of range";
}

static const char *lint_number(scan *s)
{
    size_t begin = s->at;
    bool exponent;

    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0') {
        s->at++;
        if (digit(s))
            return "a number begins with 0";
    } else if (!skip_digits(s)) {
        return "a number needs a digit";
    }
    if (peek(s) == '.') {
        s->at++;
        if (!skip_digits(s))
            return "a number needs a digit behind its point";
    }
    exponent = peek(s) == 'e' || peek(s) == 'E';
    if (exponent) {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!skip_digits(s))
            return "a number needs a digit in its exponent";
    }
    return lint_range(s, begin, exponent);
}

static const char *lint_word(scan *s)
{
    static const char *const words[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);

        if (s->length - s->at >= length &&
            memcmp(s->text + s->at, words[i], length) == 0) {
            s->at += length;
            return NULL;
        }
    }
    return "unexpected character";
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the string that ended at `s` is the name of a member. */
static bool is_name(const scan *s)
{
    scan ahead = *s;

    while (is_space(peek(&ahead)))
        ahead.at++;
    return peek(&ahead) == ':';
}

static const char *lint_string(scan *s)
{
    size_t begin = s->at++;
    bool holds_nul = false;

    for (; s->at < s->length; s->at++) {
        char c = s->text[s->at];

        if ((unsigned char)c < 0x20)
            return "a control character in a string";
        if (c == '"') {
            s->at++;
            if (holds_nul && is_name(s)) {
                s->at = begin;
                return "a name with \\u0000";
            }
            return NULL;
        }
        if (c != '\\')
            continue;
        if (s->length - s->at >= 6 &&
            memcmp(s->text + s->at, "\\u0000", 6) == 0)
            holds_nul = true;
        s->at++; /* the escaped character */
    }
    s->at = s->length;
    return NULL; /* json-c tells that the text is not whole */
}

static const char *lint_token(scan *s)
{
    char c = peek(s);

    if (c == '"')
        return lint_string(s);
    if (c == '-' || digit(s))
        return lint_number(s);
    if (c == '[' || c == '{') {
        if (s->depth == NEAP_VALUE_DEPTH)
            return "nested too deep";
        s->depth++;
    } else if (c == ']' || c == '}') {
        s->depth--;
    } else if (c != ',' && c != ':' && !is_space(c)) {
        return lint_word(s);
    }
    s->at++;
    return NULL;
}

const char *syntax_fault(const char *text, size_t length, size_t *at)
{
    scan s = { text, length, 0, 0 };
    const char *fault = NULL;

    *at = utf8_valid_length(text, length);
    if (*at != length)
        return "bytes that are not UTF-8";
    while (fault == NULL && s.at < length)
        fault = lint_token(&s);
    *at = s.at;
    return fault;
}
