/*
 * Run programs in turn, many times, and print what each run of them takes:
 *
 *    measure RUNS COMMAND... [-- COMMAND...]...
 *
 * A line for each command: the median of its wall time in ms, the mean of its
 * CPU time in ms (user and system, its own and that of children it waited for),
 * and the largest resident size in KiB. In turn, so that a busy moment of the
 * machine falls on all of them. What the programs print is thrown away.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

typedef struct {
    char **argv;
    double *wall_ms;
    double cpu_ms;
    long rss_kb;
} program;

static double now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static double ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "measure: %s: %s\n", what, why);
    exit(1);
}

static void run(program *p, int round)
{
    posix_spawn_file_actions_t files;
    struct rusage used;
    double start = now_ms();
    int status, err;
    pid_t pid;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    err = posix_spawnp(&pid, p->argv[0], &files, NULL, p->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (err != 0)
        die(p->argv[0], strerror(err));
    if (wait4(pid, &status, 0, &used) < 0)
        die(p->argv[0], strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die(p->argv[0], "did not succeed");
    p->wall_ms[round] = now_ms() - start;
    p->cpu_ms += ms(used.ru_utime) + ms(used.ru_stime);
    if (used.ru_maxrss > p->rss_kb)
        p->rss_kb = used.ru_maxrss;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

/* Cut argv at each "--"; gives the number of commands. */
static int split(char **argv, program *programs, int runs)
{
    int count = 0;

    while (*argv != NULL) {
        programs[count].argv = argv;
        programs[count].wall_ms = calloc((size_t)runs, sizeof(double));
        count++;
        while (*argv != NULL && strcmp(*argv, "--") != 0)
            argv++;
        if (*argv != NULL)
            *argv++ = NULL;
    }
    return count;
}

int main(int argc, char **argv)
{
    program *programs = calloc((size_t)argc, sizeof *programs);
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    int count;

    if (runs < 1)
        die("usage", "measure RUNS COMMAND... [-- COMMAND...]...");
    count = split(argv + 2, programs, runs);
    for (int round = 0; round < runs; round++)
        for (int i = 0; i < count; i++)
            run(&programs[i], round);
    for (int i = 0; i < count; i++)
        printf("%.2f %.2f %ld\n", median(programs[i].wall_ms, runs),
               programs[i].cpu_ms / runs, programs[i].rss_kb);
    return 0;
}
