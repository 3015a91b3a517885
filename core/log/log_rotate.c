#include "log_rotate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void log_rotate_name(char *name, const char *path, unsigned n, int gz)
{
    if (n == 0)
        snprintf(name, LOG_NAME_SIZE, "%s", path);
    else
        snprintf(name, LOG_NAME_SIZE, "%s.%u%s", path, n, gz ? ".gz" : "");
}

static bool is_there(const char *path, unsigned n, int gz)
{
    char name[LOG_NAME_SIZE];
    struct stat st;

    log_rotate_name(name, path, n, gz);
    return lstat(name, &st) == 0;
}

static int take_away(const char *path, unsigned n)
{
    char name[LOG_NAME_SIZE];

    for (int gz = 0; gz < (n == 0 ? 1 : 2); gz++) {
        log_rotate_name(name, path, n, gz);
        if (unlink(name) != 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}

static int move_up(const char *path, unsigned n)
{
    char from[LOG_NAME_SIZE], to[LOG_NAME_SIZE];

    for (int gz = 0; gz < (n == 0 ? 1 : 2); gz++) {
        log_rotate_name(from, path, n, gz);
        log_rotate_name(to, path, n + 1, gz);
        if (rename(from, to) != 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}

int log_rotate(const char *path, unsigned max_file)
{
    unsigned free = 1;
    int result = 0;

    if (max_file <= 1)
        return take_away(path, 0);
    while (free < max_file - 1 &&
           (is_there(path, free, 0) || is_there(path, free, 1)))
        free++;
    if (free == max_file - 1)
        result = take_away(path, free);
    for (unsigned n = free; n-- > 0 && result == 0;)
        result = move_up(path, n);
    return result;
}
