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

#include "logger.h"
#include "memory.h"

/*
 * The logger killed with SIGKILL at random moments while two streams are
 * written as fast as it goes: every line is in the log once, in its order.
 */
#define KILLS  40
#define LONG   977 /* each so many lines is one of several pieces */
#define FILLER 20000

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

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

static _Noreturn void write_lines(int fd, int until)
{
    static char lines[32 << 10];
    unsigned long n = 0;
    char stop;

    while (read(until, &stop, 1) < 0) { /* the pipe does not block */
        size_t size = 0, at = 0;

        do
            size += make_line(lines + size, n++);
        while (size < 8000 && n % 31 != 0);
        while (at < size) {
            ssize_t done = write(fd, lines + at, size - at);

            if (done < 0)
                _exit(1);
            at += (size_t)done;
        }
    }
    _exit(0);
}

static pid_t start_writer(int fd, int until, int keep)
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

typedef struct check {
    unsigned long next;
    char line[64 << 10]; /* what its pieces have come to */
    size_t size;
} check;

static void check_line(check *c)
{
    static char should[64 << 10];
    size_t size = make_line(should, c->next++);

    assert(size == c->size && memcmp(c->line, should, size) == 0);
    c->size = 0;
}

static void check_bytes(check *c, const char *bytes, size_t size)
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
static void check_object(check *both, const char *object)
{
    const char *text = object + 8, *end = strchr(text, '"');
    size_t size = (size_t)(end - text);
    char last[] = "\n";
    check *c;

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

static void check_json(check *both, char *log)
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

/* From the oldest to the newest. How many files there were. */
static int check_logs(const logger *l, check *both, bool is_json)
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

/* --- the test ------------------------------------------------------------- */

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

static void
test_kills(const char *driver, int streams, char **more, const char *name)
{
    static check both[2];
    int until[2], files, status;
    pid_t writer[2];
    logger l;

    memset(both, 0, sizeof both);
    logger_open(&l);
    assert(pipe2(until, 04000) == 0); /* O_NONBLOCK */
    for (int i = 0; i < streams; i++)
        writer[i] = start_writer(i == 0 ? l.out : l.err, until[0], until[1]);
    kill_at_random(&l, driver, more);
    close(until[1]);
    for (int i = 0; i < streams; i++)
        assert(waitpid(writer[i], &status, 0) == writer[i] && status == 0);
    close(until[0]);
    logger_finish(&l);
    files = check_logs(&l, both, strcmp(driver, "json-file") == 0);
    for (int i = 0; i < streams; i++)
        assert(both[i].next > 0 && both[i].size == 0);
    assert((files > 1) == (more[0] != NULL));
    logger_close(&l);
    printf("# %lu and %lu lines in %d files\n", both[0].next, both[1].next,
           files);
    passed(name);
}

/* The container ends, and nobody is there but a keeper. */
static void leave_and_await(logger *l)
{
    logger_leave(l);
    while (access(logger_path(l, "reader"), F_OK) == 0)
        usleep(1000);
}

static void assert_log(const logger *l, const char *text)
{
    char *log = logger_file(l, "log", NULL);

    assert(log != NULL && strcmp(log, text) == 0);
    free(log);
}

/* Nobody starts another logger, and the container ends meanwhile. */
static void test_keeper(void)
{
    logger l;

    logger_open(&l);
    logger_start(&l, "raw", NULL);
    logger_say(&l, 1, "read\n");
    logger_await(&l, "log", 5);
    logger_kill(&l, SIGKILL);
    logger_say(&l, 1, "in the FIFO\n");
    leave_and_await(&l);
    assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    passed("what a FIFO holds outlives both the logger and the container");
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

    logger_open(&l);
    logger_start(&l, "raw", NULL);
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
    assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    passed("nor is there a moment without a keeper");
}

/*
 * Somebody has the lock, so the keeper starts nobody; that one is killed before
 * it has opened the FIFOs, which the keeper therefore still must hold.
 */
static void test_keeper_goes_on(void)
{
    logger l;
    int lock;

    logger_open(&l);
    logger_start(&l, "raw", NULL);
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
    assert_log(&l, "read\nin the FIFO\n");
    logger_close(&l);
    passed("nor while a successor is on its way");
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

    srand((unsigned)getpid());
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
