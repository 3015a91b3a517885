/*
 * The engine's mechanism, with this very program in containerd's place: run
 * with a mode and a socket it serves, dies, is deaf, or will not go.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "neap/engine.h"

/* --- the fake engine ------------------------------------------------------ */

static void report_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        if (atoi(entry->d_name) > 2 && atoi(entry->d_name) != dirfd(dir))
            printf("descriptor %s is open\n", entry->d_name);
    closedir(dir);
}

/* What an engine is promised; each line is a promise broken. */
static void report(char **env)
{
    struct sigaction action;
    struct rlimit files;
    sigset_t mask;
    char cwd[64];

    report_descriptors();
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGPIPE, NULL, &action);
    getrlimit(RLIMIT_NOFILE, &files);
    if (getsid(0) == getpid())
        printf("leads a session\n");
    if (sigismember(&mask, SIGUSR1) || action.sa_handler != SIG_DFL)
        printf("signals are not reset\n");
    if (umask(022) != 022)
        printf("umask\n");
    if (getcwd(cwd, sizeof cwd) == NULL || strcmp(cwd, "/") != 0)
        printf("directory\n");
    if (files.rlim_cur != files.rlim_max)
        printf("RLIMIT_NOFILE is not at its limit\n");
    if (strcmp(env[0], "MARK=1") != 0 || env[1] != NULL)
        printf("environment\n");
    printf("pid %d, session %d, started\n", (int)getpid(), (int)getsid(0));
    fflush(stdout);
}

static void listen_on(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(address.sun_path, path);
    assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    assert(listen(fd, 8) == 0);
}

static int fake_engine(const char *mode, const char *path, char **env)
{
    alarm(120); /* it does not outlive a test that fails */
    if (strcmp(mode, "--die") == 0) {
        fprintf(stderr, "first line\nlast words\n");
        return 3;
    }
    if (strcmp(mode, "--stubborn") == 0)
        signal(SIGTERM, SIG_IGN);
    if (strcmp(mode, "--late") == 0)
        usleep(200000);
    else
        report(env);
    if (strcmp(mode, "--deaf") != 0)
        listen_on(path);
    for (;;)
        pause();
}

/* --- a place for one ------------------------------------------------------ */

typedef struct fixture {
    uv_loop_t uv;
    neap_loop *loop;
    char dir[32], lock[64], socket[64], log[64], conf[64], exe[1024];
    const char *argv[4], *env[2];
    neap_engine_config config;
} fixture;

typedef struct outcome {
    int calls;
    neap_error err;
    neap_engine_peer peer;
    bool started;
} outcome;

static void
record(void *arg, const neap_error *err, const neap_engine_peer *peer, bool s)
{
    outcome *o = arg;

    o->calls++;
    if (err != NULL)
        neap_error_copy(&o->err, err);
    if (peer != NULL)
        o->peer = *peer;
    o->started = s;
}

static void open_fixture(fixture *f, const char *mode)
{
    ssize_t n = readlink("/proc/self/exe", f->exe, sizeof f->exe - 1);

    assert(n > 0);
    f->exe[n] = '\0';
    strcpy(f->dir, "/tmp/engine_test.XXXXXX");
    assert(mkdtemp(f->dir) != NULL);
    snprintf(f->lock, sizeof f->lock, "%s/lock", f->dir);
    snprintf(f->socket, sizeof f->socket, "%s/socket", f->dir);
    snprintf(f->log, sizeof f->log, "%s/log", f->dir);
    snprintf(f->conf, sizeof f->conf, "%s/config", f->dir);
    f->argv[0] = f->exe;
    f->argv[1] = mode;
    f->argv[2] = f->socket;
    f->argv[3] = NULL;
    f->env[0] = "MARK=1";
    f->env[1] = NULL;
    f->config = (neap_engine_config){
        .lock = f->lock,
        .socket = f->socket,
        .name = strrchr(f->exe, '/') + 1,
        .timeout_s = 10,
        .log = f->log,
        .config_path = f->conf,
        .config_text = "version = 2\n",
        .argv = f->argv,
        .env = f->env,
        .nofile = 4096,
    };
    uv_loop_init(&f->uv);
    f->loop = neap_loop_open(&f->uv, NEAP_LOOP_DRIVEN);
}

static void close_fixture(fixture *f)
{
    neap_loop_close(f->loop);
    uv_run(&f->uv, UV_RUN_DEFAULT);
    assert(uv_loop_close(&f->uv) == 0); /* nothing is left on the loop */
    unlink(f->lock);
    unlink(f->socket);
    unlink(f->log);
    unlink(f->conf);
    assert(rmdir(f->dir) == 0);
}

static void await(fixture *f, outcome *o)
{
    assert(o->calls == 0); /* never before the submitting call has returned */
    while (o->calls == 0)
        neap_loop_turn(f->loop, true);
}

static outcome start(fixture *f)
{
    outcome o = { 0 };

    neap_engine_start(f->loop, &f->config, record, &o);
    await(f, &o);
    return o;
}

static outcome stop(fixture *f)
{
    outcome o = { 0 };

    neap_engine_stop(f->loop, &f->config, record, &o);
    await(f, &o);
    return o;
}

static void expect(outcome o, neap_code code)
{
    assert(o.calls == 1);
    if (o.err.code != code)
        fprintf(stderr, "%s: %s\n", neap_code_name(o.err.code), o.err.message);
    assert(o.err.code == code);
    neap_error_clear(&o.err);
}

static bool log_has(const fixture *f, const char *text)
{
    char content[4096] = "";
    FILE *log = fopen(f->log, "r");
    bool has;

    assert(log != NULL);
    content[fread(content, 1, sizeof content - 1, log)] = '\0';
    fclose(log);
    has = strstr(content, text) != NULL;
    if (!has)
        fputs(content, stderr);
    return has;
}

/* Whether the process ends, or has ended. */
static bool is_gone(pid_t pid)
{
    struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
    bool gone = end.fd < 0 || poll(&end, 1, 10000) == 1;

    if (end.fd >= 0)
        close(end.fd);
    return gone;
}

/* --- tests ---------------------------------------------------------------- */

static void starts_detached_and_stops(void)
{
    fixture f;
    struct stat st;
    sigset_t blocked;
    char session[64];
    outcome o;
    int leak = open("/dev/null", O_RDONLY); /* without close-on-exec */

    open_fixture(&f, "--serve");
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);

    o = start(&f);
    assert(o.err.code == NEAP_OK && o.started && o.peer.uid == geteuid());
    assert(strcmp(o.peer.exe, f.exe) == 0);
    assert(getsid(o.peer.pid) != getsid(0));
    snprintf(session, sizeof session, "pid %d, session %d, started\n",
             (int)o.peer.pid, (int)getsid(o.peer.pid));
    assert(log_has(&f, session));
    assert(stat(f.log, &st) == 0 && (st.st_mode & 0777) == 0600);
    assert((size_t)st.st_size == strlen(session)); /* no promise was broken */
    assert(stat(f.conf, &st) == 0 && (st.st_mode & 0777) == 0600);

    expect(stop(&f), NEAP_OK);
    assert(access(f.socket, F_OK) != 0);
    expect(stop(&f), NEAP_NOT_FOUND);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    close(leak);
    close_fixture(&f);
    printf("ok - starts detached, inherits nothing, stops\n");
}

static void adopts_what_answers(void)
{
    fixture f;
    outcome first, second;

    open_fixture(&f, "--serve");
    first = start(&f);
    second = start(&f);
    assert(first.started && !second.started);
    assert(first.peer.pid == second.peer.pid);
    expect(stop(&f), NEAP_OK);
    close_fixture(&f);
    printf("ok - adopts what answers\n");
}

static void starts_one_of_two(void)
{
    outcome a = { 0 }, b = { 0 };
    fixture f;

    open_fixture(&f, "--serve");
    neap_engine_start(f.loop, &f.config, record, &a);
    neap_engine_start(f.loop, &f.config, record, &b);
    while (a.calls == 0 || b.calls == 0)
        neap_loop_turn(f.loop, true);
    assert(a.err.code == NEAP_OK && b.err.code == NEAP_OK);
    assert(a.started != b.started && a.peer.pid == b.peer.pid);
    expect(stop(&f), NEAP_OK);
    close_fixture(&f);
    printf("ok - two starts at once make one engine\n");
}

static void replaces_stale_socket(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    fixture f;

    open_fixture(&f, "--serve");
    strcpy(address.sun_path, f.socket);
    assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    close(fd);
    assert(start(&f).started);
    expect(stop(&f), NEAP_OK);
    close_fixture(&f);
    printf("ok - replaces a socket that nobody listens on\n");
}

static void refuses_stranger(void)
{
    outcome o;
    fixture f;

    open_fixture(&f, "--serve");
    assert(start(&f).started);
    f.config.name = "containerd";
    expect(start(&f), NEAP_FAILED_PRECONDITION);
    expect(stop(&f), NEAP_FAILED_PRECONDITION);
    f.config.name = strrchr(f.exe, '/') + 1;
    o = stop(&f);
    expect(o, NEAP_OK);
    close_fixture(&f);
    printf("ok - refuses a stranger on the socket\n");
}

static void tells_last_words(void)
{
    fixture f;
    outcome o;

    open_fixture(&f, "--die");
    o = start(&f);
    assert(o.err.code == NEAP_UNAVAILABLE);
    assert(strstr(o.err.message, "first line last words") != NULL);
    neap_error_clear(&o.err);
    close_fixture(&f);
    printf("ok - an engine that ends leaves its last words\n");
}

static void kills_the_deaf(void)
{
    fixture f;
    outcome o;
    int pid;
    const char *word;

    open_fixture(&f, "--deaf");
    f.config.timeout_s = 0.2;
    o = start(&f);
    assert(o.err.code == NEAP_DEADLINE_EXCEEDED);
    word = strstr(o.err.message, "pid ");
    assert(word != NULL && sscanf(word, "pid %d", &pid) == 1);
    assert(is_gone(pid));
    neap_error_clear(&o.err);
    close_fixture(&f);
    printf("ok - an engine that never answers is killed\n");
}

static void drops_a_second(void)
{
    char said[64] = "";
    outcome o;
    fixture f;
    pid_t first;
    int fd, second;

    open_fixture(&f, "--deaf");
    first = fork(); /* what a start that was killed has left */
    if (first == 0) {
        execl(f.exe, f.exe, "--late", f.socket, (char *)NULL);
        _exit(127);
    }
    o = start(&f);
    assert(o.err.code == NEAP_OK && o.peer.pid == first && !o.started);
    fd = open(f.log, O_RDONLY);
    assert(read(fd, said, sizeof said - 1) > 0);
    close(fd);
    assert(sscanf(said, "pid %d", &second) == 1 && second != first);
    assert(is_gone(second));
    expect(stop(&f), NEAP_OK);
    assert(waitpid(first, NULL, 0) == first);
    close_fixture(&f);
    printf("ok - of two engines that start, the one that answers stays\n");
}

static void kills_the_stubborn(void)
{
    fixture f;

    open_fixture(&f, "--stubborn");
    assert(start(&f).started);
    f.config.timeout_s = 0.2;
    expect(stop(&f), NEAP_OK);
    close_fixture(&f);
    printf("ok - an engine that ignores TERM is killed\n");
}

static void waits_for_the_lock(void)
{
    fixture f;
    int fd;

    open_fixture(&f, "--serve");
    fd = open(f.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
    f.config.timeout_s = 0.1;
    expect(start(&f), NEAP_DEADLINE_EXCEEDED);
    close(fd);
    close_fixture(&f);
    printf("ok - a lock that is held bounds the wait\n");
}

static void launches(void)
{
    outcome o;
    fixture f;

    open_fixture(&f, "--serve");
    f.argv[0] = "/bin/false";
    f.config.launcher = true;
    o = start(&f);
    assert(o.err.code == NEAP_UNAVAILABLE);
    neap_error_clear(&o.err);

    f.argv[0] = f.exe; /* "took over": it serves as our own child */
    assert(start(&f).started);
    close_fixture(&f);
    printf("ok - a launcher that fails ends the wait\n");
}

static void cannot_execute(void)
{
    fixture f;

    open_fixture(&f, "--serve");
    f.argv[0] = "/nonexistent/containerd";
    expect(start(&f), NEAP_NOT_FOUND);
    f.argv[0] = f.dir;
    expect(start(&f), NEAP_PERMISSION_DENIED);
    f.argv[0] = f.exe;
    f.config.config_path = "/nonexistent/config";
    expect(start(&f), NEAP_NOT_FOUND);
    f.config.lock = "/nonexistent/lock";
    expect(start(&f), NEAP_NOT_FOUND);
    close_fixture(&f);
    printf("ok - what cannot be executed or written is told\n");
}

/* Cancelled after so many turns, an operation ends once; then all can stop. */
static void cancels_at_any_turn(void)
{
    fixture f;

    open_fixture(&f, "--serve");
    for (int turns = 0; turns < 6; turns++) {
        outcome o = { 0 };
        neap_request *req = neap_engine_start(f.loop, &f.config, record, &o);

        for (int i = 0; i < turns && o.calls == 0; i++)
            neap_loop_turn(f.loop, true);
        if (o.calls == 0) {
            neap_request_cancel(req);
            neap_request_cancel(req);
            while (o.calls == 0)
                neap_loop_turn(f.loop, true);
        }
        assert(o.calls == 1);
        assert(o.err.code == NEAP_OK || o.err.code == NEAP_CANCELLED);
        neap_error_clear(&o.err);
        o = start(&f); /* adopts what goes on, if anything does */
        assert(o.err.code == NEAP_OK);
        expect(stop(&f), NEAP_OK);
    }
    close_fixture(&f);
    printf("ok - cancelled at any turn, it ends once\n");
}

static void survives_closed_stdio(void)
{
    fixture f;
    int saved[3];

    open_fixture(&f, "--serve");
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 50);
        close(fd);
    }
    outcome o = start(&f);
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    assert(o.err.code == NEAP_OK && o.started);
    assert(log_has(&f, "started"));
    expect(stop(&f), NEAP_OK);
    close_fixture(&f);
    printf("ok - starts without standard descriptors\n");
}

int main(int argc, char **argv, char **env)
{
    if (argc == 3)
        return fake_engine(argv[1], argv[2], env);
    setvbuf(stdout, NULL, _IOLBF, 0);
    starts_detached_and_stops();
    adopts_what_answers();
    starts_one_of_two();
    replaces_stale_socket();
    refuses_stranger();
    tells_last_words();
    kills_the_deaf();
    drops_a_second();
    kills_the_stubborn();
    waits_for_the_lock();
    launches();
    cannot_execute();
    cancels_at_any_turn();
    survives_closed_stdio();
    return 0;
}
