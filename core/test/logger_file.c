/* What a logger is given, and what it makes of that. */
#include "logger.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

void logger_write(logger *l, int stream, const char *bytes, size_t size)
{
    int fd = stream == 1 ? l->out : l->err;

    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        assert(n > 0);
        bytes += n;
        size -= (size_t)n;
    }
}

void logger_say(logger *l, int stream, const char *text)
{
    logger_write(l, stream, text, strlen(text));
}

char *logger_file(const logger *l, const char *name, size_t *size)
{
    int fd = open(logger_path(l, name), O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *bytes;

    if (fd < 0)
        return NULL;
    assert(fstat(fd, &st) == 0);
    bytes = xmalloc((size_t)st.st_size + 1);
    assert(pread(fd, bytes, (size_t)st.st_size, 0) == st.st_size);
    bytes[st.st_size] = '\0';
    close(fd);
    if (size != NULL)
        *size = (size_t)st.st_size;
    return bytes;
}

void logger_await(const logger *l, const char *name, size_t size)
{
    struct stat st;

    while (stat(logger_path(l, name), &st) != 0 || (size_t)st.st_size < size)
        usleep(1000);
}

void logger_assert_log(const logger *l, const char *text)
{
    char *log = logger_file(l, "log", NULL);

    assert(log != NULL && strcmp(log, text) == 0);
    free(log);
}
