#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_clock.h"
#include "log_gzip.h"
#include "log_rotate.h"

void log_file_init(log_file *file, const log_options *options)
{
    *file = (log_file){ .options = options, .fd = -1 };
}

/* --- which file it is ----------------------------------------------------- */

static bool is_of(const log_commit *commit, const struct stat *st)
{
    return commit->inode != 0 && commit->inode == st->st_ino &&
           commit->device == st->st_dev;
}

static int refusal_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return -EISDIR;
    return S_ISREG(mode) ? 0 : -EINVAL;
}

/*
 * Open it, or make it. O_NONBLOCK: a FIFO is refused, not waited for. For both
 * ways, as the last byte is looked at.
 */
static int open_log(log_file *file, struct stat *st)
{
    int fd =
        open(file->options->log,
             O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
             0600);
    int result = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, st) != 0)
        result = -errno;
    else
        result = refusal_of(st->st_mode);
    if (result == 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
        result = errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (result != 0) {
        close(fd);
        return result;
    }
    file->fd = fd;
    return 0;
}

/* A line that a crash of the machine tore: ours are not to be part of it. */
static int end_torn_line(const log_file *file, log_commit *commit)
{
    char last = '\n';

    if (file->options->driver != LOG_JSON_FILE || commit->offset == 0)
        return 0;
    if (pread(file->fd, &last, 1, (off_t)commit->offset - 1) < 0)
        return -errno;
    if (last == '\n')
        return 0;
    if (pwrite(file->fd, "\n", 1, (off_t)commit->offset) < 0)
        return -errno;
    commit->offset++;
    return 0;
}

/* Begin at the end of a file that is not the commit's. */
static int begin(log_file *file, log_state *state, const struct stat *st)
{
    log_commit commit = *log_state_now(state);
    int result;

    commit.device = st->st_dev;
    commit.inode = st->st_ino;
    commit.offset = (uint64_t)st->st_size;
    result = end_torn_line(file, &commit);
    if (result == 0)
        log_state_commit(state, &commit);
    return result;
}

/* An inode is used again: a file that is shorter is another one. */
static bool is_current(const log_state *state, const struct stat *st)
{
    const log_commit *now = log_state_now(state);

    return is_of(now, st) && (uint64_t)st->st_size >= now->offset;
}

static int open_current(log_file *file, log_state *state)
{
    struct stat st;
    int result = open_log(file, &st);

    if (result != 0 || is_current(state, &st))
        return result;
    result = begin(file, state, &st);
    if (result != 0)
        log_file_close(file);
    return result;
}

/* Somebody truncated it, as logrotate's copytruncate does: no hole is left. */
static void notice_truncation(log_state *state, const struct stat *st)
{
    log_commit commit = *log_state_now(state);

    if ((uint64_t)st->st_size >= commit.offset)
        return;
    commit.offset = (uint64_t)st->st_size;
    log_state_commit(state, &commit);
}

/* --- rotation ------------------------------------------------------------- */

/*
 * A kill may come between any two steps. While FILE is the commit's, the log
 * goes on there and is rotated a little later: log_rotate goes on where it was
 * broken off. Once it is not, a new one is begun.
 */
int log_file_rotate(log_file *file, log_state *state, log_commit *commit)
{
    int result = log_file_sync(file, 0, true);

    if (result != 0)
        return result;
    log_file_trim(file, commit);
    log_gzip_wait(&file->compressor);
    result = log_rotate(file->options->log, file->options->max_file);
    if (result != 0)
        return result;
    log_file_close(file);
    result = open_current(file, state);
    *commit = *log_state_now(state);
    state->newest = 0; /* a clock that was set back has its say in a new file */
    if (result == 0)
        log_file_compress(file);
    return result;
}

void log_file_compress(log_file *file)
{
    const log_options *o = file->options;

    if (o->compress && o->driver != LOG_NONE && o->max_file > 1 &&
        file->compressor == 0)
        file->compressor = log_gzip_start(o->log, o->max_file);
}

void log_file_stop_compressing(log_file *file)
{
    log_gzip_stop(&file->compressor, file->options->log,
                  file->options->max_file);
}

int log_file_ready(log_file *file, log_state *state)
{
    struct stat st;

    if (file->fd >= 0 && lstat(file->options->log, &st) == 0 &&
        is_of(log_state_now(state), &st)) {
        notice_truncation(state, &st);
        return 0;
    }
    log_file_sync(file, 0, true); /* moved away, it is a log all the same */
    log_file_close(file);
    return open_current(file, state);
}

/* --- bytes ---------------------------------------------------------------- */

int log_file_write(log_file *file,
                   log_commit *commit,
                   const char *bytes,
                   size_t size)
{
    while (size > 0) {
        ssize_t n = pwrite(file->fd, bytes, size, (off_t)commit->offset);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            commit->offset += (uint64_t)n;
        }
    }
    if (file->dirty_ns == 0)
        file->dirty_ns = log_clock_elapsed();
    return file->options->fsync_s == LOG_FSYNC_ALWAYS
               ? log_file_sync(file, 0, true)
               : 0;
}

void log_file_trim(log_file *file, const log_commit *commit)
{
    struct stat st;

    if (file->fd >= 0 && fstat(file->fd, &st) == 0 &&
        (uint64_t)st.st_size > commit->offset)
        (void)!ftruncate(file->fd, (off_t)commit->offset);
}

int log_file_sync(log_file *file, int64_t now_ns, bool end)
{
    int result = 0;

    if (file->fd < 0 || file->dirty_ns == 0 ||
        file->options->fsync_s == LOG_FSYNC_NEVER)
        return 0;
    if (!end && now_ns < file->dirty_ns + file->options->fsync_s * 1000000000)
        return 0;
    if (fdatasync(file->fd) != 0) {
        result = -errno;
        file->dirty_ns = log_clock_elapsed(); /* to try again as late */
    } else {
        file->dirty_ns = 0;
    }
    return result;
}

void log_file_close(log_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
