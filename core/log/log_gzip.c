#include "log_gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "fifo.h"
#include "log_rotate.h"

#define LEVEL 3 /* logs compress well at any level: take little time */
#define CHUNK (64 << 10)

static int deflate_chunk(z_stream *z, int to, int flush)
{
    static unsigned char out[CHUNK];
    int result = 0;

    do {
        z->next_out = out;
        z->avail_out = sizeof out;
        deflate(z, flush);
        result = fd_write_all(to, out, sizeof out - z->avail_out);
    } while (result == 0 && z->avail_out == 0);
    return result;
}

/* Who reads the file meanwhile knows it by its inode, which it loses. */
static int copy_deflated(int from, int to)
{
    static unsigned char in[CHUNK];
    char comment[32];
    gz_header header = { .os = 3, .comment = (Bytef *)comment };
    z_stream z = { .zalloc = Z_NULL };
    struct stat st;
    int result = 0;
    ssize_t n = 1;

    if (deflateInit2(&z, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return -ENOMEM;
    if (fstat(from, &st) == 0) {
        snprintf(comment, sizeof comment, "inode %llu",
                 (unsigned long long)st.st_ino);
        deflateSetHeader(&z, &header);
    }
    while (n > 0 && result == 0) {
        n = read(from, in, sizeof in);
        if (n < 0) {
            result = -errno;
            break;
        }
        z.next_in = in;
        z.avail_in = (unsigned)n;
        result = deflate_chunk(&z, to, n > 0 ? Z_NO_FLUSH : Z_FINISH);
    }
    deflateEnd(&z);
    return result;
}

static int write_beside(int from, const char *name)
{
    int to =
        open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int result;

    if (to < 0)
        return -errno;
    result = copy_deflated(from, to);
    if (result == 0 && fdatasync(to) != 0)
        result = -errno;
    close(to);
    return result;
}

static void unfinished_name(char *name, const char *path, unsigned n)
{
    log_rotate_name(name, path, n, 1);
    strcat(name, ".new");
}

/* Compress FILE.n; 0 or a negative errno. */
static int gzip_file(const char *path, unsigned n)
{
    char plain[LOG_NAME_SIZE], done[LOG_NAME_SIZE], making[LOG_NAME_SIZE + 8];
    int from, result;

    log_rotate_name(plain, path, n, 0);
    log_rotate_name(done, path, n, 1);
    unfinished_name(making, path, n);
    from = open(plain, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return -errno;
    unlink(making);
    result = write_beside(from, making);
    close(from);
    if (result == 0 && rename(making, done) != 0)
        result = -errno;
    if (result == 0)
        unlink(plain);
    else
        unlink(making);
    return result;
}

/* Who was killed has left what it was making, of a file that has moved since.
 */
static void remove_unfinished(const char *path, unsigned max_file)
{
    char name[LOG_NAME_SIZE + 8];

    for (unsigned n = 1; n < max_file; n++) {
        unfinished_name(name, path, n);
        unlink(name);
    }
}

static void compress_all(const char *path, unsigned max_file)
{
    char name[LOG_NAME_SIZE];
    struct stat st;

    remove_unfinished(path, max_file);
    for (unsigned n = 1; n < max_file; n++) {
        log_rotate_name(name, path, n, 0);
        if (lstat(name, &st) == 0 && S_ISREG(st.st_mode))
            gzip_file(path, n);
    }
}

pid_t log_gzip_start(const char *path, unsigned max_file)
{
    pid_t parent = getpid(), child = fork();

    if (child != 0)
        return child > 0 ? child : 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_range(3, ~0U, 0);
    if (getppid() == parent) {
        setpriority(PRIO_PROCESS, 0, 10);
        compress_all(path, max_file);
    }
    _exit(0);
}

void log_gzip_reap(pid_t *pid)
{
    if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) != 0)
        *pid = 0;
}

void log_gzip_wait(pid_t *pid)
{
    while (*pid > 0 && waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *pid = 0;
}

void log_gzip_stop(pid_t *pid, const char *path, unsigned max_file)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    log_gzip_wait(pid);
    remove_unfinished(path, max_file);
}
