#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "logger.h"

int logger_tap(const logger *l, const char *request)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t size = strlen(request);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", logger_path(l, "tap"));
    assert(connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    /* It may have been sent away at once, as one too many. */
    assert(write(fd, request, size) == (ssize_t)size || errno == EPIPE);
    return fd;
}

static size_t read_all(int fd, void *bytes, size_t size)
{
    size_t at = 0;
    ssize_t n;

    while (at < size && (n = read(fd, (char *)bytes + at, size - at)) > 0)
        at += (size_t)n;
    return at;
}

void tap_read(int fd, tap_frame *frame)
{
    do
        tap_read_any(fd, frame);
    while (frame->kind == 5);
}

void tap_read_any(int fd, tap_frame *frame)
{
    unsigned char head[5];

    frame->kind = -1;
    frame->size = 0;
    if (read_all(fd, head, sizeof head) < sizeof head)
        return;
    frame->kind = head[0];
    frame->size = head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16 |
                  (size_t)head[4] << 24;
    assert(frame->size < sizeof frame->bytes);
    assert(read_all(fd, frame->bytes, frame->size) == frame->size);
    frame->bytes[frame->size] = '\0';
}

uint64_t tap_number(const tap_frame *frame)
{
    uint64_t number = 0;

    assert(frame->size == 8);
    for (int i = 7; i >= 0; i--)
        number = number << 8 | (unsigned char)frame->bytes[i];
    return number;
}

void tap_expect(int fd, int kind, const char *text)
{
    static tap_frame frame;

    tap_read(fd, &frame);
    assert(frame.kind == kind && strcmp(frame.bytes, text) == 0);
}

void logger_say_seen(logger *l, int fd, const char *text)
{
    logger_say(l, 1, text);
    tap_expect(fd, 1, text);
}

void logger_turn(const logger *l)
{
    static tap_frame frame;
    int fd = logger_tap(l, "status\n");

    tap_read(fd, &frame);
    close(fd);
}
