/* Streams on real FIFOs: who takes the bytes, how fast, and how it ends. */
#include "stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fifo.h"
#include "flow.h"
#include "memory.h"
#include "world.h"

typedef struct scene {
    world w;
    char path[64]; /* of the FIFO */
    neap_stream *stream;
    int fd; /* the process's end of it */
    int ended;
    int files; /* open to begin with */
} scene;

typedef struct reply {
    int count;
    neap_code code;
    size_t size;
    char id[8];    /* whom the failure is about */
    char text[32]; /* of what was read, or why it failed */
} reply;

static void scene_open(scene *s)
{
    world_open(&s->w, NEAP_LOOP_DRIVEN);
    strcpy(s->path, world_path(&s->w, "fifo"));
    assert(fifo_make(s->path, 0, 0) == 0);
    s->stream = NULL;
    s->fd = -1;
    s->ended = 0;
    s->files = world_files(&s->w);
}

static void scene_close(scene *s)
{
    if (s->stream != NULL)
        stream_shut(s->stream, NEAP_CANCELLED);
    neap_stream_unref(s->stream);
    if (s->fd >= 0)
        close(s->fd);
    fifo_remove(s->path);
    assert(world_files(&s->w) == s->files);
    world_close(&s->w);
}

static void on_end(void *arg)
{
    ((scene *)arg)->ended++;
}

/* Open the stream, and the other end. */
static void output(scene *s, neap_stdio_end end)
{
    neap_error err = { 0 };

    end.path = s->path;
    s->stream = stream_open_output(s->w.loop, &end, on_end, s, &err);
    assert(s->stream != NULL);
    s->fd = open(s->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->fd >= 0);
}

static void input(scene *s, neap_stdio_end end)
{
    neap_error err = { 0 };

    end.path = s->path;
    s->stream = stream_open_input(s->w.loop, &end, on_end, s, &err);
    assert(s->stream != NULL);
    s->fd = open(s->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->fd >= 0);
    stream_begin(s->stream);
}

static void end_output(scene *s)
{
    close(s->fd);
    s->fd = -1;
}

static void await_end(scene *s)
{
    while (s->ended == 0)
        world_turn(&s->w);
    assert(s->ended == 1 && stream_is_through(s->stream));
    assert(neap_stream_is_closed(s->stream));
}

static void start_writer(scene *s, flow_writer *wr, size_t total)
{
    flow_start_writer(wr, s->fd, total);
    s->fd = -1;
}

/* --- captures ------------------------------------------------------------- */

static void test_capture(scene *s)
{
    size_t size;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 100 });
    neap_stream_captured(s->stream, &size);
    assert(size == 0 && !stream_is_through(s->stream));
    flow_say(s->fd, "one ");
    flow_say(s->fd, "two");
    end_output(s);
    await_end(s);
    assert(memcmp(neap_stream_captured(s->stream, &size), "one two", 7) == 0);
    assert(size == 7 && neap_stream_truncated(s->stream) == NULL);
}

static void test_limit(scene *s)
{
    size_t size;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 5 });
    flow_say(s->fd, "12345");
    for (neap_stream_captured(s->stream, &size); size < 5;
         neap_stream_captured(s->stream, &size))
        world_turn(&s->w);
    assert(neap_stream_truncated(s->stream) == NULL);
    flow_say(s->fd, "6");
    end_output(s);
    await_end(s);
    assert(memcmp(neap_stream_captured(s->stream, &size), "12345", 5) == 0);
    assert(size == 5);
    assert(strcmp(neap_stream_truncated(s->stream), "limit") == 0);
}

static void test_limit_of_none(scene *s)
{
    size_t size;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE });
    flow_say(s->fd, "x");
    end_output(s);
    await_end(s);
    neap_stream_captured(s->stream, &size);
    assert(size == 0);
    assert(strcmp(neap_stream_truncated(s->stream), "limit") == 0);
}

static void test_bulk(scene *s)
{
    const size_t total = 5 << 20;
    const char *data;
    flow_writer wr;
    size_t size;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = total });
    start_writer(s, &wr, total);
    await_end(s);
    flow_join_writer(&wr);
    data = neap_stream_captured(s->stream, &size);
    assert(size == total && flow_matches(data, 0, total));
    assert(neap_stream_truncated(s->stream) == NULL);
}

/* --- copies --------------------------------------------------------------- */

/* A target that takes nothing stops the process, and loses nothing. */
static void test_back_pressure(scene *s)
{
    const size_t total = 6 << 20;
    char *got = xmalloc(total + 50000);
    int target[2], waiting;
    size_t at = 0;
    flow_writer wr;

    assert(pipe(target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    assert(fcntl(target[1], F_GETFL) == O_WRONLY); /* ours is as it was */
    close(target[1]);
    start_writer(s, &wr, total);
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
    await_end(s);
    flow_join_writer(&wr);
    assert(flow_matches(got, 0, total));
    assert(read(target[0], got, 1) == 0); /* it was closed */
    assert(neap_stream_truncated(s->stream) == NULL);
    close(target[0]);
    free(got);
}

/* SIGPIPE would end this test: its disposition is the default. */
static void test_target_goes(scene *s)
{
    int target[2];
    flow_writer wr;

    assert(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
    assert(pipe(target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    close(target[0]);
    start_writer(s, &wr, 3 << 20); /* the process goes on all the same */
    await_end(s);
    flow_join_writer(&wr);
    assert(strcmp(neap_stream_truncated(s->stream), "EPIPE") == 0);
}

static void test_target_goes_with_all(scene *s)
{
    char byte;
    int target[2];

    assert(pipe(target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    flow_say(s->fd, "x");
    fcntl(target[0], F_SETFL, O_NONBLOCK);
    while (read(target[0], &byte, 1) != 1)
        world_turn(&s->w);
    close(target[0]);
    end_output(s);
    await_end(s);
    assert(neap_stream_truncated(s->stream) == NULL);
}

static void test_target_goes_while_full(scene *s)
{
    int target[2], waiting;
    flow_writer wr;

    assert(pipe(target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[1]);
    start_writer(s, &wr, 3 << 20);
    do {
        world_glance(&s->w);
        assert(ioctl(target[0], FIONREAD, &waiting) == 0);
    } while (waiting < 32768);
    close(target[0]);
    await_end(s);
    flow_join_writer(&wr);
    assert(strcmp(neap_stream_truncated(s->stream), "EPIPE") == 0);
}

static void test_target_is_full(scene *s)
{
    int full = open("/dev/full", O_WRONLY);

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = full });
    close(full);
    flow_say(s->fd, "one");
    end_output(s);
    await_end(s);
    assert(strcmp(neap_stream_truncated(s->stream), "ENOSPC") == 0);
}

/* Others hold a socket as well, as a service's: they must not see it change. */
static void test_socket(scene *s)
{
    const size_t total = 3 << 20;
    char *got = xmalloc(total);
    int target[2];
    size_t at = 0;
    flow_writer wr;

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    assert(fcntl(target[1], F_GETFL) == O_RDWR);
    start_writer(s, &wr, total);
    while (at < total) {
        ssize_t n = recv(target[0], got + at, total - at, MSG_DONTWAIT);

        if (n > 0)
            at += (size_t)n;
        else
            world_turn(&s->w);
    }
    await_end(s);
    flow_join_writer(&wr);
    assert(flow_matches(got, 0, total));
    assert(fcntl(target[1], F_GETFL) == O_RDWR);
    close(target[0]);
    close(target[1]);
    free(got);
}

static void test_socket_goes(scene *s)
{
    int target[2];

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, target) == 0);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = target[1] });
    close(target[0]);
    close(target[1]);
    flow_say(s->fd, "x");
    end_output(s);
    await_end(s);
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

static void test_file(scene *s)
{
    const char *path = world_path(&s->w, "log");
    char text[32];
    struct stat st;

    for (int i = 0; i < 2; i++) {
        output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
        flow_say(s->fd, "line\n");
        end_output(s);
        await_end(s);
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
static void test_shared_offset(scene *s)
{
    const char *path = world_path(&s->w, "log");
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    char text[32];

    flow_say(fd, "mine ");
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = fd });
    flow_say(s->fd, "its ");
    end_output(s);
    await_end(s);
    flow_say(fd, "mine");
    close(fd);
    read_file(path, text, sizeof text);
    assert(strcmp(text, "mine its mine") == 0);
    unlink(path);
}

/* --- reading -------------------------------------------------------------- */

static void on_read(void *arg, const neap_error *err, char *data, size_t size)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
    r->size = size;
    if (err != NULL && err->id != NULL)
        strcpy(r->id, err->id);
    snprintf(r->text, sizeof r->text, "%.*s", (int)size,
             data != NULL ? data : "(end)");
    if (data == NULL)
        strcpy(r->text, "(end)");
    free(data);
}

static neap_request *begin_read(scene *s, reply *r)
{
    neap_request *req;

    *r = (reply){ 0 };
    req = neap_stream_read(s->stream, on_read, r);
    assert(r->count == 0);
    return req;
}

static void await_reply(scene *s, const reply *r)
{
    while (r->count == 0)
        world_turn(&s->w);
    assert(r->count == 1);
}

static const char *read_one(scene *s, reply *r)
{
    begin_read(s, r);
    await_reply(s, r);
    return r->text;
}

static void test_read(scene *s)
{
    reply first, second;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    assert(stream_is_through(s->stream)); /* nobody waits for a pipe */
    begin_read(s, &first);
    begin_read(s, &second);
    await_reply(s, &second);
    assert(second.code == NEAP_FAILED_PRECONDITION && first.count == 0);
    flow_say(s->fd, "one");
    await_reply(s, &first);
    assert(strcmp(first.text, "one") == 0);
    flow_say(s->fd, "two");
    for (int i = 0; i < 5; i++)
        world_glance(&s->w); /* nobody asks: it waits in the FIFO */
    flow_say(s->fd, " three");
    assert(strcmp(read_one(s, &first), "two three") == 0);
    flow_say(s->fd, "last");
    end_output(s);
    assert(strcmp(read_one(s, &first), "last") == 0);
    for (int i = 0; i < 3; i++)
        assert(strcmp(read_one(s, &first), "(end)") == 0);
    assert(first.code == NEAP_OK);
}

static void test_cancelled_read(scene *s)
{
    neap_request *req;
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    req = begin_read(s, &r);
    neap_request_cancel(req);
    neap_request_cancel(req);
    flow_say(s->fd, "kept");
    await_reply(s, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(strcmp(read_one(s, &r), "kept") == 0);
}

/* Errors are about the container, of a tap's too. */
static void test_id(scene *s)
{
    neap_stdio_end how = { .buffer = 1 };
    neap_stream *tap;
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    stream_name(s->stream, "box");
    tap = neap_stream_tap(s->stream, &how);
    assert(strcmp(neap_stream_id(tap), "box") == 0);
    neap_stream_unref(tap);
    neap_request_cancel(begin_read(s, &r));
    await_reply(s, &r);
    assert(r.code == NEAP_CANCELLED && strcmp(r.id, "box") == 0);
}

static void test_unread_pipe(scene *s)
{
    char chunk[4096] = "";
    size_t total = 0;
    ssize_t n;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    while ((n = write(s->fd, chunk, sizeof chunk)) > 0) {
        total += (size_t)n;
        world_glance(&s->w);
    }
    assert(errno == EAGAIN && total == 65536); /* as in a shell */
}

static void test_bulk_read(scene *s)
{
    const size_t total = 3 << 20;
    size_t at = 0;
    flow_writer wr;
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    start_writer(s, &wr, total);
    while (read_one(s, &r), r.size > 0)
        at += r.size;
    flow_join_writer(&wr);
    assert(at == total && r.code == NEAP_OK);
}

/* As a terminal that was turned off: the program need not know. */
static void test_closed_output(scene *s)
{
    flow_writer wr;
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_read(s, &r);
    neap_stream_close(s->stream);
    neap_stream_close(s->stream);
    await_reply(s, &r);
    assert(r.code == NEAP_OK && strcmp(r.text, "(end)") == 0);
    assert(strcmp(read_one(s, &r), "(end)") == 0);
    start_writer(s, &wr, 3 << 20);
    flow_await_writer(&s->w, &wr);
    assert(strcmp(read_one(s, &r), "(end)") == 0);
}

static void test_pipe_that_holds(scene *s)
{
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE, .holds = true });
    end_output(s);
    assert(strcmp(read_one(s, &r), "(end)") == 0);
    assert(s->ended == 0 && !stream_is_through(s->stream));
    neap_stream_done(s->stream);
    assert(s->ended == 1 && stream_is_through(s->stream));
    neap_stream_done(s->stream);
    assert(s->ended == 1);
}

/* --- writing -------------------------------------------------------------- */

static void on_write(void *arg, const neap_error *err)
{
    reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
}

static neap_request *
begin_write(scene *s, const char *data, size_t size, reply *r)
{
    neap_request *req;

    *r = (reply){ 0 };
    req = neap_stream_write(s->stream, data, size, on_write, r);
    assert(r->count == 0);
    return req;
}

static void test_write(scene *s)
{
    reply one, two, none;
    char text[32] = "";

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_write(s, "one ", 4, &one);
    begin_write(s, NULL, 0, &none);
    begin_write(s, "two", 3, &two);
    await_reply(s, &two);
    assert(one.code == NEAP_OK && none.code == NEAP_OK && none.count == 1);
    assert(read(s->fd, text, sizeof text) == 7);
    assert(strcmp(text, "one two") == 0 && s->ended == 0);
    neap_stream_close(s->stream);
    assert(s->ended == 1);
    assert(read(s->fd, text, sizeof text) == 0);
}

/* A process that reads slowly holds up the writer, and loses nothing. */
static void test_slow_process(scene *s)
{
    const size_t total = 2 << 20;
    char *data = xmalloc(total), chunk[10000];
    size_t at = 0;
    reply big, last;

    flow_fill(data, 0, total);
    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_write(s, data, total, &big);
    memset(data, 0, total); /* it was copied */
    flow_fill(data, total, 100);
    begin_write(s, data, 100, &last);
    neap_stream_close(s->stream); /* after both */
    while (at < total + 100) {
        ssize_t n = read(s->fd, chunk, sizeof chunk);

        if (n > 0) {
            assert(flow_matches(chunk, at, (size_t)n));
            at += (size_t)n;
        } else {
            assert(last.count == 0);
            world_turn(&s->w);
        }
    }
    await_reply(s, &last);
    assert(big.count == 1 && big.code == NEAP_OK && last.code == NEAP_OK);
    await_end(s);
    free(data);
}

static void test_cancelled_writes(scene *s)
{
    char *lots = xcalloc(1, 1 << 20), text[8];
    reply first, second, third;
    neap_request *one, *two;

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    one = begin_write(s, lots, 1 << 20, &first);
    two = begin_write(s, "two", 3, &second);
    begin_write(s, "three", 5, &third);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    neap_request_cancel(two);
    neap_request_cancel(two);
    neap_request_cancel(one); /* a part of it is through */
    await_reply(s, &first);
    await_reply(s, &second);
    assert(first.code == NEAP_CANCELLED && second.code == NEAP_CANCELLED);
    while (read(s->fd, lots, 1 << 20) > 0)
        ;
    await_reply(s, &third);
    assert(third.code == NEAP_OK);
    assert(read(s->fd, text, sizeof text) == 5);
    free(lots);
}

/* What a close waits for may be cancelled: then it closes. */
static void test_cancelled_behind_close(scene *s)
{
    char *lots = xcalloc(1, 1 << 20);
    neap_request *req;
    reply r;

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    req = begin_write(s, lots, 1 << 20, &r);
    neap_stream_close(s->stream);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    assert(s->ended == 0);
    neap_request_cancel(req);
    await_reply(s, &r);
    assert(r.code == NEAP_CANCELLED);
    await_end(s);
    free(lots);
}

/* The shim opens its end late: nothing is lost, and it need not wait. */
static void test_late_reader(scene *s, const char *text, size_t size)
{
    char got[32] = "";

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    close(s->fd);
    if (size > 0) {
        reply r;

        begin_write(s, text, size, &r);
        await_reply(s, &r);
        assert(r.code == NEAP_OK);
    }
    neap_stream_close(s->stream);
    neap_stream_close(s->stream);
    for (int i = 0; i < 5; i++)
        world_glance(&s->w);
    assert(s->ended == 0);
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC); /* does not hang */
    await_end(s);
    assert(read(s->fd, got, sizeof got) == (ssize_t)size);
    assert(strcmp(got, text) == 0);
    assert(size == 0 || read(s->fd, got, sizeof got) == 0);
}

static void test_late_reader_of_text(scene *s)
{
    test_late_reader(s, "text", 4);
}

static void test_late_reader_of_nothing(scene *s)
{
    test_late_reader(s, "", 0);
}

/* The process ends while its shim has not opened the FIFO. */
static void test_no_reader(scene *s)
{
    reply r;

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    end_output(s);
    neap_stream_close(s->stream);
    world_glance(&s->w);
    begin_write(s, "x", 1, &r);
    await_reply(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && s->ended == 0);
    stream_shut(s->stream, NEAP_CANCELLED);
    assert(neap_stream_is_closed(s->stream));
}

static void test_wrong_way(scene *s)
{
    reply r;

    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    read_one(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
    stream_shut(s->stream, NEAP_CANCELLED);
    neap_stream_unref(s->stream);
    close(s->fd);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_write(s, "x", 1, &r);
    await_reply(s, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

static void test_input_from_file(scene *s)
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
    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
    while (at < total) {
        ssize_t n = read(s->fd, chunk, sizeof chunk);

        if (n > 0)
            assert(flow_matches(chunk, at, (size_t)n));
        if (n > 0)
            at += (size_t)n;
        else
            world_turn(&s->w);
    }
    await_end(s);
    assert(read(s->fd, chunk, 1) == 0);
    unlink(path);
}

/* What is to be read last, and then the end. */
static void expect_last(scene *s, const char *text)
{
    char got[100];
    size_t at = 0;
    ssize_t n;

    await_end(s);
    while ((n = read(s->fd, got + at, sizeof got - at)) > 0)
        at += (size_t)n;
    assert(n == 0 && at == strlen(text) && memcmp(got, text, at) == 0);
}

static void test_typed_end(scene *s)
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
            input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
            stream_type_end(s->stream);
            begin_write(s, text, strlen(text), &r);
            neap_stream_close(s->stream);
            neap_stream_close(s->stream);
            await_reply(s, &r);
        } else {
            input(s, (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path });
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

static void test_input_from_socket(scene *s)
{
    int source[2];
    char text[16] = "";

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, source) == 0);
    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = source[0] });
    assert(fcntl(source[0], F_GETFL) == O_RDWR);
    world_glance(&s->w);
    flow_say(source[1], "from afar");
    while (read(s->fd, text, sizeof text) != 9)
        world_turn(&s->w);
    assert(strcmp(text, "from afar") == 0 && s->ended == 0);
    close(source[1]);
    await_end(s);
    close(source[0]);
}

static void test_input_from_descriptor(scene *s)
{
    int source[2];
    char text[16] = "";

    assert(pipe(source) == 0);
    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = source[0] });
    assert(fcntl(source[0], F_GETFL) == O_RDONLY); /* ours is as it was */
    close(source[0]);
    flow_say(source[1], "from afar");
    while (read(s->fd, text, sizeof text) != 9)
        world_turn(&s->w);
    assert(strcmp(text, "from afar") == 0 && s->ended == 0);
    close(source[1]);
    await_end(s);
}

/* --- opening and ending --------------------------------------------------- */

static void refused(scene *s, const neap_stdio_end *end, int sys)
{
    neap_error err = { 0 };

    assert(stream_open_output(s->w.loop, end, on_end, s, &err) == NULL);
    assert(err.sys == sys && err.message != NULL);
    neap_error_clear(&err);
    assert(stream_open_input(s->w.loop, end, on_end, s, &err) == NULL);
    assert(err.sys == sys);
    neap_error_clear(&err);
}

/* Whoever can write to the directory cannot make us open something else. */
static void test_no_fifo(scene *s)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_PIPE,
                           .path = world_path(&s->w, "other") };
    int fd;

    refused(s, &end, ENOENT);
    assert(symlink(s->path, end.path) == 0);
    refused(s, &end, ELOOP);
    fifo_remove(end.path); /* nor remove it */
    assert(unlink(end.path) == 0);
    fd = open(end.path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    refused(s, &end, ENXIO);
    fifo_remove(end.path);
    assert(unlink(end.path) == 0);
    end = (neap_stdio_end){ .kind = NEAP_STDIO_FILE,
                            .path = s->path,
                            .file = "/nowhere/at/all" };
    refused(s, &end, ENOENT);
    end = (neap_stdio_end){ .kind = NEAP_STDIO_FD, .path = s->path, .fd = 99 };
    refused(s, &end, EBADF);
    assert(s->ended == 0);
}

static void test_shut(scene *s)
{
    char *lots = xcalloc(1, 1 << 20);
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_read(s, &r);
    stream_shut(s->stream, NEAP_CANCELLED);
    await_reply(s, &r);
    assert(r.code == NEAP_CANCELLED && s->ended == 0);
    neap_stream_unref(s->stream);
    end_output(s);
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_read(s, &r);
    stream_shut(s->stream, NEAP_NOT_FOUND); /* the process is gone */
    await_reply(s, &r);
    assert(r.code == NEAP_OK && strcmp(r.text, "(end)") == 0);
    neap_stream_unref(s->stream);
    end_output(s);
    input(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_write(s, lots, 1 << 20, &r);
    world_glance(&s->w);
    stream_shut(s->stream, NEAP_NOT_FOUND);
    await_reply(s, &r);
    assert(r.code == NEAP_NOT_FOUND);
    free(lots);
}

/* The holder lets go while a request is in flight, which holds on. */
static void test_let_go(scene *s)
{
    reply r;

    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_PIPE });
    begin_read(s, &r);
    neap_stream_unref(s->stream);
    s->stream = NULL;
    flow_say(s->fd, "there");
    await_reply(s, &r);
    assert(strcmp(r.text, "there") == 0);
}

static void test_truncate(scene *s)
{
    output(s, (neap_stdio_end){ .kind = NEAP_STDIO_CAPTURE, .limit = 1 });
    stream_truncate(s->stream, "drain");
    flow_say(s->fd, "more");
    end_output(s);
    await_end(s);
    assert(strcmp(neap_stream_truncated(s->stream), "drain") == 0);
}

/* --- all ------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "output is captured", test_capture },
    { "a capture stops at its limit", test_limit },
    { "a capture may be limited to nothing", test_limit_of_none },
    { "bulk output is captured whole", test_bulk },
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
    { "a pipe is read as it is asked for", test_read },
    { "a cancelled read takes nothing", test_cancelled_read },
    { "an error names the container, a tap's too", test_id },
    { "a pipe nobody reads stops the process", test_unread_pipe },
    { "bulk output is read whole", test_bulk_read },
    { "a closed output stops nobody", test_closed_output },
    { "a pipe may hold", test_pipe_that_holds },
    { "input is written in order", test_write },
    { "a slow process holds up its writer", test_slow_process },
    { "writes can be cancelled", test_cancelled_writes },
    { "a close does not wait for a cancelled write",
      test_cancelled_behind_close },
    { "what is closed early is read late", test_late_reader_of_text },
    { "an end comes to who opens late", test_late_reader_of_nothing },
    { "a process that ends ends the wait for it", test_no_reader },
    { "streams have one direction", test_wrong_way },
    { "input is copied from a file", test_input_from_file },
    { "the end of a terminal's input is typed", test_typed_end },
    { "input is copied from a socket", test_input_from_socket },
    { "input is copied from a descriptor", test_input_from_descriptor },
    { "only FIFOs are opened, and removed", test_no_fifo },
    { "shutting ends what is in flight", test_shut },
    { "a request keeps its stream", test_let_go },
    { "the first reason counts", test_truncate },
};

int main(void)
{
    scene s;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        scene_open(&s);
        tests[i].run(&s);
        scene_close(&s);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
    return 0;
}
