#include <assert.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log_lines.h"
#include "log_state.h"
#include "logger.h"

/*
 * The logger killed with SIGKILL at random moments while two streams are
 * written as fast as it goes: every line is in the log once, in its order.
 */
#define KILLS 40

static void kill_at_random(logger *l, const char *driver, char **more)
{
    for (int i = 0; i < KILLS; i++) {
        struct timespec moment = { .tv_nsec = rand() % 6000000 };

        logger_start(l, driver, more[0], more[1], more[2], more[3], more[4],
                     NULL);
        assert(strcmp(l->answer, "ok\n") == 0);
        nanosleep(&moment, NULL);
        assert(WTERMSIG(logger_kill(l, SIGKILL)) == SIGKILL);
    }
    logger_start(l, driver, more[0], more[1], more[2], more[3], more[4], NULL);
}

/* What is killed soon writes little, or nothing, where the machine is slow. */
static void await_rotation(const logger *l)
{
    while (access(logger_path(l, "log.1"), F_OK) != 0 &&
           access(logger_path(l, "log.1.gz"), F_OK) != 0)
        usleep(1000);
}

static void
test_kills(const char *driver, int streams, char **more, const char *name)
{
    static log_lines both[2];
    int until[2], files, status;
    pid_t writer[2];
    logger l;

    memset(both, 0, sizeof both);
    logger_open(&l);
    assert(pipe2(until, 04000) == 0); /* O_NONBLOCK */
    for (int i = 0; i < streams; i++)
        writer[i] = log_lines_write(i == 0 ? l.out : l.err, until[0], until[1]);
    kill_at_random(&l, driver, more);
    if (more[0] != NULL)
        await_rotation(&l);
    close(until[1]);
    for (int i = 0; i < streams; i++)
        assert(waitpid(writer[i], &status, 0) == writer[i] && status == 0);
    close(until[0]);
    logger_finish(&l);
    files = log_lines_check(&l, both, strcmp(driver, "json-file") == 0);
    for (int i = 0; i < streams; i++)
        assert(both[i].next > 0 && both[i].is_whole);
    assert((files > 1) == (more[0] != NULL));
    logger_close(&l);
    printf("# %lu and %lu lines in %d files\n", both[0].next, both[1].next,
           files);
    logger_passed(name);
}

/* The container ends, and nobody is there but a keeper. */
static void leave_and_await(logger *l)
{
    logger_leave(l);
    while (access(logger_path(l, "reader"), F_OK) == 0)
        usleep(1000);
}

/* Whose the state is since it was that of `before`. */
static pid_t await_successor(const logger *l, pid_t before)
{
    pid_t pid = before;

    while (pid == before) {
        log_state *state = (log_state *)logger_file(l, "state", NULL);

        usleep(1000);
        pid = (pid_t)state->pid;
        free(state);
    }
    return pid;
}

static void assert_name(pid_t pid, const char *name)
{
    char path[64], is[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    file = fopen(path, "r");
    assert(file != NULL && fgets(is, sizeof is, file) != NULL);
    assert(strncmp(is, name, strlen(name)) == 0);
    fclose(file);
}

/* Nobody starts another logger, and the container ends meanwhile. */
static void test_keeper(void)
{
    pid_t first;
    logger l;

    logger_begin(&l, "raw");
    logger_say(&l, 1, "read\n");
    logger_await(&l, "log", 5);
    first = l.pid;
    logger_kill(&l, SIGKILL);
    logger_say(&l, 1, "in the FIFO\n");
    close(l.out);
    l.out = -1;
    assert_name(await_successor(&l, first), "neap-log\n");
    leave_and_await(&l);
    logger_assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    logger_passed(
        "what a FIFO holds outlives both the logger and the container");
}

/* Whatever runs here is killed as it makes the pipe to its keeper. */
static void kill_before_keeper(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pipe2, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_CLOEXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = { .len = sizeof steps / sizeof *steps,
                                 .filter = steps };

    assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    assert(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

/* The second logger is killed before it has a keeper: the first one's stays. */
static void test_keeper_stays(void)
{
    pid_t starter;
    int status;
    logger l;

    logger_begin(&l, "raw");
    logger_say(&l, 1, "read\n");
    logger_await(&l, "log", 5);
    logger_kill(&l, SIGKILL);
    fflush(stdout);
    starter = fork();
    if (starter == 0) {
        kill_before_keeper();
        logger_start(&l, "raw", NULL);
        _exit(l.answer[0] != '\0' || WTERMSIG(logger_kill(&l, 0)) != SIGSYS);
    }
    assert(waitpid(starter, &status, 0) == starter && status == 0);
    logger_say(&l, 1, "in the FIFO\n");
    leave_and_await(&l);
    logger_assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    logger_passed("nor is there a moment without a keeper");
}

/*
 * Somebody has the lock, so the keeper starts nobody; that one is killed before
 * it has opened the FIFOs, which the keeper therefore still must hold.
 */
static void test_keeper_goes_on(void)
{
    logger l;
    int lock;

    logger_begin(&l, "raw");
    logger_say(&l, 1, "read\n");
    logger_await(&l, "log", 5);
    logger_kill(&l, SIGKILL);
    logger_say(&l, 1, "in the FIFO\n");
    lock = open(logger_path(&l, "reader"), O_RDONLY | O_CLOEXEC);
    assert(flock(lock, LOCK_EX) == 0);
    logger_leave(&l);
    usleep(1500000); /* the keeper tries after a second */
    close(lock);
    leave_and_await(&l);
    logger_assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    logger_passed("nor while a successor is on its way");
}

/* `make soak` asks for more. */
static int soak_rounds(void)
{
    const char *rounds = getenv("NEAP_SOAK");

    return rounds != NULL ? atoi(rounds) : 1;
}

int main(void)
{
    static char size[] = "--max-size", bytes[] = "300k", file[] = "--max-file",
                files[] = "10000", compress[] = "--compress";
    char *plain[5] = { NULL };
    char *rotated[5] = { size, bytes, file, files, NULL };
    char *packed[5] = { size, bytes, file, files, compress };

    logger_seed();
    for (int rounds = soak_rounds(); rounds > 0; rounds--) {
        test_kills("json-file", 2, plain, "no line is lost by kills");
        test_kills("raw", 1, plain, "no byte is lost by kills");
        test_kills("json-file", 2, rotated, "nor while files are rotated");
        test_kills("raw", 1, rotated, "nor while raw files are");
        test_kills("json-file", 2, packed, "nor while they are compressed");
    }
    test_keeper();
    test_keeper_stays();
    test_keeper_goes_on();
    return 0;
}
