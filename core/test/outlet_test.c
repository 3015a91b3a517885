/* Several consumers of one output, and outputs that go into inputs. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fifo.h"
#include "flow.h"
#include "memory.h"
#include "stream.h"

#define PIPE                                                                   \
    (neap_stdio_end)                                                           \
    {                                                                          \
        .kind = NEAP_STDIO_PIPE                                                \
    }
#define CAPTURE                                                                \
    (neap_stdio_end)                                                           \
    {                                                                          \
        .kind = NEAP_STDIO_CAPTURE, .limit = SIZE_MAX                          \
    }
#define MUCH ((size_t)3 << 20)

typedef struct scene {
    world w;
    char out[64], in[64]; /* FIFOs */
    neap_stream *all[4];  /* consumers of the output */
    size_t count;
    neap_stream *input;
    int fd;     /* where the process writes its output */
    int source; /* where the other one reads its input */
    int ended, input_ended;
    int files;
} scene;

static void scene_open(scene *s)
{
    *s = (scene){ .fd = -1, .source = -1 };
    world_open(&s->w, NEAP_LOOP_DRIVEN);
    strcpy(s->out, world_path(&s->w, "out"));
    strcpy(s->in, world_path(&s->w, "in"));
    assert(fifo_make(s->out, 0, 0) == 0 && fifo_make(s->in, 0, 0) == 0);
    s->files = world_files(&s->w);
}

static void shut_all(scene *s, neap_code code)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i] != NULL)
            stream_shut(s->all[i], code);
    if (s->input != NULL)
        stream_shut(s->input, code);
}

static void scene_close(scene *s)
{
    shut_all(s, NEAP_CANCELLED);
    for (size_t i = 0; i < s->count; i++)
        neap_stream_unref(s->all[i]);
    neap_stream_unref(s->input);
    if (s->fd >= 0)
        close(s->fd);
    if (s->source >= 0)
        close(s->source);
    fifo_remove(s->out);
    fifo_remove(s->in);
    for (int i = 0; i < 3; i++)
        world_glance(&s->w);
    assert(world_files(&s->w) == s->files);
    world_close(&s->w);
}

static void on_end(void *arg)
{
    (*(int *)arg)++;
}

/* One consumer more. */
static neap_stream *consumer(scene *s, neap_stdio_end end)
{
    neap_error err = { 0 };
    neap_stream *made;

    end.path = s->out;
    made = s->count == 0
               ? stream_open_output(s->w.loop, &end, on_end, &s->ended, &err)
               : stream_add_outlet(s->all[0], &end, on_end, &s->ended, &err);
    assert(made != NULL);
    s->all[s->count++] = made;
    if (s->fd < 0)
        s->fd = open(s->out, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->fd >= 0);
    return made;
}

static neap_stream *input(scene *s)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_PIPE, .path = s->in };
    neap_error err = { 0 };

    s->input =
        stream_open_input(s->w.loop, &end, on_end, &s->input_ended, &err);
    assert(s->input != NULL);
    s->source = open(s->in, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert(s->source >= 0);
    stream_begin(s->input);
    return s->input;
}

static void end_output(scene *s)
{
    close(s->fd);
    s->fd = -1;
}

static void start_writer(scene *s, flow_writer *wr, size_t total)
{
    flow_start_writer(wr, s->fd, total);
    s->fd = -1;
}

static void turns(scene *s)
{
    for (int i = 0; i < 20; i++)
        world_glance(&s->w);
}

static size_t captured(const neap_stream *s)
{
    size_t size;

    neap_stream_captured(s, &size);
    return size;
}

static void await_captured(scene *s, neap_stream *of, size_t size)
{
    while (captured(of) < size)
        world_turn(&s->w);
    assert(captured(of) == size);
    assert(flow_matches(neap_stream_captured(of, &size), 0, size));
}

/* The process behind the input reads `size` bytes, then the end if there. */
static size_t drink(scene *s, size_t from, size_t size)
{
    char chunk[9000];
    size_t at = 0;

    while (at < size) {
        size_t most = size - at < sizeof chunk ? size - at : sizeof chunk;
        ssize_t n = read(s->source, chunk, most);

        if (n == 0)
            break;
        if (n < 0) {
            assert(errno == EAGAIN);
            world_turn(&s->w);
            continue;
        }
        assert(flow_matches(chunk, from + at, (size_t)n));
        at += (size_t)n;
    }
    return at;
}

/* --- several consumers ---------------------------------------------------- */

static void test_all_get_all(scene *s)
{
    neap_stream *first = consumer(s, PIPE), *second = consumer(s, CAPTURE);
    neap_stdio_end file = { .kind = NEAP_STDIO_FILE,
                            .file = world_path(&s->w, "file") };
    char *data = xmalloc(MUCH + 1);
    neap_stream *third = consumer(s, file);
    flow_writer wr;
    int fd;

    start_writer(s, &wr, MUCH);
    assert(flow_read_all(&s->w, first, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    await_captured(s, second, MUCH);
    while (!neap_stream_is_closed(third))
        world_turn(&s->w);
    fd = open(file.file, O_RDONLY);
    assert(read(fd, data, MUCH + 1) == (ssize_t)MUCH);
    assert(flow_matches(data, 0, MUCH));
    assert(s->ended >= 2); /* of a pipe's end its reader is told */
    assert(neap_stream_is_closed(first) && neap_stream_is_closed(second));
    close(fd);
    unlink(file.file);
    free(data);
}

/* Who blocks holds up the process, and the others. */
static void test_one_blocks(scene *s)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow, *fast = consumer(s, CAPTURE);
    flow_writer wr;
    size_t before;

    end.buffer = 100000;
    slow = consumer(s, end);
    start_writer(s, &wr, MUCH);
    while (captured(fast) < 50001)
        world_turn(&s->w);
    turns(s);
    before = captured(fast);
    assert(before <= 100000 && !atomic_load(&wr.over));
    turns(s);
    assert(captured(fast) == before);
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    await_captured(s, fast, MUCH);
}

/* A pipe beside others takes some bytes without being read. */
static void test_unread_pipe(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *slow = consumer(s, PIPE);

    flow_say(s->fd, "a line");
    while (captured(fast) < 6)
        world_turn(&s->w);
    assert(!neap_stream_is_closed(slow));
}

static void test_one_is_closed(scene *s)
{
    neap_stream *slow = consumer(s, PIPE), *fast = consumer(s, CAPTURE);
    flow_writer wr;

    start_writer(s, &wr, MUCH);
    while (captured(fast) < 1000)
        world_turn(&s->w);
    turns(s);
    neap_stream_close(slow);
    await_captured(s, fast, MUCH);
    flow_join_writer(&wr);
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == 0);
}

/* As one is that a script forgot. */
static void test_one_is_let_go(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE);
    flow_writer wr;

    consumer(s, PIPE);
    start_writer(s, &wr, MUCH);
    while (captured(fast) < 1000)
        world_turn(&s->w);
    turns(s);
    neap_stream_unref(s->all[--s->count]);
    await_captured(s, fast, MUCH);
    flow_join_writer(&wr);
}

static void test_all_are_closed(scene *s)
{
    flow_writer wr;

    neap_stream_close(consumer(s, CAPTURE));
    neap_stream_close(consumer(s, PIPE));
    start_writer(s, &wr, MUCH);
    flow_await_writer(&s->w, &wr);
}

/* What one holds is there after the end, and when the process is gone. */
static void test_what_is_held_stays(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *slow = consumer(s, PIPE);
    char data[1000];

    flow_fill(data, 0, sizeof data);
    assert(write(s->fd, data, sizeof data) == sizeof data);
    end_output(s);
    await_captured(s, fast, sizeof data);
    assert(neap_stream_is_closed(fast) && !neap_stream_is_closed(slow));
    shut_all(s, NEAP_NOT_FOUND);
    assert(!neap_stream_is_closed(slow));
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == sizeof data);
    assert(neap_stream_is_closed(slow));
}

static void test_client_is_closed(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *slow = consumer(s, PIPE);
    neap_stream *waiting = consumer(s, PIPE);
    flow_reply r;

    flow_say(s->fd, "some");
    while (captured(fast) < 4)
        world_turn(&s->w);
    flow_read(waiting, &r);
    flow_await(&s->w, &r);
    free(r.data);
    flow_read(waiting, &r);
    shut_all(s, NEAP_CANCELLED);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED);
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == 0);
}

/* --- files ---------------------------------------------------------------- */

/* An output to `file` on the FIFO `path`, and the process that writes it. */
static neap_stream *
to_file(scene *s, const char *path, const char *file, flow_writer *wr)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_FILE,
                           .path = path,
                           .file = file };
    neap_error err = { 0 };
    neap_stream *made =
        stream_open_output(s->w.loop, &end, on_end, &s->ended, &err);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    assert(made != NULL && fd >= 0);
    s->all[s->count++] = made;
    flow_start_writer(wr, fd, MUCH);
    return made;
}

static void await_files(scene *s, flow_writer *writers, int count)
{
    while (s->ended < count)
        world_turn(&s->w);
    for (int i = 0; i < count; i++)
        flow_join_writer(&writers[i]);
}

static off_t size_of(int fd)
{
    return lseek(fd, 0, SEEK_END);
}

/* In bulk it is appended all the same. */
static void test_bulk_to_file(scene *s)
{
    const char *file = world_path(&s->w, "file");
    int fd = open(file, O_CREAT | O_RDWR, 0600);
    char *data = xmalloc(MUCH);
    flow_writer wr;

    flow_say(fd, "before");
    to_file(s, s->out, file, &wr);
    await_files(s, &wr, 1);
    assert(size_of(fd) == (off_t)MUCH + 6);
    assert(pread(fd, data, 6, 0) == 6 && memcmp(data, "before", 6) == 0);
    assert(pread(fd, data, MUCH, 6) == (ssize_t)MUCH);
    assert(flow_matches(data, 0, MUCH));
    free(data);
    close(fd);
    unlink(file);
}

/* As stdout and stderr may: neither writes over the other. */
static void test_two_to_one_file(scene *s)
{
    const char *file = world_path(&s->w, "file");
    flow_writer writers[2];
    int fd;

    to_file(s, s->out, file, &writers[0]);
    to_file(s, s->in, file, &writers[1]);
    await_files(s, writers, 2);
    fd = open(file, O_RDONLY);
    assert(size_of(fd) == 2 * (off_t)MUCH);
    close(fd);
    unlink(file);
}

/* Devices and FIFOs have no end to append to. */
static void test_bulk_to_device(scene *s)
{
    flow_writer wr;

    to_file(s, s->out, "/dev/null", &wr);
    await_files(s, &wr, 1);
    assert(neap_stream_truncated(s->all[0]) == NULL);
}

static void test_bulk_to_fifo(scene *s)
{
    flow_writer wr;
    neap_stream *made;

    s->source = open(s->in, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    made = to_file(s, s->out, s->in, &wr);
    assert(drink(s, 0, MUCH) == MUCH);
    await_files(s, &wr, 1);
    assert(neap_stream_truncated(made) == NULL);
}

/* A disk that fills up is told once; the process goes on. */
static void test_file_too_large(scene *s)
{
    const char *file = world_path(&s->w, "file");
    struct rlimit before, limit;
    flow_writer wr;
    int fd;

    signal(SIGXFSZ, SIG_IGN);
    assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    to_file(s, s->out, file, &wr);
    await_files(s, &wr, 1);
    setrlimit(RLIMIT_FSIZE, &before);
    fd = open(file, O_RDONLY);
    assert(size_of(fd) == 1 << 20);
    assert(strcmp(neap_stream_truncated(s->all[0]), "EFBIG") == 0);
    close(fd);
    unlink(file);
}

/* --- policies ------------------------------------------------------------- */

/* One that stalls, beside one that takes all; how much the first holds. */
static neap_stream *stall(scene *s, neap_stdio_end how)
{
    neap_stream *fast = consumer(s, CAPTURE), *slow = consumer(s, how);
    flow_writer wr;

    start_writer(s, &wr, MUCH);
    await_captured(s, fast, MUCH);
    flow_join_writer(&wr);
    return slow;
}

static void test_drop(scene *s)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow;

    end.policy = NEAP_POLICY_DROP;
    end.buffer = 10000;
    slow = stall(s, end);
    assert(neap_stream_dropped(slow) == MUCH - 10000);
    assert(flow_read_all(&s->w, slow, MUCH - 10000, SIZE_MAX) == 10000);
    assert(neap_stream_is_closed(slow) && !stream_is_owed(slow));
}

static void test_spill(scene *s)
{
    neap_stdio_end end = PIPE;
    neap_stream *slow;

    end.policy = NEAP_POLICY_SPILL;
    end.buffer = 10000;
    end.spill_dir = s->w.dir;
    end.spill_limit = MUCH;
    slow = stall(s, end);
    assert(neap_stream_dropped(slow) == 0);
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == MUCH);
}

/* A descriptor may stall as well. */
static void test_drop_of_copy(scene *s)
{
    int target[2], size = 0;
    neap_stream *slow;

    assert(pipe(target) == 0);
    slow = stall(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD,
                                      .fd = target[1],
                                      .policy = NEAP_POLICY_DROP,
                                      .buffer = 10000 });
    close(target[1]);
    assert(ioctl(target[0], FIONREAD, &size) == 0 && size > 0);
    assert(neap_stream_dropped(slow) == MUCH - 10000 - (size_t)size);
    close(target[0]);
}

static void test_full_spill_blocks(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *slow;
    neap_stdio_end end = PIPE;
    flow_writer wr;

    end.policy = NEAP_POLICY_SPILL;
    end.buffer = 10000;
    end.spill_dir = s->w.dir;
    end.spill_limit = 200000;
    slow = consumer(s, end);
    start_writer(s, &wr, MUCH);
    while (captured(fast) < 210000)
        world_turn(&s->w);
    turns(s);
    assert(captured(fast) == 210000);
    assert(flow_read_all(&s->w, slow, 0, SIZE_MAX) == MUCH);
    await_captured(s, fast, MUCH);
    flow_join_writer(&wr);
}

/* --- taps ----------------------------------------------------------------- */

static neap_stream *tap(scene *s, neap_stdio_end how)
{
    return neap_stream_tap(s->all[0], &how);
}

static void test_tap(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *late, *later;
    char data[6000];

    flow_fill(data, 0, sizeof data);
    assert(write(s->fd, data, 1000) == 1000);
    await_captured(s, fast, 1000);
    late = tap(s, PIPE);
    assert(write(s->fd, data + 1000, 2000) == 2000);
    await_captured(s, fast, 3000);
    later = tap(s, PIPE);
    assert(flow_read_all(&s->w, late, 1000, 2000) == 2000);
    neap_stream_close(late);
    neap_stream_unref(late);
    assert(write(s->fd, data + 3000, 3000) == 3000);
    end_output(s);
    await_captured(s, fast, 6000);
    shut_all(s, NEAP_NOT_FOUND);
    assert(flow_read_all(&s->w, later, 3000, SIZE_MAX) == 3000);
    neap_stream_unref(later);
}

static void test_tap_of_what_has_ended(scene *s)
{
    neap_stream *fast = consumer(s, CAPTURE), *late;

    end_output(s);
    while (!neap_stream_is_closed(fast))
        world_turn(&s->w);
    late = tap(s, PIPE);
    assert(neap_stream_is_closed(late));
    assert(flow_read_all(&s->w, late, 0, SIZE_MAX) == 0);
    neap_stream_unref(late);
}

/* It ends with the process, also where all others were closed. */
static void test_tap_alone(scene *s)
{
    neap_stream *first = consumer(s, PIPE), *late = tap(s, PIPE);
    flow_writer wr;

    neap_stream_close(first);
    start_writer(s, &wr, MUCH);
    assert(flow_read_all(&s->w, late, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    neap_stream_unref(late);
}

/* --- whatever comes ------------------------------------------------------- */

/* A consumer that reads now and then, and may be closed; what it must have. */
typedef struct guest {
    neap_stream *stream;
    flow_reply reply;
    size_t at; /* of the flow, without what was dropped */
    bool reads, is_closed, is_over, drops;
} guest;

static void guest_comes(scene *s, guest *g, int i)
{
    neap_stdio_end end = PIPE;

    *g = (guest){ .drops = i % 3 == 1 };
    end.policy = (neap_policy)(i % 3);
    end.buffer = (size_t)(rand() % 50000 + 1);
    end.spill_dir = s->w.dir;
    end.spill_limit = (uint64_t)(rand() % 400000 + 1);
    g->stream = i < 3 ? neap_stream_ref(consumer(s, end)) : tap(s, end);
}

static void guest_takes(guest *g)
{
    flow_reply *r = &g->reply;

    if (!g->reads || r->count == 0)
        return;
    g->reads = false;
    assert(r->count == 1 && r->code == NEAP_OK);
    if (r->data == NULL)
        g->is_over = true;
    else if (!g->drops)
        assert(flow_matches(r->data, g->at, r->size));
    g->at += r->size;
    free(r->data);
}

static void guest_acts(guest *g)
{
    guest_takes(g);
    if (!g->reads && !g->is_over && rand() % 2 == 0) {
        flow_read(g->stream, &g->reply);
        g->reads = true;
    }
    if (!g->is_closed && rand() % 4000 == 0) {
        neap_stream_close(g->stream);
        g->is_closed = true;
    }
}

static void guest_goes(const guest *g)
{
    if (!g->is_closed)
        assert(g->at + neap_stream_dropped(g->stream) == MUCH / 4);
    neap_stream_unref(g->stream);
}

static void test_whatever(scene *s)
{
    guest guests[6];
    flow_writer wr;
    int over = 0;

    for (int i = 0; i < 6; i++) /* three of them are taps */
        guest_comes(s, &guests[i], i);
    start_writer(s, &wr, MUCH / 4);
    while (over < 6) {
        world_glance(&s->w);
        over = 0;
        for (int i = 0; i < 6; i++) {
            guest_acts(&guests[i]);
            over += guests[i].is_over;
        }
    }
    flow_await_writer(&s->w, &wr);
    for (int i = 0; i < 6; i++)
        guest_goes(&guests[i]);
}

static void test_whatever_comes(scene *s)
{
    for (unsigned seed = 1; seed < 12; seed++) {
        srand(seed);
        test_whatever(s);
        scene_close(s);
        scene_open(s);
    }
}

/* --- connections ---------------------------------------------------------- */

static void test_connect(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    start_writer(s, &wr, MUCH);
    assert(drink(s, 0, SIZE_MAX) == MUCH);
    flow_join_writer(&wr);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.moved == MUCH);
    assert(s->input_ended == 1 && neap_stream_is_closed(to));
    neap_stream_close(to);
    assert(s->input_ended == 1); /* the end is given once */
}

/* What takes nothing stops the process that writes. */
static void test_connect_to_slow(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    int waiting = 0;
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    start_writer(s, &wr, 2 * MUCH);
    while (waiting < 60000) {
        world_glance(&s->w);
        ioctl(s->source, FIONREAD, &waiting);
    }
    turns(s);
    assert(!atomic_load(&wr.over) && r.count == 0);
    assert(drink(s, 0, SIZE_MAX) == 2 * MUCH);
    flow_join_writer(&wr);
    flow_await(&s->w, &r);
    assert(r.moved == 2 * MUCH);
}

static void on_write(void *arg, const neap_error *err)
{
    flow_reply *r = arg;

    r->count++;
    r->code = err != NULL ? err->code : NEAP_OK;
}

static void write_to(neap_stream *to, size_t from, size_t size, flow_reply *r)
{
    char *data = xmalloc(size);

    *r = (flow_reply){ 0 };
    flow_fill(data, from, size);
    neap_stream_write(to, data, size, on_write, r);
    free(data);
}

/* After what was written before; and nobody writes meanwhile. */
static void test_connect_after_writes(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply first, r, late;
    char rest[2000];

    write_to(to, 0, 300000, &first);
    flow_connect(from, to, &r);
    write_to(to, 0, 10, &late);
    flow_fill(rest, 300000, sizeof rest);
    assert(write(s->fd, rest, sizeof rest) == sizeof rest);
    end_output(s);
    assert(drink(s, 0, SIZE_MAX) == 302000);
    flow_await(&s->w, &r);
    flow_await(&s->w, &late);
    assert(first.code == NEAP_OK && late.code == NEAP_FAILED_PRECONDITION);
    assert(r.code == NEAP_OK && r.moved == sizeof rest);
}

/* Not a byte is lost where the input ends early: the rest can be read. */
static void test_input_ends_early(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    start_writer(s, &wr, MUCH);
    assert(drink(s, 0, 100000) == 100000);
    stream_shut(to, NEAP_FAILED_PRECONDITION);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && r.moved >= 100000);
    assert(strcmp(neap_stream_truncated(from), "EPIPE") == 0);
    assert(flow_read_all(&s->w, from, r.moved, SIZE_MAX) == MUCH - r.moved);
    flow_join_writer(&wr);
    assert(s->input_ended == 0);
}

static void test_connect_is_cancelled(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    neap_request *req;
    uint64_t moved;
    flow_writer wr;
    flow_reply r;

    req = flow_connect(from, to, &r);
    start_writer(s, &wr, MUCH);
    assert(drink(s, 0, 100000) == 100000);
    neap_request_cancel(req);
    neap_request_cancel(req);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED && s->input_ended == 0);
    moved = r.moved;
    flow_connect(from, to, &r); /* and once more, from there */
    assert(drink(s, 100000, SIZE_MAX) == MUCH - 100000);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_OK && s->input_ended == 1);
    assert(r.moved == MUCH - moved);
    flow_join_writer(&wr);
}

static void test_connect_what_has_ended(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply r;

    end_output(s);
    assert(flow_read_all(&s->w, from, 0, SIZE_MAX) == 0);
    flow_connect(from, to, &r);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.moved == 0 && s->input_ended == 1);
    flow_connect(from, to, &r);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

/* Reading no more is the end for the other. */
static void test_connected_output_is_closed(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply r;

    flow_connect(from, to, &r);
    turns(s);
    neap_stream_close(from);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_OK && s->input_ended == 1);
}

static void test_connected_input_is_closed(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply r;

    flow_connect(from, to, &r);
    turns(s);
    neap_stream_close(to);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION && s->input_ended == 1);
}

static void test_connected_client_is_closed(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply r;

    flow_connect(from, to, &r);
    turns(s);
    shut_all(s, NEAP_CANCELLED);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_CANCELLED && s->input_ended == 0);
}

/* The process that wrote is deleted: what came goes on. */
static void test_connected_process_is_gone(scene *s)
{
    neap_stream *from = consumer(s, PIPE), *to = input(s);
    flow_reply r;

    flow_connect(from, to, &r);
    flow_say(s->fd, "some");
    turns(s);
    stream_shut(from, NEAP_NOT_FOUND);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_OK && r.moved == 4 && s->input_ended == 1);
}

/* One of several consumers may be another process. */
static void test_connect_one_of_two(scene *s)
{
    neap_stream *kept = consumer(s, CAPTURE), *from = consumer(s, PIPE);
    neap_stream *to = input(s);
    flow_writer wr;
    flow_reply r;

    flow_connect(from, to, &r);
    start_writer(s, &wr, MUCH);
    assert(drink(s, 0, SIZE_MAX) == MUCH);
    flow_await(&s->w, &r);
    await_captured(s, kept, MUCH);
    flow_join_writer(&wr);
}

static void refused(scene *s, neap_stream *from, neap_stream *to)
{
    flow_reply r;

    flow_connect(from, to, &r);
    flow_await(&s->w, &r);
    assert(r.code == NEAP_FAILED_PRECONDITION);
}

static void test_wrong_ends(scene *s)
{
    neap_stream *kept = consumer(s, CAPTURE), *from = consumer(s, PIPE);
    neap_stream *other = consumer(s, PIPE), *to = input(s);
    flow_reply r, first, second;

    refused(s, to, to);
    refused(s, from, from);
    refused(s, kept, to);
    flow_read(from, &first);
    refused(s, from, to);
    flow_connect(other, to, &r);
    refused(s, other, to);
    refused(s, from, to);
    flow_read(other, &second);
    flow_await(&s->w, &second);
    assert(second.code == NEAP_FAILED_PRECONDITION);
    shut_all(s, NEAP_CANCELLED);
    flow_await(&s->w, &r);
    flow_await(&s->w, &first);
}

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "every consumer gets every byte", test_all_get_all },
    { "one that blocks holds up the others", test_one_blocks },
    { "a pipe beside others takes some unread", test_unread_pipe },
    { "one that is closed holds up nobody", test_one_is_closed },
    { "nor does one that was let go", test_one_is_let_go },
    { "what is for nobody stops nobody", test_all_are_closed },
    { "what one holds outlives the process", test_what_is_held_stays },
    { "but not the client", test_client_is_closed },
    { "bulk output is appended to a file", test_bulk_to_file },
    { "two outputs may go to one file", test_two_to_one_file },
    { "bulk output goes to a device", test_bulk_to_device },
    { "bulk output goes to a FIFO", test_bulk_to_fifo },
    { "a file that takes no more is told", test_file_too_large },
    { "one that drops delays nobody", test_drop },
    { "nor does one that spills", test_spill },
    { "nor a copy that drops", test_drop_of_copy },
    { "a spill that is full blocks", test_full_spill_blocks },
    { "a tap gets what comes from then on", test_tap },
    { "a tap of what has ended is at its end", test_tap_of_what_has_ended },
    { "a tap may be the last", test_tap_alone },
    { "whatever they do, each gets its own", test_whatever_comes },
    { "an output goes into an input", test_connect },
    { "a slow one stops the process that writes", test_connect_to_slow },
    { "writes go first", test_connect_after_writes },
    { "an input that ends early loses nothing", test_input_ends_early },
    { "a connection can be cancelled", test_connect_is_cancelled },
    { "what has ended ends the input", test_connect_what_has_ended },
    { "so does what is closed", test_connected_output_is_closed },
    { "a closed input ends the connection", test_connected_input_is_closed },
    { "so does a closed client", test_connected_client_is_closed },
    { "a process that is gone is the end", test_connected_process_is_gone },
    { "one of two consumers is a process", test_connect_one_of_two },
    { "only pipes that are free connect", test_wrong_ends },
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
