#include "log_frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "memory.h"

#define HEAD 5

enum { END, STDOUT, STDERR, NOTICE, DROPPED, POSITION };

static void write_number(char *to, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (char)(number >> (8 * i) & 0xFF);
}

/* Its payload, to be filled. */
static char *begin(log_frame *frame, char kind, size_t size)
{
    if (frame->bytes == NULL)
        frame->bytes = xmalloc(HEAD + LOG_FRAME_MOST);
    frame->bytes[0] = kind;
    write_number(frame->bytes + 1, size, 4);
    frame->at = 0;
    frame->size = HEAD + size;
    return frame->bytes + HEAD;
}

void log_frame_text(log_frame *frame, const char *text)
{
    size_t size = strlen(text);

    memcpy(begin(frame, NOTICE, size), text, size);
}

void log_frame_dropped(log_frame *frame, uint64_t count)
{
    write_number(begin(frame, DROPPED, 8), count, 8);
}

void log_frame_position(log_frame *frame, uint64_t at)
{
    write_number(begin(frame, POSITION, 8), at, 8);
}

void log_frame_end(log_frame *frame)
{
    begin(frame, END, 0);
}

bool log_frame_bytes(log_frame *frame,
                     unsigned stream,
                     const log_spool *spool,
                     uint64_t position,
                     size_t size)
{
    char *bytes = begin(frame, stream == 0 ? STDOUT : STDERR, size);

    if (log_spool_read(spool, position, bytes, size) == (ssize_t)size)
        return true;
    frame->size = frame->at;
    return false;
}

int log_frame_send(log_frame *frame, int fd)
{
    while (frame->at < frame->size) {
        ssize_t n = send(fd, frame->bytes + frame->at, frame->size - frame->at,
                         MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            frame->at += (size_t)n;
    }
    return 0;
}

size_t log_frame_left(const log_frame *frame)
{
    return frame->size - frame->at;
}

void log_frame_move(log_frame *to, log_frame *from)
{
    log_frame_free(to);
    *to = *from;
    *from = (log_frame){ .bytes = NULL };
}

void log_frame_free(log_frame *frame)
{
    free(frame->bytes);
    *frame = (log_frame){ .bytes = NULL };
}
