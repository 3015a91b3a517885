#include "log_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fifo.h"
#include "log_socket.h"
#include "memory.h"
#include "reader.h"

static const char op[] = "log";

static bool fail(neap_error *err, int sys, const char *what, const char *path)
{
    neap_error_set_errno(err, op, sys, "cannot %s %s", what, path);
    return false;
}

/* --- files of the state --------------------------------------------------- */

static int open_file(const char *path, const char *suffix)
{
    char *name;
    int fd;

    if (path == NULL)
        return memfd_create("neap-log", MFD_CLOEXEC);
    name = xasprintf("%s%s", path, suffix);
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
              0600);
    free(name);
    return fd;
}

static void remove_file(const char *path, const char *suffix)
{
    char *name = xasprintf("%s%s", path, suffix);

    unlink(name);
    free(name);
}

static const char *const spool_suffix[2] = { ".out", ".err" };

static bool open_spools(log_session *s, neap_error *err)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++) {
        s->spool[i].file = open_file(s->options->state, spool_suffix[i]);
        if (s->spool[i].file < 0)
            return fail(err, errno, "open the spool of", s->options->state);
    }
    return true;
}

/* What the kernel calls itself since it was started. */
static void read_boot(char *boot, size_t room)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)!read(fd, boot, room - 1);
    close(fd);
}

/* Whose the state is: FIFOs are told apart by their inodes. */
static log_owner owner_of(const log_session *s)
{
    log_owner owner = { 0 };
    struct stat st;

    read_boot(owner.boot, sizeof owner.boot);
    for (unsigned i = 0; i < LOG_STREAMS; i++)
        if (s->spool[i].fifo >= 0 && fstat(s->spool[i].fifo, &st) == 0) {
            owner.fifo[i][0] = st.st_dev;
            owner.fifo[i][1] = st.st_ino;
        }
    return owner;
}

/* Has nobody taken away what the state speaks of? */
static bool has_spools(const log_session *s)
{
    const log_commit *now = log_state_now(s->state);

    return s->spool[0].size >= now->done[0] && s->spool[1].size >= now->done[1];
}

/* Go on where the last logger of these streams ended, or begin. */
static bool open_state(log_session *s, neap_error *err)
{
    int fd = open_file(s->options->state, "");
    log_owner owner;
    int result = 0;

    if (fd >= 0)
        s->state = log_state_map(fd);
    if (s->state == NULL)
        fail(err, errno, "open the state", s->options->state);
    if (fd >= 0)
        close(fd);
    if (s->state == NULL || !open_spools(s, err))
        return false;
    owner = owner_of(s);
    for (unsigned i = 0; i < LOG_STREAMS && result == 0; i++)
        result = log_spool_measure(&s->spool[i]);
    s->resumed = log_state_fits(s->state, &owner) && has_spools(s);
    for (unsigned i = 0; i < LOG_STREAMS && result == 0 && !s->resumed; i++)
        result = log_spool_reset(&s->spool[i]);
    if (result != 0)
        return fail(err, -result, "use the spool of", s->options->state);
    if (!s->resumed)
        log_state_reset(s->state, &owner);
    return true;
}

/* --- streams -------------------------------------------------------------- */

static bool open_fifos(log_session *s, neap_error *err)
{
    const log_options *o = s->options;

    for (int i = 0; i < LOG_STREAMS; i++) {
        int fd = -1;

        if (o->binary && o->fifo[i] == NULL)
            fd = 3 + i; /* where containerd puts them */
        else if (o->fifo[i] != NULL)
            fd = fifo_open_reader(o->fifo[i]);
        else
            continue;
        if (fd < 0)
            return fail(err, -fd, "read", o->fifo[i]);
        s->spool[i].fifo = fd;
        fifo_enlarge(fd);
        if (o->finish && o->fifo[i] != NULL)
            fifo_expect_end(o->fifo[i]);
    }
    return true;
}

static bool take_lock(log_session *s, neap_error *err)
{
    if (s->options->reader == NULL)
        return true;
    s->lock = reader_lock(s->options->reader, true, err);
    if (s->lock < 0 && err->sys == 0)
        err->sys = EBUSY;
    return s->lock >= 0;
}

static bool listen_for_taps(log_session *s, neap_error *err)
{
    if (s->options->tap == NULL)
        return true;
    s->listen = log_socket_listen(s->options->tap);
    return s->listen >= 0 ||
           fail(err, -s->listen, "listen on", s->options->tap);
}

/* --- the whole ------------------------------------------------------------ */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(log_session *s)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++) {
        close_fd(&s->spool[i].fifo);
        close_fd(&s->spool[i].file);
    }
    if (s->state != NULL)
        munmap(s->state, sizeof *s->state);
    close_fd(&s->listen);
    close_fd(&s->lock);
}

/* A state that tells of losses is left for whoever asks about them. */
static void remove_state(const log_session *s)
{
    for (unsigned i = 0; i < LOG_STREAMS; i++)
        remove_file(s->options->state, spool_suffix[i]);
    if (s->state == NULL || s->state->dropped == 0)
        unlink(s->options->state);
}

void log_session_end(log_session *session)
{
    const log_options *o = session->options;

    if (session->state != NULL)
        session->state->over = 1;
    if (o->state != NULL)
        remove_state(session);
    if (o->tap != NULL)
        log_socket_remove(o->tap);
    if (o->reader != NULL) {
        unlink(o->reader);
        flock(session->lock, LOCK_UN); /* for all who have it */
    }
}

static bool is_there(const char *path)
{
    struct stat st;

    return path != NULL && lstat(path, &st) == 0;
}

bool log_session_open(log_session *session,
                      const log_options *options,
                      neap_error *err)
{
    static const log_spool none = { .fifo = -1, .file = -1 };
    bool is_first;

    *session = (log_session){
        .options = options, .lock = -1, .listen = -1, .spool = { none, none }
    };
    if (!take_lock(session, err))
        return false;
    is_first = !is_there(options->state);
    if (open_fifos(session, err) && open_state(session, err) &&
        listen_for_taps(session, err))
        return true;
    if (is_first)
        log_session_end(session);
    close_all(session);
    return false;
}
