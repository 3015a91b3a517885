#include "direct.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "fifo.h"

/* What is written as ever, before anything else. */
#define FEW (16 << 20)

/* A piece that is worth it. */
#define LEAST (256 << 10)

/* Slower than 500 MB/s is a lag; so many more than prompt ones are too many. */
#define LAG_NS 2
#define LAGS   16

void direct_open(direct *d, int fd)
{
    struct statx st;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_DIOALIGN, &st) == 0)
        d->is_able = S_ISREG(st.stx_mode) &&
                     (st.stx_mask & STATX_DIOALIGN) != 0 &&
                     st.stx_dio_offset_align > 0 &&
                     st.stx_dio_offset_align <= DIRECT_ALIGN &&
                     st.stx_dio_mem_align <= DIRECT_ALIGN;
}

/* Bytes until the file ends where a block does, and so a page. */
static size_t lead(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return 0;
    return (size_t)(-st.st_size & (DIRECT_ALIGN - 1));
}

bool direct_is_due(const direct *d)
{
    return d->is_able && d->taken >= FEW;
}

size_t direct_fit(const direct *d, int fd, size_t there)
{
    size_t first;

    if (!direct_is_due(d) || there < LEAST)
        return 0;
    if ((first = lead(fd)) > 0)
        return first;
    return there < DIRECT_ALL ? there & ~(size_t)(DIRECT_ALIGN - 1)
                              : DIRECT_ALL;
}

static bool fits(const direct *d, int fd, const char *data, size_t size)
{
    return direct_fit(d, fd, size) == size &&
           ((uintptr_t)data & (DIRECT_ALIGN - 1)) == 0;
}

/* False: the file system refuses. */
static bool turn(direct *d, int fd, bool is_on)
{
    int flags;

    if (d->is_on == is_on)
        return true;
    flags = fcntl(fd, F_GETFL);
    if (fcntl(fd, F_SETFL, is_on ? flags | O_DIRECT : flags & ~O_DIRECT) != 0)
        return false;
    d->is_on = is_on;
    return true;
}

void direct_judge(direct *d, size_t size, int64_t ns)
{
    if (ns > (int64_t)size * LAG_NS)
        d->lags++;
    else if (d->lags > 0)
        d->lags--;
    if (d->lags == LAGS)
        d->is_able = false;
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static ssize_t write_past(direct *d, int fd, const char *data, size_t size)
{
    int64_t start = now_ns();
    ssize_t n = fd_write(fd, data, size);

    if (n <= 0)
        return n;
    direct_judge(d, size, now_ns() - start);
    if ((size_t)n < size)
        d->is_able = false;
    return n;
}

/* Is that due to how it was written? To say what fits is the other way's. */
static bool is_misfit(int sys)
{
    return sys == EINVAL || sys == EOPNOTSUPP || sys == ENOSPC || sys == EDQUOT;
}

static ssize_t write_as_ever(direct *d, int fd, const char *data, size_t size)
{
    return turn(d, fd, false) ? fd_write(fd, data, size) : -1;
}

ssize_t direct_write(direct *d, int fd, const char *data, size_t size)
{
    bool is_past = fits(d, fd, data, size) && turn(d, fd, true);
    ssize_t n = is_past ? write_past(d, fd, data, size)
                        : write_as_ever(d, fd, data, size);

    if (is_past && n < 0 && is_misfit(errno)) {
        d->is_able = false;
        n = write_as_ever(d, fd, data, size);
    }
    if (n > 0)
        d->taken += (uint64_t)n;
    return n;
}
