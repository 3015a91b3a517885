/* Outputs that go elsewhere: how fast, and how it ends. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "flow.h"
#include "memory.h"
#include "stream.h"

/* A target that takes nothing stops the process, and loses nothing. */
static void test_back_pressure(channel *s)
{
    const size_t total = 6 << 20;
    char *got = xmalloc(total + 50000);
    int target[2], waiting;
    size_t at = 0;
    flow_writer wr;

    assert(pipe(target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    assert(fcntl(target[1], F_GETFL) == O_WRONLY); /* ours is as it was */
    close(target[1]);
    channel_start_writer(s, &wr, total);
    do { /* until the target is full, and what comes behind it too */
        world_glance(&s->w);
        assert(ioctl(target[0], FIONREAD, &waiting) == 0);
    } while (waiting < 32768);
    for (int i = 0; i < 50; i++)
        world_glance(&s->w);
    assert(s->ended == 0);
    fcntl(target[0], F_SETFL, O_NONBLOCK);
    while (at < total) {
        ssize_t n = read(target[0], got + at, 50000);

        if (n > 0)
            at += (size_t)n;
        else
            world_turn(&s->w);
    }
    channel_await_end(s);
    flow_join_writer(&wr);
    assert(flow_matches(got, 0, total));
    assert(read(target[0], got, 1) == 0); /* it was closed */
    assert(neap_stream_truncated(s->stream) == NULL);
    close(target[0]);
    free(got);
}

/* SIGPIPE would end this test: its disposition is the default. */
static void test_target_goes(channel *s)
{
    int target[2];
    flow_writer wr;

    assert(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
    assert(pipe(target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    close(target[0]);
    channel_start_writer(s, &wr,
                         3 << 20); /* the process goes on all the same */
    channel_await_end(s);
    flow_join_writer(&wr);
    assert(strcmp(neap_stream_truncated(s->stream), "EPIPE") == 0);
}

static void test_target_goes_with_all(channel *s)
{
    char byte;
    int target[2];

    assert(pipe(target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    flow_say(s->fd, "x");
    fcntl(target[0], F_SETFL, O_NONBLOCK);
    while (read(target[0], &byte, 1) != 1)
        world_turn(&s->w);
    close(target[0]);
    channel_end_output(s);
    channel_await_end(s);
    assert(neap_stream_truncated(s->stream) == NULL);
}

static void test_target_goes_while_full(channel *s)
{
    int target[2], waiting;
    flow_writer wr;

    assert(pipe(target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    channel_start_writer(s, &wr, 3 << 20);
    do {
        world_glance(&s->w);
        assert(ioctl(target[0], FIONREAD, &waiting) == 0);
    } while (waiting < 32768);
    close(target[0]);
    channel_await_end(s);
    flow_join_writer(&wr);
    assert(strcmp(neap_stream_truncated(s->stream), "EPIPE") == 0);
}

static void test_target_is_full(channel *s)
{
    int full = open("/dev/full", O_WRONLY);

    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = full });
    close(full);
    flow_say(s->fd, "one");
    channel_end_output(s);
    channel_await_end(s);
    assert(strcmp(neap_stream_truncated(s->stream), "ENOSPC") == 0);
}

/* Others hold a socket as well, as a service's: they must not see it change. */
static void test_socket(channel *s)
{
    const size_t total = 3 << 20;
    char *got = xmalloc(total);
    int target[2];
    size_t at = 0;
    flow_writer wr;

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    assert(fcntl(target[1], F_GETFL) == O_RDWR);
    channel_start_writer(s, &wr, total);
    while (at < total) {
        ssize_t n = recv(target[0], got + at, total - at, MSG_DONTWAIT);

        if (n > 0)
            at += (size_t)n;
        else
            world_turn(&s->w);
    }
    channel_await_end(s);
    flow_join_writer(&wr);
    assert(flow_matches(got, 0, total));
    assert(fcntl(target[1], F_GETFL) == O_RDWR);
    close(target[0]);
    close(target[1]);
    free(got);
}

static void test_socket_goes(channel *s)
{
    int target[2];

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, target) == 0);
    channel_output(s,
                   (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[0]);
    close(target[1]);
    flow_say(s->fd, "x");
    channel_end_output(s);
    channel_await_end(s);
    assert(strcmp(neap_stream_truncated(s->stream), "EPIPE") == 0);
}

static void read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, text, size - 1);

    assert(n >= 0);
    text[n] = '\0';
    close(fd);
}

static void test_file(channel *s)
{
    const char *path = world_path(&s->w, "log");
    char text[32];
    struct stat st;

    for (int i = 0; i < 2; i++) {
        channel_output(
            s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
        flow_say(s->fd, "line\n");
        channel_end_output(s);
        channel_await_end(s);
        neap_stream_unref(s->stream);
        s->stream = NULL;
        s->ended = 0;
    }
    read_file(path, text, sizeof text);
    assert(strcmp(text, "line\nline\n") == 0);
    assert(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    unlink(path);
}

/* Who shares a regular file shares its offset: nobody overwrites anybody. */
static void test_shared_offset(channel *s)
{
    const char *path = world_path(&s->w, "log");
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    char text[32];

    flow_say(fd, "mine ");
    channel_output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = fd });
    flow_say(s->fd, "its ");
    channel_end_output(s);
    channel_await_end(s);
    flow_say(fd, "mine");
    close(fd);
    read_file(path, text, sizeof text);
    assert(strcmp(text, "mine its mine") == 0);
    unlink(path);
}

static const channel_test tests[] = {
    { "a target that is full stops the process", test_back_pressure },
    { "a target that goes does not", test_target_goes },
    { "one that has taken all misses nothing", test_target_goes_with_all },
    { "nor does one stop it that goes while full",
      test_target_goes_while_full },
    { "a full disk is told", test_target_is_full },
    { "a socket may be a target, and stays as it is", test_socket },
    { "a socket that goes stops nobody", test_socket_goes },
    { "output is appended to a file", test_file },
    { "a shared file keeps one offset", test_shared_offset },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
