/* Outputs that go into files, in bulk. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "junction.h"
#include "memory.h"

/* An output to `file` on the FIFO `path`, and the process that writes it. */
static neap_stream *
to_file(junction *j, const char *path, const char *file, flow_writer *wr)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_FILE,
                           .path = path,
                           .file = file };
    neap_error err = { 0 };
    neap_stream *made =
        stream_open_output(j->w.loop, &end, junction_on_end, &j->ended, &err);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    assert(made != NULL && fd >= 0);
    j->all[j->count++] = made;
    flow_start_writer(wr, fd, MUCH);
    return made;
}

static void await_files(junction *j, flow_writer *writers, int count)
{
    while (j->ended < count)
        world_turn(&j->w);
    for (int i = 0; i < count; i++)
        flow_join_writer(&writers[i]);
}

static off_t size_of(int fd)
{
    return lseek(fd, 0, SEEK_END);
}

/* In bulk it is appended all the same. */
static void test_bulk_to_file(junction *j)
{
    const char *file = world_path(&j->w, "file");
    int fd = open(file, O_CREAT | O_RDWR, 0600);
    char *data = xmalloc(MUCH);
    flow_writer wr;

    flow_say(fd, "before");
    to_file(j, j->out, file, &wr);
    await_files(j, &wr, 1);
    assert(size_of(fd) == (off_t)MUCH + 6);
    assert(pread(fd, data, 6, 0) == 6 && memcmp(data, "before", 6) == 0);
    assert(pread(fd, data, MUCH, 6) == (ssize_t)MUCH);
    assert(flow_matches(data, 0, MUCH));
    free(data);
    close(fd);
    unlink(file);
}

/* As stdout and stderr may: neither writes over the other. */
static void test_two_to_one_file(junction *j)
{
    const char *file = world_path(&j->w, "file");
    flow_writer writers[2];
    int fd;

    to_file(j, j->out, file, &writers[0]);
    to_file(j, j->in, file, &writers[1]);
    await_files(j, writers, 2);
    fd = open(file, O_RDONLY);
    assert(size_of(fd) == 2 * (off_t)MUCH);
    close(fd);
    unlink(file);
}

/* Devices and FIFOs have no end to append to. */
static void test_bulk_to_device(junction *j)
{
    flow_writer wr;

    to_file(j, j->out, "/dev/null", &wr);
    await_files(j, &wr, 1);
    assert(neap_stream_truncated(j->all[0]) == NULL);
}

static void test_bulk_to_fifo(junction *j)
{
    flow_writer wr;
    neap_stream *made;

    j->source = open(j->in, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    made = to_file(j, j->out, j->in, &wr);
    assert(junction_drink(j, 0, MUCH) == MUCH);
    await_files(j, &wr, 1);
    assert(neap_stream_truncated(made) == NULL);
}

/* A disk that fills up is told once; the process goes on. */
static void test_file_too_large(junction *j)
{
    const char *file = world_path(&j->w, "file");
    struct rlimit before, limit;
    flow_writer wr;
    int fd;

    signal(SIGXFSZ, SIG_IGN);
    assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    to_file(j, j->out, file, &wr);
    await_files(j, &wr, 1);
    setrlimit(RLIMIT_FSIZE, &before);
    fd = open(file, O_RDONLY);
    assert(size_of(fd) == 1 << 20);
    assert(strcmp(neap_stream_truncated(j->all[0]), "EFBIG") == 0);
    close(fd);
    unlink(file);
}

static const junction_test tests[] = {
    { "bulk output is appended to a file", test_bulk_to_file },
    { "two outputs may go to one file", test_two_to_one_file },
    { "bulk output goes to a device", test_bulk_to_device },
    { "bulk output goes to a FIFO", test_bulk_to_fifo },
    { "a file that takes no more is told", test_file_too_large },
};

int main(void)
{
    return junction_run(tests, sizeof tests / sizeof *tests);
}
