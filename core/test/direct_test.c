/* Writes to a file past the page cache, and those that are not. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "direct.h"
#include "flow.h"
#include "memory.h"

#define MIB ((size_t)1 << 20)
#define FEW (16 * MIB)

/* The flow, written to a file by hand. */
typedef struct target {
    char path[64];
    int fd;
    bool is_able; /* as the kernel says, that is */
    direct direct;
    char *pages;
    size_t at; /* of the flow */
} target;

static target open_target(channel *s)
{
    target t = { .pages = xpages() };
    struct statx st;

    strcpy(t.path, world_path(&s->w, "bulk"));
    t.fd = open(t.path, O_CREAT | O_WRONLY | O_APPEND, 0600);
    assert(t.fd >= 0);
    direct_open(&t.direct, t.fd);
    assert(statx(t.fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) == 0);
    t.is_able = (st.stx_mask & STATX_DIOALIGN) != 0 &&
                st.stx_dio_offset_align > 0 && st.stx_dio_offset_align <= 4096;
    return t;
}

static bool is_past(int fd)
{
    return (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
}

/* One write of `size` bytes; was it past the cache? */
static bool put(target *t, size_t size)
{
    flow_fill(t->pages, t->at, size);
    assert(direct_write(&t->direct, t->fd, t->pages, size) == (ssize_t)size);
    t->at += size;
    return is_past(t->fd);
}

static void put_few(target *t)
{
    for (size_t i = 0; i < FEW / MIB; i++)
        assert(!put(t, MIB));
}

static off_t size_of(const char *path)
{
    struct stat st;

    assert(stat(path, &st) == 0);
    return st.st_size;
}

/* Does the file hold that of the flow at `offset`, as everybody sees it? */
static bool holds(const char *path, off_t offset, size_t from, size_t size)
{
    int fd = open(path, O_RDONLY);
    char *text = xmalloc(size);
    bool is_same = pread(fd, text, size, offset) == (ssize_t)size &&
                   flow_matches(text, from, size);

    free(text);
    close(fd);
    return is_same;
}

static void close_target(target *t)
{
    close(t->fd);
    unlink(t->path);
    free(t->pages);
}

static void test_few(channel *s)
{
    target t = open_target(s);

    put_few(&t);
    assert(direct_is_due(&t.direct) == t.is_able);
    close_target(&t);
}

static void test_pieces(channel *s)
{
    target t = open_target(s);
    bool is_able = t.is_able;

    put_few(&t);
    assert(put(&t, MIB) == is_able);
    assert(put(&t, MIB / 2) == is_able);
    assert(!put(&t, MIB / 2 + 100)); /* no whole blocks */
    assert(!put(&t, MIB));           /* behind them */
    assert(!put(&t, 4096));
    assert(direct_fit(&t.direct, t.fd, MIB) == (is_able ? 3996 : 0));
    assert(!put(&t, 3996));
    assert(direct_fit(&t.direct, t.fd, MIB) == (is_able ? MIB : 0));
    assert(direct_fit(&t.direct, t.fd, MIB - 1) == (is_able ? MIB - 4096 : 0));
    assert(put(&t, MIB) == is_able);
    assert(!put(&t, 1));
    assert(size_of(t.path) == (off_t)t.at && holds(t.path, 0, 0, t.at));
    close_target(&t);
}

/* Nobody overwrites anybody, whoever was first. */
static void test_others_append(channel *s)
{
    target t = open_target(s);
    int other = open(t.path, O_WRONLY | O_APPEND);
    char word[6];

    put_few(&t);
    flow_say(other, "other");
    assert(!put(&t, MIB));
    assert(holds(t.path, 0, 0, FEW));
    assert(holds(t.path, (off_t)FEW + 5, FEW, MIB));
    assert(put(&t, direct_fit(&t.direct, t.fd, MIB)) == false);
    assert(put(&t, MIB) == t.is_able);
    close(other);
    other = open(t.path, O_RDONLY);
    assert(pread(other, word, 5, (off_t)FEW) == 5);
    assert(memcmp(word, "other", 5) == 0);
    close(other);
    assert(size_of(t.path) == (off_t)t.at + 5);
    close_target(&t);
}

static void test_cut_off(channel *s)
{
    target t = open_target(s);

    put_few(&t);
    put(&t, MIB);
    assert(truncate(t.path, 0) == 0);
    assert(put(&t, MIB) == t.is_able);
    assert(size_of(t.path) == (off_t)MIB);
    assert(holds(t.path, 0, FEW + MIB, MIB));
    close_target(&t);
}

static void test_read_meanwhile(channel *s)
{
    target t = open_target(s);
    int reader = open(t.path, O_RDONLY);
    char *seen = mmap(NULL, 20 * MIB, PROT_READ, MAP_SHARED, reader, 0);

    put_few(&t);
    put(&t, MIB);
    assert(seen != MAP_FAILED && flow_matches(seen, 0, t.at));
    put(&t, MIB);
    put(&t, 1000);
    assert(flow_matches(seen, 0, t.at));
    put(&t, 3096);
    put(&t, MIB);
    assert(flow_matches(seen, 0, t.at));
    munmap(seen, 20 * MIB);
    close(reader);
    close_target(&t);
}

static void test_is_full(channel *s)
{
    struct rlimit before, limit;
    size_t most = FEW + 2 * MIB + 5000;
    target t = open_target(s);
    ssize_t n;

    signal(SIGXFSZ, SIG_IGN);
    put_few(&t);
    put(&t, MIB);
    put(&t, MIB);
    assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = most;
    assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    flow_fill(t.pages, t.at, MIB);
    while ((n = direct_write(&t.direct, t.fd, t.pages, MIB)) > 0)
        t.at += (size_t)n;
    assert(n == -1 && errno == EFBIG);
    assert(setrlimit(RLIMIT_FSIZE, &before) == 0);
    assert(t.at == most && size_of(t.path) == (off_t)most);
    assert(holds(t.path, 0, 0, most));
    close_target(&t);
}

/* A slow device is the page cache's; a slow moment is nobody's. */
static void test_slow(channel *s)
{
    direct d = { .is_able = true, .taken = FEW };

    for (int i = 0; i < 1000; i++)
        direct_judge(&d, MIB, i % 2 == 0 ? 9000000 : 300000);
    assert(direct_is_due(&d));
    for (int i = 0; i < 16; i++)
        direct_judge(&d, MIB, 9000000);
    assert(!direct_is_due(&d));
    (void)s;
}

/* A pipe, say. */
static void test_not_ours(channel *s)
{
    int fds[2];
    direct d = { .is_able = false };

    assert(pipe(fds) == 0);
    direct_open(&d, fds[1]);
    assert(!d.is_able);
    close(fds[0]);
    close(fds[1]);
    (void)s;
}

static const channel_test tests[] = {
    { "a file that has taken little is written as ever", test_few },
    { "pieces that fit go past the cache, and no others", test_pieces },
    { "who appends to the same file is not in the way", test_others_append },
    { "a file that was cut off is gone on with", test_cut_off },
    { "who reads meanwhile sees all of it", test_read_meanwhile },
    { "a file takes as much as it may, and says why no more", test_is_full },
    { "a slow device gets its bytes from the cache", test_slow },
    { "what is no file is never written so", test_not_ours },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
