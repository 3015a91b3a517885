#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "reader.h"

static char directory[] = "/tmp/neap-reader-test.XXXXXX";

static char *place(const char *name)
{
    return xasprintf("%s/%s", directory, name);
}

static void passed(const char *name)
{
    printf("ok - %s\n", name);
}

static void test_second_is_told_whose_it_is(void)
{
    neap_error err = { 0 };
    char *path = place("reader"), *mine = xasprintf("process %d ", getpid());
    int fd = reader_lock(path, true, &err), again;

    assert(fd >= 0 && err.code == NEAP_OK);
    assert(neap_is_read(path));
    assert(reader_lock(path, true, &err) == -1);
    assert(err.code == NEAP_FAILED_PRECONDITION);
    assert(strstr(err.message, mine) != NULL);
    neap_error_clear(&err);

    close(fd);
    assert(!neap_is_read(path));
    again = reader_lock(path, true, &err);
    assert(again >= 0);
    close(again);
    unlink(path);
    free(mine);
    free(path);
    passed("who comes second is told whose the streams are");
}

static void test_look_is_no_reader(void)
{
    neap_error err = { 0 };
    char *path = place("looked-at"), byte;
    int said[2], status, fd;
    pid_t child;

    fd = reader_lock(path, true, &err);
    close(fd);
    assert(pipe(said) == 0);
    child = fork();
    if (child == 0) { /* looks, for once so long that it is in the way */
        fd = open(path, O_RDONLY);
        assert(flock(fd, LOCK_SH) == 0 && write(said[1], "", 1) == 1);
        usleep(2000);
        _exit(0);
    }
    assert(read(said[0], &byte, 1) == 1);
    fd = reader_lock(path, true, &err);
    assert(fd >= 0);
    assert(waitpid(child, &status, 0) == child && status == 0);
    close(fd);
    close(said[0]);
    close(said[1]);
    unlink(path);
    free(path);
    passed("who only looks keeps no reader away");
}

static void test_lock_dies_with_its_process(void)
{
    neap_error err = { 0 };
    char *path = place("dies");
    pid_t child = fork();
    int status, fd;

    if (child == 0)
        _exit(reader_lock(path, true, &err) >= 0 ? 0 : 1);
    assert(waitpid(child, &status, 0) == child && status == 0);
    assert(!neap_is_read(path));
    fd = reader_lock(path, true, &err);
    assert(fd >= 0);
    close(fd);
    unlink(path);
    free(path);
    passed("a lock ends with the process that has it");
}

static void test_place_that_cannot_be(void)
{
    neap_error err = { 0 };
    char *path = place("no/where"), *link = place("link");

    assert(reader_lock(path, true, &err) == -1 && err.code == NEAP_NOT_FOUND);
    neap_error_clear(&err);
    assert(!neap_is_read(path));
    assert(symlink("/etc/passwd", link) == 0);
    assert(reader_lock(link, true, &err) == -1);
    neap_error_clear(&err);
    unlink(link);
    free(link);
    free(path);
    passed("neither a missing directory nor a link is locked");
}

static void test_directory(void)
{
    neap_error err = { 0 };
    char *path = place("bundle"), *mine = xasprintf("process %d ", getpid());
    int fd;

    assert(reader_lock(path, false, &err) == -1 && err.code == NEAP_NOT_FOUND);
    assert(access(path, F_OK) != 0);
    neap_error_clear(&err);
    assert(mkdir(path, 0700) == 0);
    fd = reader_lock(path, false, &err);
    assert(fd >= 0 && neap_is_read(path));
    assert(reader_lock(path, false, &err) == -1);
    assert(strstr(err.message, mine) != NULL);
    neap_error_clear(&err);

    assert(rmdir(path) == 0 && mkdir(path, 0700) == 0); /* another */
    assert(!neap_is_read(path));
    close(fd);
    assert(rmdir(path) == 0);
    free(mine);
    free(path);
    passed("a directory is locked, and never made");
}

int main(void)
{
    assert(mkdtemp(directory) != NULL);
    test_second_is_told_whose_it_is();
    test_directory();
    test_look_is_no_reader();
    test_lock_dies_with_its_process();
    test_place_that_cannot_be();
    assert(rmdir(directory) == 0);
    return 0;
}
