#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_discard.h"
#include "log_keeper.h"
#include "log_loop.h"
#include "log_options.h"
#include "log_ready.h"
#include "log_session.h"
#include "memory.h"

/*
 * neap-log: the one reader of a container's output. It writes the log and
 * serves those who watch, in a process that outlives whoever started it; or it
 * reads what nobody wants.
 */

/* containerd gives 3 to 5; the one to answer on may be any. */
static void close_others(const log_options *o)
{
    unsigned first = o->binary ? 6 : 3, ready = (unsigned)o->ready;

    if (o->ready < (int)first) {
        close_range(first, ~0U, 0);
        return;
    }
    if (ready > first)
        close_range(first, ready - 1, 0);
    close_range(ready + 1, ~0U, 0);
}

static void set_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static char **copy_words(int argc, char **argv)
{
    char **words = xcalloc((size_t)argc + LOG_KEEPER_WORDS, sizeof *words);

    for (int i = 0; i < argc; i++)
        words[i] = xstrdup(argv[i]);
    return words;
}

static void free_words(char **words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

static int run(const log_options *options, int argc, char **argv, char **words)
{
    static log_session session;
    neap_error err = { 0 };
    log_keeper keeper;
    int status;

    if (!log_session_open(&session, options, &err)) {
        log_ready_fail(options->ready, err.sys, err.message);
        neap_error_clear(&err);
        return 1;
    }
    keeper = log_keeper_start(&session, argc, argv, words);
    status = log_loop_run(&session, options->ready);
    log_keeper_end(&keeper);
    return status;
}

int main(int argc, char **argv)
{
    char **words = copy_words(argc, argv);
    log_options options;
    const char *problem = log_options_parse(&options, argc, words);
    int status = 2;

    prctl(PR_SET_NAME, "neap-log"); /* a keeper starts it as "exe" */
    if (options.binary)
        options.ready = 5;
    if (problem != NULL) {
        log_ready_fail(options.ready, EINVAL, problem);
    } else {
        close_others(&options);
        setsid();
        umask(0177);
        (void)!chdir("/");
        if (options.discard) {
            status = log_discard_run(&options);
        } else {
            set_signals();
            status = run(&options, argc, argv, words);
        }
    }
    free_words(words);
    return status;
}
