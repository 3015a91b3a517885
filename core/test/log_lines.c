#include "log_lines.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

#define LONG   977 /* each so many lines is one of several pieces */
#define FILLER 20000

static const char last_line[] = "that was all\n";

/* --- what is written ------------------------------------------------------ */

/* Numbered lines of all sizes; returns how long line `n` is. */
static size_t make_line(char *line, unsigned long n)
{
    size_t size = (size_t)sprintf(line, "%lu:", n);
    size_t filler = n % LONG == 0 ? FILLER : n * 7 % 90;

    memset(line + size, 'a' + (int)(n % 26), filler);
    line[size + filler] = '\n';
    return size + filler + 1;
}

static void write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);

        if (done < 0)
            _exit(1);
        bytes += done;
        size -= (size_t)done;
    }
}

static _Noreturn void write_lines(int fd, int until)
{
    static char lines[32 << 10];
    unsigned long n = 0;
    char stop;

    while (read(until, &stop, 1) < 0) { /* the pipe does not block */
        size_t size = 0;

        do
            size += make_line(lines + size, n++);
        while (size < 8000 && n % 31 != 0);
        write_all(fd, lines, size);
    }
    write_all(fd, last_line, strlen(last_line));
    _exit(0);
}

pid_t log_lines_write(int fd, int until, int keep)
{
    pid_t child;

    fflush(stdout); /* else TSan has each child say it again */
    child = fork();
    if (child == 0) {
        close(keep);
        write_lines(fd, until);
    }
    return child;
}

/* --- what is read --------------------------------------------------------- */

static void check_line(log_lines *c)
{
    static char should[64 << 10];
    size_t size;

    assert(!c->is_whole);
    if (c->size == strlen(last_line) &&
        memcmp(c->line, last_line, c->size) == 0) {
        c->is_whole = true;
        c->size = 0;
        return;
    }
    size = make_line(should, c->next++);
    assert(size == c->size && memcmp(c->line, should, size) == 0);
    c->size = 0;
}

static void check_bytes(log_lines *c, const char *bytes, size_t size)
{
    while (size > 0) {
        const char *newline = memchr(bytes, '\n', size);
        size_t n = newline != NULL ? (size_t)(newline - bytes) + 1 : size;

        assert(c->size + n <= sizeof c->line);
        memcpy(c->line + c->size, bytes, n);
        c->size += n;
        if (newline != NULL)
            check_line(c);
        bytes += n;
        size -= n;
    }
}

/* One object: there are no escapes but \n in these lines. */
static void check_object(log_lines *both, const char *object)
{
    const char *text = object + 8, *end = strchr(text, '"');
    size_t size = (size_t)(end - text);
    char last[] = "\n";
    log_lines *c;

    assert(strncmp(object, "{\"log\":\"", 8) == 0);
    assert(strncmp(end, "\",\"stream\":\"std", 15) == 0);
    assert(strncmp(end + 18, "\",\"time\":\"20", 12) == 0);
    c = end[15] == 'o' ? &both[0] : &both[1];
    if (size >= 2 && memcmp(end - 2, "\\n", 2) == 0) {
        check_bytes(c, text, size - 2);
        check_bytes(c, last, 1);
    } else {
        check_bytes(c, text, size);
    }
}

static void check_json(log_lines *both, char *log)
{
    char *next;

    for (; *log != '\0'; log = next + 1) {
        next = strchr(log, '\n');
        assert(next != NULL);
        *next = '\0';
        check_object(both, log);
    }
}

/* A file, packed or not; NULL: neither is there. */
static char *read_log(const logger *l, int n, size_t *size)
{
    char name[32], command[512];
    FILE *unpacked;
    char *log;

    snprintf(name, sizeof name, n == 0 ? "log" : "log.%d", n);
    log = logger_file(l, name, size);
    if (log != NULL || n == 0)
        return log;
    snprintf(command, sizeof command, "gzip -dc %s.%d.gz 2>/dev/null",
             logger_path(l, "log"), n);
    unpacked = popen(command, "r");
    log = xmalloc(8 << 20);
    *size = fread(log, 1, (8 << 20) - 1, unpacked);
    log[*size] = '\0';
    pclose(unpacked);
    if (*size == 0) {
        free(log);
        log = NULL;
    }
    return log;
}

int log_lines_check(const logger *l, log_lines *both, bool is_json)
{
    int oldest = 0, n;
    size_t size;
    char *log;

    while ((log = read_log(l, oldest + 1, &size)) != NULL) {
        free(log);
        oldest++;
    }
    for (n = oldest; n >= 0; n--) {
        log = read_log(l, n, &size);
        assert(log != NULL && strlen(log) == size);
        if (is_json)
            check_json(both, log);
        else
            check_bytes(&both[0], log, size);
        free(log);
    }
    return oldest + 1;
}
