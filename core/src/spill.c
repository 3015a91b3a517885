#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory.h"
#include "ring.h"

struct spill {
    char *dir;
    int fd; /* -1: there is none yet */
    uint64_t limit;
    uint64_t at, size; /* a ring: byte `at` of the file is the oldest */
    ring late;         /* came after those, and the file did not take it */
};

spill *spill_new(const char *dir, uint64_t limit)
{
    spill *f = xcalloc(1, sizeof *f);

    f->dir = xstrdup(dir);
    f->fd = -1;
    f->limit = limit;
    return f;
}

void spill_free(spill *f)
{
    if (f == NULL)
        return;
    if (f->fd >= 0)
        close(f->fd);
    ring_clear(&f->late);
    free(f->dir);
    free(f);
}

uint64_t spill_size(const spill *f)
{
    return f->size + f->late.size;
}

uint64_t spill_room(const spill *f)
{
    return f->late.size > 0 ? 0 : f->limit - f->size;
}

/* --- the file ------------------------------------------------------------- */

/* Not every file system makes files without a name. */
static int open_named(const char *dir)
{
    char *path = xasprintf("%s/neap-XXXXXX", dir);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static bool open_file(spill *f)
{
    if (f->fd < 0)
        f->fd = open(f->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (f->fd < 0)
        f->fd = open_named(f->dir);
    return f->fd >= 0;
}

/* How many of `size` bytes at `at` of the ring lie together in the file. */
static size_t together(const spill *f, uint64_t at, size_t size)
{
    uint64_t left = f->limit - at % f->limit;

    return size < left ? size : (size_t)left;
}

static void let_go(spill *f, size_t size)
{
    f->at = (f->at + size) % f->limit;
    f->size -= size;
    if (f->size > 0)
        return;
    f->at = 0;
    if (ftruncate(f->fd, 0) != 0)
        f->at = 0; /* it keeps its blocks, that is all */
}

/* --- bytes ---------------------------------------------------------------- */

void spill_put(spill *f, const char *data, size_t size)
{
    bool takes = f->late.size == 0 && open_file(f);

    while (takes && size > 0 && f->size < f->limit) {
        uint64_t end = (f->at + f->size) % f->limit;
        uint64_t room = f->limit - f->size;
        size_t most = size < room ? size : (size_t)room;
        ssize_t n = pwrite(f->fd, data, together(f, end, most), (off_t)end);

        if (n > 0) {
            f->size += (uint64_t)n;
            data += n;
            size -= (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            takes = false;
        }
    }
    ring_put(&f->late, data, size);
}

int64_t spill_take(spill *f, char *into, size_t most)
{
    size_t size = f->size < most ? (size_t)f->size : most;
    ssize_t n;

    if (size == 0)
        return (int64_t)ring_take(&f->late, into, most);
    do
        n = pread(f->fd, into, together(f, f->at, size), (off_t)f->at);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        let_go(f, (size_t)n);
        return n;
    }
    n = n < 0 ? -errno : -EIO;
    let_go(f, (size_t)f->size);
    return n;
}
