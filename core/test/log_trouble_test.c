#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logger.h"
#include "memory.h"

/* A log that cannot be written, or is taken away while it is. */

static tap_frame frame;
static bool can_mount;

/* --- a small disk --------------------------------------------------------- */

static void mount_small(const logger *l, unsigned long flags)
{
    assert(mkdir(logger_path(l, "small"), 0700) == 0);
    assert(mount("none", logger_path(l, "small"), "tmpfs", flags,
                 "size=256k") == 0);
}

static void unmount_small(const logger *l)
{
    assert(umount2(logger_path(l, "small"), MNT_DETACH) == 0);
    assert(rmdir(logger_path(l, "small")) == 0);
}

static void start_on_small(logger *l, const char *policy)
{
    char log[400];

    strcpy(log, logger_path(l, "small/log"));
    logger_start(l, "raw", "--log", log, "--on-error", policy, NULL);
}

static void fill(const logger *l)
{
    int fd = open(logger_path(l, "small/filler"), O_WRONLY | O_CREAT, 0600);
    char bytes[4096] = { 0 };

    while (write(fd, bytes, sizeof bytes) > 0)
        continue;
    close(fd);
}

static void assert_notice(int fd, const char *text)
{
    do
        tap_read(fd, &frame);
    while (frame.kind == 1);
    assert(frame.kind == 3 && strstr(frame.bytes, text) != NULL);
}

static char *numbered(size_t *size)
{
    char *text = xmalloc(40000), *to = text;

    for (int i = 0; i < 3000; i++)
        to += sprintf(to, "line %d\n", i);
    *size = (size_t)(to - text);
    return text;
}

static void test_block(void)
{
    size_t size, is_size;
    char *text = numbered(&size), *is;
    logger l;
    int fd;

    logger_open(&l);
    mount_small(&l, 0);
    start_on_small(&l, "block");
    fd = logger_tap(&l, "tap all\n");
    logger_say(&l, 1, "begin\n");
    logger_await(&l, "small/log", 6);
    fill(&l);
    logger_write(&l, 1, text, size);
    assert_notice(fd, "ENOSPC ");
    logger_kill(&l, SIGKILL); /* what was read stays read */
    close(fd);
    start_on_small(&l, "block");
    assert(strcmp(l.answer, "ok\n") == 0);
    fd = logger_tap(&l, "status\n");
    assert_notice(fd, "dropped 0\ntrouble ENOSPC ");
    close(fd);
    fd = logger_tap(&l, "tap live\n");
    assert_notice(fd, "ENOSPC ");
    close(fd);
    unlink(logger_path(&l, "small/filler"));
    logger_finish(&l);
    is = logger_file(&l, "small/log", &is_size);
    assert(is_size == size + 6 && memcmp(is + 6, text, size) == 0);
    free(is);
    unmount_small(&l);
    logger_close(&l);
    free(text);
    logger_passed("with block all of it is written when there is room again");
}

static void test_drop(void)
{
    size_t size, is_size;
    char *text = numbered(&size), *is, *status;
    logger l;
    int fd;

    logger_open(&l);
    mount_small(&l, 0);
    start_on_small(&l, "drop");
    fd = logger_tap(&l, "tap all\n");
    logger_say(&l, 1, "begin\n");
    logger_await(&l, "small/log", 6);
    fill(&l);
    logger_write(&l, 1, text, size);
    assert_notice(fd, "ENOSPC ");
    close(fd);
    unlink(logger_path(&l, "small/filler"));
    logger_say(&l, 1, "end\n");
    logger_finish(&l);
    is = logger_file(&l, "small/log", &is_size);
    assert(strncmp(is, "begin\n", 6) == 0);
    assert(strcmp(is + is_size - 4, "end\n") == 0);
    status = logger_file(&l, "state", NULL); /* left, as it tells of a loss */
    assert(memcmp(status, "neaplog", 8) == 0);
    {
        uint64_t dropped;

        memcpy(&dropped, status + 16, sizeof dropped);
        assert(dropped > 0 && dropped + is_size == size + 10);
    }
    free(status);
    free(is);
    unlink(logger_path(&l, "state"));
    unmount_small(&l);
    logger_close(&l);
    free(text);
    logger_passed(
        "with drop the container goes on, and what is missing is counted");
}

static void test_no_room_for_the_state(void)
{
    char state[400];
    size_t size, is_size;
    char *text = numbered(&size), *is;
    logger l;
    int fd;

    logger_open(&l);
    mount_small(&l, 0);
    strcpy(state, logger_path(&l, "small/state"));
    logger_start(&l, "raw", "--state", state, "--on-error", "drop", NULL);
    fd = logger_tap(&l, "tap all\n");
    fill(&l);
    logger_write(&l, 1, text, size);
    assert_notice(fd, "small/state: ");
    close(fd);
    unlink(logger_path(&l, "small/filler"));
    logger_finish(&l);
    is = logger_file(&l, "log", &is_size);
    assert(is_size == size && memcmp(is, text, size) == 0);
    free(is);
    unmount_small(&l);
    logger_close(&l);
    free(text);
    logger_passed(
        "without room for what is read nothing is read, and nothing lost");
}

static void test_read_only(void)
{
    logger l;

    logger_open(&l);
    mount_small(&l, MS_RDONLY);
    start_on_small(&l, "drop");
    assert(strncmp(l.answer, "EROFS ", 6) == 0);
    assert(logger_kill(&l, 0) != 0);
    unmount_small(&l);
    logger_close(&l);
    logger_passed("who cannot begin says so, whatever the policy");
}

/* --- a log that others touch ---------------------------------------------- */

static void say_and_await(logger *l, const char *text, size_t size)
{
    logger_say(l, 1, text);
    logger_await(l, "there/log", size);
}

static void assert_log(const logger *l, const char *name, const char *text)
{
    char *is = logger_file(l, name, NULL);

    assert(is != NULL && strcmp(is, text) == 0);
    free(is);
}

/* File systems differ in how soon an inode is used again. */
static void test_deleted(const char *where)
{
    char there[64], log[400];
    logger l;

    logger_open(&l);
    snprintf(there, sizeof there, "%s/neap-log-XXXXXX", where);
    assert(mkdtemp(there) != NULL);
    assert(symlink(there, logger_path(&l, "there")) == 0);
    strcpy(log, logger_path(&l, "there/log"));
    logger_start(&l, "raw", "--log", log, NULL);
    say_and_await(&l, "one\n", 4);
    assert(unlink(log) == 0);
    say_and_await(&l, "two\n", 4);
    assert(rename(log, logger_path(&l, "there/old")) == 0);
    say_and_await(&l, "three\n", 6);
    assert(truncate(log, 0) == 0);
    say_and_await(&l, "four\n", 5);
    logger_finish(&l);
    assert_log(&l, "there/log", "four\n");
    assert_log(&l, "there/old", "two\n");
    assert(unlink(log) == 0 && unlink(logger_path(&l, "there/old")) == 0);
    assert(rmdir(there) == 0 && unlink(logger_path(&l, "there")) == 0);
    logger_close(&l);
    logger_passed("a log that is deleted, moved or truncated goes on anew");
}

static void test_directory_comes_back(void)
{
    char directory[400], log[400];
    logger l;
    int fd;

    logger_open(&l);
    strcpy(directory, logger_path(&l, "logs"));
    strcpy(log, logger_path(&l, "logs/log"));
    assert(mkdir(directory, 0700) == 0);
    logger_start(&l, "raw", "--log", log, NULL);
    fd = logger_tap(&l, "tap all\n");
    logger_say(&l, 1, "one\n");
    logger_await(&l, "logs/log", 4);
    assert(unlink(log) == 0 && rmdir(directory) == 0);
    logger_say(&l, 1, "two\n");
    assert_notice(fd, "ENOENT ");
    assert(mkdir(directory, 0700) == 0);
    assert_notice(fd, "written again");
    close(fd);
    logger_finish(&l);
    assert_log(&l, "logs/log", "two\n");
    assert(unlink(log) == 0 && rmdir(directory) == 0);
    logger_close(&l);
    logger_passed("a directory that is gone is waited for");
}

/* --- sizes ---------------------------------------------------------------- */

static void test_one_long_line(void)
{
    char *bytes = xmalloc(1 << 20);
    logger l;

    memset(bytes, 'x', 1 << 20);
    logger_open(&l);
    logger_start(&l, "json-file", "--max-size", "1m", "--max-file", "3", NULL);
    for (int i = 0; i < 100; i++)
        logger_write(&l, 1, bytes, 1 << 20);
    assert(logger_is_small(&l));
    logger_finish(&l);
    {
        struct stat st;

        assert(stat(logger_path(&l, "log.1"), &st) == 0);
        assert(st.st_size <= 1 << 20 && st.st_size > 1000000);
        assert(stat(logger_path(&l, "log.3"), &st) != 0);
    }
    free(bytes);
    logger_close(&l);
    logger_passed("a line of 100 MiB takes less than 4 MB of memory");
}

int main(void)
{
    can_mount = unshare(CLONE_NEWNS) == 0 &&
                mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (can_mount) {
        test_block();
        test_drop();
        test_no_room_for_the_state();
        test_read_only();
    } else {
        printf("skip - a log on a full disk: no right to mount one\n");
    }
    test_deleted("/dev/shm");
    test_deleted("/tmp");
    test_directory_comes_back();
    test_one_long_line();
    return 0;
}
