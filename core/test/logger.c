#include "logger.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"

#define LIMIT_S 240
#define ARGS    40

void logger_open(logger *l)
{
    alarm(LIMIT_S);
    signal(SIGPIPE, SIG_IGN);
    *l = (logger){ .out = -1, .err = -1 };
    strcpy(l->dir, access("/dev/shm", W_OK) == 0
                       ? "/dev/shm/neap-log-test-XXXXXX"
                       : "/tmp/neap-log-test-XXXXXX");
    assert(mkdtemp(l->dir) != NULL);
    assert(mkfifo(logger_path(l, "out"), 0600) == 0);
    assert(mkfifo(logger_path(l, "err"), 0600) == 0);
    l->out = open(logger_path(l, "out"), O_RDWR | O_CLOEXEC);
    l->err = open(logger_path(l, "err"), O_RDWR | O_CLOEXEC);
    assert(l->out >= 0 && l->err >= 0);
}

const char *logger_path(const logger *l, const char *name)
{
    static char paths[4][400];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", l->dir, name);
    return paths[next];
}

void logger_leave(logger *l)
{
    if (l->out >= 0)
        close(l->out);
    if (l->err >= 0)
        close(l->err);
    l->out = l->err = -1;
}

/* The logs may be many, none half made; what else there is should not be. */
static void remove_logs(const logger *l)
{
    DIR *dir = opendir(l->dir);
    struct dirent *entry;

    while ((entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, "log", 3) == 0) {
            assert(strstr(entry->d_name, ".new") == NULL);
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
    closedir(dir);
}

void logger_close(logger *l)
{
    logger_leave(l);
    if (l->pid > 0)
        logger_kill(l, SIGKILL);
    remove_logs(l);
    unlink(logger_path(l, "out"));
    unlink(logger_path(l, "err"));
    assert(rmdir(l->dir) == 0);
}

/* --- the process ---------------------------------------------------------- */

/* Beside the tests: BUILD/core/test/this, BUILD/neap-log. */
static const char *program(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);

    assert(n > 0);
    path[n] = '\0';
    for (int up = 0; up < 3; up++)
        *strrchr(path, '/') = '\0';
    return strcat(path, "/neap-log");
}

static void hear_answer(logger *l, int fd)
{
    size_t at = 0;
    ssize_t n;

    while (at < sizeof l->answer - 1 &&
           (n = read(fd, l->answer + at, sizeof l->answer - 1 - at)) > 0)
        at += (size_t)n;
    l->answer[at] = '\0';
    close(fd);
}

/* The options that each needs; how many words. */
static int own_words(const logger *l, char **words)
{
    static const char *const own[] = { "stdout", "out",    "stderr", "err",
                                       "reader", "reader", "tap",    "tap",
                                       "state",  "state",  "log",    "log" };
    int n = 0;

    for (size_t i = 0; i < sizeof own / sizeof *own; i += 2) {
        words[n++] = xasprintf("--%s", own[i]);
        words[n++] = xstrdup(logger_path(l, own[i + 1]));
    }
    return n;
}

void logger_start(logger *l, const char *driver, ...)
{
    char *argv[ARGS] = { xstrdup(program()) };
    const char *word;
    int n = 1, ready[2];
    va_list args;

    assert(pipe(ready) == 0);
    n += own_words(l, argv + n);
    argv[n++] = xasprintf("--ready");
    argv[n++] = xasprintf("%d", ready[1]);
    argv[n++] = xasprintf("--driver");
    argv[n++] = xstrdup(driver);
    va_start(args, driver);
    while ((word = va_arg(args, const char *)) != NULL && n < ARGS - 1)
        argv[n++] = xstrdup(word);
    va_end(args);
    l->pid = fork();
    if (l->pid == 0) {
        close(ready[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ready[1]);
    hear_answer(l, ready[0]);
    while (n > 0)
        free(argv[--n]);
}

/* The lower ends become 3, 4 and 5, whatever of them is open here. */
static _Noreturn void run_binary(char **argv, const int *fds)
{
    int high[3];

    for (int i = 0; i < 3; i++)
        high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 64);
    for (int i = 0; i < 3; i++)
        dup2(high[i], 3 + i);
    execv(argv[0], argv);
    _exit(127);
}

void logger_start_binary(logger *l, ...)
{
    char *argv[ARGS] = { xstrdup(program()) };
    int out[2], err[2], ready[2], n = 1;
    const char *word;
    va_list args;

    va_start(args, l);
    while ((word = va_arg(args, const char *)) != NULL && n < ARGS - 1)
        argv[n++] = xstrdup(word);
    va_end(args);
    logger_leave(l);
    assert(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    assert(pipe2(ready, O_CLOEXEC) == 0);
    l->pid = fork();
    if (l->pid == 0)
        run_binary(argv, (int[]){ out[0], err[0], ready[1] });
    close(out[0]);
    close(err[0]);
    close(ready[1]);
    l->out = out[1];
    l->err = err[1];
    hear_answer(l, ready[0]);
    while (n > 0)
        free(argv[--n]);
}

static int await_end(logger *l)
{
    int status;

    while (waitpid(l->pid, &status, 0) < 0)
        assert(errno == EINTR);
    l->pid = 0;
    return status;
}

int logger_kill(logger *l, int signal)
{
    if (signal != 0)
        kill(l->pid, signal);
    return await_end(l);
}

void logger_finish(logger *l)
{
    logger_leave(l);
    assert(await_end(l) == 0);
}

/* --- a whole test --------------------------------------------------------- */

void logger_begin(logger *l, const char *driver)
{
    logger_open(l);
    logger_start(l, driver, NULL);
    assert(strcmp(l->answer, "ok\n") == 0);
}

void logger_passed(const char *name)
{
    printf("ok - %s\n", name);
}

void logger_end(logger *l, const char *name)
{
    logger_finish(l);
    logger_close(l);
    logger_passed(name);
}

/* --- memory --------------------------------------------------------------- */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static long peak_kb(const logger *l)
{
    char path[64], line[256];
    long kb = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", l->pid);
    file = fopen(path, "r");
    assert(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
            break;
    fclose(file);
    assert(kb > 0);
    return kb;
}
#endif

bool logger_is_small(const logger *l)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return l->pid > 0;
#else
    return peak_kb(l) < 4096;
#endif
}

void logger_seed(void)
{
    const char *given = getenv("NEAP_SEED");
    unsigned seed = given != NULL ? (unsigned)atoi(given) : (unsigned)getpid();

    printf("# NEAP_SEED=%u\n", seed);
    srand(seed);
}
