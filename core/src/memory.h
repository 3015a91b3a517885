#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* Memory that is there: out of memory aborts, as it does inside gRPC. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/* A huge page, or as many small ones where there are none. */
#define HUGE_PAGE ((size_t)2 << 20)
void *xpages(void);

/* printf into memory of its own. */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
