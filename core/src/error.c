#include "neap/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

const char *neap_code_name(neap_code code)
{
    switch (code) {
#define X(name, value, text)                                                   \
    case NEAP_##name:                                                          \
        return text;
        NEAP_CODES(X)
#undef X
    case NEAP_OK:
        return "ok";
    }
    return "unknown";
}

neap_code neap_code_of_errno(int sys)
{
    switch (sys) {
    case ENOENT:
        return NEAP_NOT_FOUND;
    case EEXIST:
        return NEAP_ALREADY_EXISTS;
    case EACCES:
    case EPERM:
        return NEAP_PERMISSION_DENIED;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
        return NEAP_RESOURCE_EXHAUSTED;
    case ECONNREFUSED:
        return NEAP_UNAVAILABLE;
    case EPIPE:
        return NEAP_FAILED_PRECONDITION;
    default:
        return NEAP_UNKNOWN;
    }
}

const char *neap_errno_name(int sys)
{
    const char *name = strerrorname_np(sys);

    return name != NULL ? name : "EUNKNOWN";
}

/* An error is one line; what ends the text in line breaks is cut. */
static char *line(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr("\r\n", text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

static char *format(const char *fmt, va_list args)
{
    char *text;

    if (vasprintf(&text, fmt, args) < 0)
        abort();
    return line(text);
}

/* `message` becomes the error's; it may have been made from the old one. */
static void
fill(neap_error *err, neap_code code, const char *op, char *message, int sys)
{
    neap_error_clear(err);
    err->code = code;
    err->op = op;
    err->message = message;
    err->sys = sys;
}

void neap_error_set(
    neap_error *err, neap_code code, const char *op, const char *fmt, ...)
{
    va_list args;
    char *message;

    va_start(args, fmt);
    message = format(fmt, args);
    va_end(args);
    fill(err, code, op, message, 0);
}

void neap_error_set_errno(
    neap_error *err, const char *op, int sys, const char *fmt, ...)
{
    va_list args;
    char *what, *message;

    va_start(args, fmt);
    what = format(fmt, args);
    va_end(args);
    message = xasprintf("%s: %s", what, strerror(sys));
    free(what);
    fill(err, neap_code_of_errno(sys), op, message, sys);
}

static char *copy_text(const char *text)
{
    return text != NULL ? xstrdup(text) : NULL;
}

void neap_error_copy(neap_error *to, const neap_error *from)
{
    neap_error copy;

    if (to == from)
        return;
    copy = *from;
    copy.message = copy_text(from->message);
    copy.id = copy_text(from->id);
    neap_error_clear(to);
    *to = copy;
}

void neap_error_clear(neap_error *err)
{
    free(err->message);
    free(err->id);
    *err = (neap_error){ .code = NEAP_OK };
}
