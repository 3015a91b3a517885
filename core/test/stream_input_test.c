/* Inputs that come from elsewhere. */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "flow.h"
#include "stream.h"

static void test_input_from_file(channel *s)
{
    const char *path = world_path(&s->w, "file");
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    char chunk[5000];
    size_t at = 0, total = 300000;

    for (size_t i = 0; i < total; i += sizeof chunk) {
        flow_fill(chunk, i, sizeof chunk);
        assert(write(fd, chunk, sizeof chunk) == (ssize_t)sizeof chunk);
    }
    close(fd);
    channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
    while (at < total) {
        ssize_t n = read(s->fd, chunk, sizeof chunk);

        if (n > 0)
            assert(flow_matches(chunk, at, (size_t)n));
        if (n > 0)
            at += (size_t)n;
        else
            world_turn(&s->w);
    }
    channel_await_end(s);
    assert(read(s->fd, chunk, 1) == 0);
    unlink(path);
}

/* What is to be read last, and then the end. */
static void expect_last(channel *s, const char *text)
{
    char got[100];
    size_t at = 0;
    ssize_t n;

    channel_await_end(s);
    while ((n = read(s->fd, got + at, sizeof got - at)) > 0)
        at += (size_t)n;
    assert(n == 0 && at == strlen(text) && memcmp(got, text, at) == 0);
}

static void test_typed_end(channel *s)
{
    static const struct {
        const char *text, *got;
    } cases[] = { { "", "\4" }, { "a\n", "a\n\4" }, { "a\nb", "a\nb\4\4" } };
    const char *path = world_path(&s->w, "file");

    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i / 2].text;
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        reply r;

        flow_say(fd, text);
        close(fd);
        s->ended = 0;
        if (i % 2 == 0) {
            channel_input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
            stream_type_end(s->stream);
            channel_write(s, text, strlen(text), &r);
            neap_stream_close(s->stream);
            neap_stream_close(s->stream);
            channel_await(s, &r);
        } else {
            channel_input(
                s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
            stream_type_end(s->stream);
        }
        expect_last(s, cases[i / 2].got);
        neap_stream_unref(s->stream);
        s->stream = NULL;
        close(s->fd);
        s->fd = -1;
    }
    unlink(path);
}

static void test_input_from_socket(channel *s)
{
    int source[2];
    char text[16] = "";

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, source) == 0);
    channel_input(s,
                  (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = source[0] });
    assert(fcntl(source[0], F_GETFL) == O_RDWR);
    world_glance(&s->w);
    flow_say(source[1], "from afar");
    while (read(s->fd, text, sizeof text) != 9)
        world_turn(&s->w);
    assert(strcmp(text, "from afar") == 0 && s->ended == 0);
    close(source[1]);
    channel_await_end(s);
    close(source[0]);
}

static void test_input_from_descriptor(channel *s)
{
    int source[2];
    char text[16] = "";

    assert(pipe(source) == 0);
    channel_input(s,
                  (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = source[0] });
    assert(fcntl(source[0], F_GETFL) == O_RDONLY); /* ours is as it was */
    close(source[0]);
    flow_say(source[1], "from afar");
    while (read(s->fd, text, sizeof text) != 9)
        world_turn(&s->w);
    assert(strcmp(text, "from afar") == 0 && s->ended == 0);
    close(source[1]);
    channel_await_end(s);
}

static const channel_test tests[] = {
    { "input is copied from a file", test_input_from_file },
    { "the end of a terminal's input is typed", test_typed_end },
    { "input is copied from a socket", test_input_from_socket },
    { "input is copied from a descriptor", test_input_from_descriptor },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
