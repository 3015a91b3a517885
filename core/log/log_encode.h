#ifndef LOG_ENCODE_H
#define LOG_ENCODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Docker's json-file format, one object a line:
 *
 *     {"log":"hello\n","stream":"stdout","time":"2026-01-02T03:04:05.6Z"}
 *
 * Strings are written as Go's encoder for logs does: <, >, &, U+2028 and U+2029
 * are escaped, each byte that is not UTF-8 becomes \ufffd. A line of more than
 * LOG_PIECE bytes is several objects, of which only the last ends in "\n".
 */

#define LOG_PIECE (16 << 10)

/* What an object has around and behind the text, and the most it can be. */
#define LOG_TAIL_SIZE   80
#define LOG_OBJECT_SIZE (6 * (LOG_PIECE + 1) + 16 + LOG_TAIL_SIZE)

typedef struct log_tail {
    char text[LOG_TAIL_SIZE];
    size_t size;
} log_tail;

/* Make what follows the text: stream 0 or 1, time in ns since 1970. */
void log_encode_tail(log_tail *tail, unsigned stream, int64_t time);

/* Write an object for `text`, of up to LOG_PIECE bytes and a "\n". Its size. */
size_t log_encode_object(char *object,
                         const char *text,
                         size_t size,
                         const log_tail *tail);

/*
 * Where to cut `text`, which has no line end in its first LOG_PIECE bytes:
 * there, or up to three bytes before, so as not to cut a character.
 */
size_t log_encode_cut(const char *text);

#endif
