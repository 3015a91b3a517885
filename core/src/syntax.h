#ifndef SYNTAX_H
#define SYNTAX_H

#include <stddef.h>

/*
 * What json-c lets pass though JSON does not: words like NaN, numbers like
 * "1.", bare control characters, bytes that are not UTF-8; and what it would
 * cut in silence: text behind a NUL, names that hold one, numbers out of range.
 * What is nested too deep is found here too; other structure is json-c's
 * matter.
 *
 * NULL, or what is wrong at `*at`. Static storage.
 */
const char *syntax_fault(const char *text, size_t length, size_t *at);

#endif
