#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Where in `text` the first byte lies that is not UTF-8; `length` if none. */
size_t utf8_valid_length(const char *text, size_t length);

#endif
