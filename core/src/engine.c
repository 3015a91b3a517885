/*
 * Starting an engine:
 *
 *   lock     nobody else starts or stops this engine meanwhile
 *   adopt    one of ours answers on the socket: done
 *   spawn    a socket without a listener is removed, the configuration is
 *            written, the program is started with its output in the log
 *   wait     until one of ours answers: done
 *
 * It fails when the lock is held for too long; when a stranger answers; when a
 * file cannot be written; when the program cannot be executed, ends, or does
 * not answer in time. What does not answer, or is not wanted any more, is
 * killed, and has ended before the lock is given back: two containerds in one
 * directory would wait for each other. Only a service manager's goes on.
 */
#include "neap/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_operation.h"
#include "memory.h"
#include "neap/path.h"

/* How much of its log an engine that failed leaves in the error. */
#define LAST_WORDS 1500

/* What a killed process may take to be gone: it may be in a system call. */
#define KILL_S 5

static void wait_stage(operation *o);
static void kill_engine(operation *o);
static void engine_ended(operation *o);
static void launcher_ended(operation *o);

/* What the new engine logged last, on one line, or NULL. Owned. */
static char *last_words(const operation *o)
{
    int fd = open(o->config.log, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char *text = NULL, *line;
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && st.st_size > o->log_start) {
        off_t from = st.st_size - LAST_WORDS;

        from = from > o->log_start ? from : o->log_start;
        text = xcalloc(1, LAST_WORDS + 1);
        n = pread(fd, text, LAST_WORDS, from);
        text[n > 0 ? n : 0] = '\0';
        while (n > 0 && text[n - 1] == '\n')
            text[--n] = '\0';
        while ((line = strchr(text, '\n')) != NULL)
            *line = ' ';
    }
    close(fd);
    return text;
}

static void fail_with_log(operation *o, neap_code code, const char *what)
{
    char *words = last_words(o);

    if (words != NULL && words[0] != '\0')
        operation_fail(o, code, "%s %s; its log in %s ends: %s",
                       o->config.argv[0], what, o->config.log, words);
    else
        operation_fail(o, code, "%s %s; its log in %s is empty",
                       o->config.argv[0], what, o->config.log);
    free(words);
}

/* --- stages --------------------------------------------------------------- */

static bool write_config(operation *o)
{
    const char *text = o->config.config_text;

    if (neap_path_write(o->config.config_path, text, strlen(text), 0600,
                        &o->err))
        return true;
    o->err.op = o->op;
    operation_finish(o);
    return false;
}

static void spawn_stage(operation *o)
{
    const engine_program program = {
        .argv = (char *const *)o->config.argv,
        .env = (char *const *)o->config.env,
        .log = o->config.log,
        .nofile = o->config.nofile,
        .detached = !o->config.launcher,
    };
    struct stat log;
    int result;

    operation_unlink(o);
    if (!write_config(o))
        return;
    o->log_start = stat(o->config.log, &log) == 0 ? log.st_size : 0;
    result = engine_spawn(&program, &o->child);
    if (result != 0) {
        operation_fail_errno(o, -result, o->config.argv[0]);
        return;
    }
    o->started = true;
    o->changed = !program.detached;
    o->leave = program.detached ? kill_engine : NULL;
    if (operation_watch(o, program.detached ? engine_ended : launcher_ended))
        operation_enter(o, wait_stage, o->config.timeout_s);
}

static void adopt_stage(operation *o)
{
    switch (operation_identify(o)) {
    case OPERATION_NOBODY:
        spawn_stage(o);
        break;
    case OPERATION_BUSY:
        if (!operation_again(o))
            operation_fail(o, NEAP_DEADLINE_EXCEEDED, "%s takes no calls",
                           o->config.socket);
        break;
    case OPERATION_OURS:
        operation_finish(o);
        break;
    case OPERATION_FAILED:
        break;
    }
}

static void locked(operation *o)
{
    operation_enter(o, adopt_stage, o->config.timeout_s);
}

/*
 * Somebody was killed in the middle of a start: his engine answers now, and
 * ours would wait for it to end, to take its place when nobody expects it.
 */
static void drop_second(operation *o)
{
    if (!o->child.detached || o->child.pid == o->peer.pid)
        return;
    pidfd_send_signal(o->child.pidfd, SIGKILL, NULL, 0);
    o->started = false;
}

static void wait_stage(operation *o)
{
    operation_answer answer = operation_identify(o);

    if (answer == OPERATION_OURS) {
        drop_second(o);
        operation_finish(o);
    }
    if (answer == OPERATION_OURS || answer == OPERATION_FAILED)
        return;
    if (operation_again(o))
        return;
    o->late = true;
    if (o->leave != NULL)
        o->leave(o);
    else
        engine_ended(o);
}

/* It has ended, by itself or because it was killed; or it will not. */
static void engine_ended(operation *o)
{
    if (o->cancelled)
        operation_finish_cancelled(o);
    else if (o->late)
        fail_with_log(o, NEAP_DEADLINE_EXCEEDED, "did not answer in time");
    else
        fail_with_log(o, NEAP_UNAVAILABLE, "ended at once");
}

static void kill_stage(operation *o)
{
    if (!operation_again(o))
        engine_ended(o);
}

static void kill_engine(operation *o)
{
    pidfd_send_signal(o->child.pidfd, SIGKILL, NULL, 0);
    operation_enter(o, kill_stage, KILL_S);
}

/* A service manager has taken over, or could not. */
static void launcher_ended(operation *o)
{
    if (engine_child_close(&o->child) != 0)
        fail_with_log(o, NEAP_UNAVAILABLE, "failed");
}

neap_request *neap_engine_start(neap_loop *loop,
                                const neap_engine_config *config,
                                neap_engine_cb cb,
                                void *arg)
{
    return &operation_new(loop, "engine.start", config, locked, cb, arg)->req;
}
