#ifndef LOG_FRAME_H
#define LOG_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_spool.h"

/*
 * A frame on its way to a watcher; log_tap.h says what it looks like. All zero:
 * none, or all of it was sent.
 */
#define LOG_FRAME_MOST (16 << 10)

typedef struct log_frame {
    char *bytes; /* owned */
    size_t at, size;
} log_frame;

/* Each makes a frame in place of the last one. */
void log_frame_text(log_frame *frame, const char *text);
void log_frame_dropped(log_frame *frame, uint64_t count);
void log_frame_position(log_frame *frame, uint64_t at);
void log_frame_end(log_frame *frame);

/* Up to LOG_FRAME_MOST bytes. False: they cannot be read. */
bool log_frame_bytes(log_frame *frame,
                     unsigned stream,
                     const log_spool *spool,
                     uint64_t position,
                     size_t size);

/* 0: all of it; -EAGAIN: there is a rest; else a negative errno. */
int log_frame_send(log_frame *frame, int fd);

size_t log_frame_left(const log_frame *frame);
void log_frame_move(log_frame *to, log_frame *from);
void log_frame_free(log_frame *frame);

#endif
