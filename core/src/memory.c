#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *there(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void *xmalloc(size_t size)
{
    return there(malloc(size != 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return there(calloc(count != 0 ? count : 1, size != 0 ? size : 1));
}

void *xrealloc(void *memory, size_t size)
{
    return there(realloc(memory, size != 0 ? size : 1));
}

void *xpages(void)
{
    void *memory = there(aligned_alloc(HUGE_PAGE, HUGE_PAGE));

    madvise(memory, HUGE_PAGE, MADV_HUGEPAGE);
    return memory;
}

char *xstrdup(const char *text)
{
    return there(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
    return there(strndup(text, length));
}

char *xasprintf(const char *fmt, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, fmt);
    length = vasprintf(&text, fmt, args);
    va_end(args);
    return there(length < 0 ? NULL : text);
}
