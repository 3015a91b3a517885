#include "log_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Holes come in pieces that are worth a call, and end where blocks do. */
#define HOLE (256 << 10)

int log_spool_measure(log_spool *spool)
{
    struct stat st;

    if (fstat(spool->file, &st) != 0)
        return -errno;
    spool->size = (uint64_t)st.st_size;
    return 0;
}

int log_spool_reset(log_spool *spool)
{
    spool->size = spool->hole = 0;
    return ftruncate(spool->file, 0) == 0 ? 0 : -errno;
}

ssize_t log_spool_take(log_spool *spool, size_t most)
{
    off_t at = (off_t)spool->size;
    ssize_t n;

    do
        n = splice(spool->fifo, NULL, spool->file, &at, most,
                   SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    spool->size += (uint64_t)n;
    return n;
}

ssize_t
log_spool_read(const log_spool *spool, uint64_t at, void *bytes, size_t size)
{
    ssize_t n;

    if (at >= spool->size)
        return 0;
    if (size > spool->size - at)
        size = (size_t)(spool->size - at);
    do
        n = pread(spool->file, bytes, size, (off_t)at);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

void log_spool_release(log_spool *spool, uint64_t at)
{
    uint64_t end = at & ~(uint64_t)4095;

    if (end < spool->hole + HOLE)
        return;
    if (fallocate(spool->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)spool->hole, (off_t)(end - spool->hole)) == 0)
        spool->hole = end;
}
