/* Output in bulk to a file: past the page cache, and to the byte. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "direct.h"
#include "flow.h"
#include "memory.h"

#define MIB ((size_t)1 << 20)

/* Is any descriptor past the cache that is open on `path`? */
static bool any_past(const char *path)
{
    struct stat wanted, st;

    assert(stat(path, &wanted) == 0);
    for (int fd = 3; fd < 256; fd++)
        if (fstat(fd, &st) == 0 && st.st_ino == wanted.st_ino &&
            st.st_dev == wanted.st_dev && (fcntl(fd, F_GETFL) & O_DIRECT) != 0)
            return true;
    return false;
}

/* May it be, where it takes enough? */
static bool is_able(int fd)
{
    direct d = { .is_able = false };

    direct_open(&d, fd);
    return d.is_able;
}

/* All of a flow to `path`; was any of it past the cache? */
static bool
run_flow(channel *s, neap_stdio_end end, const char *path, size_t total)
{
    bool was_past = false;
    flow_writer wr;

    channel_output(s, end);
    channel_start_writer(s, &wr, total);
    while (s->ended == 0) {
        was_past = was_past || any_past(path);
        world_turn(&s->w);
    }
    flow_join_writer(&wr);
    assert(neap_stream_truncated(s->stream) == NULL);
    return was_past;
}

/* Does `fd` hold so much of the flow at `offset`, and nothing behind? */
static bool holds(int fd, off_t offset, size_t total)
{
    char *text = xmalloc(total + 1);
    bool is_same = pread(fd, text, total + 1, offset) == (ssize_t)total &&
                   flow_matches(text, 0, total);

    free(text);
    return is_same;
}

static void test_file(channel *s)
{
    const char *path = world_path(&s->w, "bulk");
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    size_t total = 40 * MIB + 12345;

    flow_say(fd, "it was there");
    assert(run_flow(s,
                    (neap_stdio_end){ .kind = NEAP_STDIO_FILE, .file = path },
                    path, total) == is_able(fd));
    assert(holds(fd, 12, total));
    close(fd);
    unlink(path);
}

/* A descriptor's flags are also those of who gave it. */
static void test_given(channel *s)
{
    const char *path = world_path(&s->w, "bulk");
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    size_t total = 20 * MIB + 12345;

    assert(!run_flow(s, (neap_stdio_end){ .kind = NEAP_STDIO_FD, .fd = fd },
                     path, total));
    assert(holds(fd, 0, total));
    close(fd);
    unlink(path);
}

static const channel_test tests[] = {
    { "output in bulk is in the file, to the byte", test_file },
    { "a descriptor that was given keeps its flags", test_given },
};

int main(void)
{
    channel_run(tests, sizeof tests / sizeof *tests);
    return 0;
}
