/* Engines that die, are deaf, cannot be run, or are not waited for. */
#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_engine.h"
#include "place.h"

/* Whether the process ends, or has ended. */
static bool is_gone(pid_t pid)
{
    struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
    bool gone = end.fd < 0 || poll(&end, 1, 10000) == 1;

    if (end.fd >= 0)
        close(end.fd);
    return gone;
}

static void tells_last_words(void)
{
    place p;
    place_outcome o;

    place_open(&p, "--die");
    o = place_start(&p);
    assert(o.err.code == NEAP_UNAVAILABLE);
    assert(strstr(o.err.message, "first line last words") != NULL);
    neap_error_clear(&o.err);
    place_close(&p);
    printf("ok - an engine that ends leaves its last words\n");
}

static void kills_the_deaf(void)
{
    place p;
    place_outcome o;
    int pid;
    const char *word = NULL;

    place_open(&p, "--deaf");
    p.config.timeout_s = 0.1;
    while (word == NULL) { /* in this time it may not even have begun */
        p.config.timeout_s *= 2;
        o = place_start(&p);
        assert(o.err.code == NEAP_DEADLINE_EXCEEDED);
        word = strstr(o.err.message, "pid ");
        assert(word == NULL || sscanf(word, "pid %d", &pid) == 1);
        neap_error_clear(&o.err);
    }
    assert(is_gone(pid));
    place_close(&p);
    printf("ok - an engine that never answers is killed\n");
}

static void drops_a_second(void)
{
    char said[64] = "";
    place_outcome o;
    place p;
    pid_t first;
    int fd, second;

    place_open(&p, "--deaf");
    first = fork(); /* what a start that was killed has left */
    if (first == 0) {
        execl(p.exe, p.exe, "--late", p.socket, (char *)NULL);
        _exit(127);
    }
    o = place_start(&p);
    assert(o.err.code == NEAP_OK && o.peer.pid == first && !o.started);
    fd = open(p.log, O_RDONLY);
    assert(read(fd, said, sizeof said - 1) > 0);
    close(fd);
    assert(sscanf(said, "pid %d", &second) == 1 && second != first);
    assert(is_gone(second));
    place_expect(place_stop(&p), NEAP_OK);
    assert(waitpid(first, NULL, 0) == first);
    place_close(&p);
    printf("ok - of two engines that start, the one that answers stays\n");
}

static void kills_the_stubborn(void)
{
    place p;

    place_open(&p, "--stubborn");
    assert(place_start(&p).started);
    p.config.timeout_s = 0.2;
    place_expect(place_stop(&p), NEAP_OK);
    place_close(&p);
    printf("ok - an engine that ignores TERM is killed\n");
}

static void waits_for_the_lock(void)
{
    place p;
    int fd;

    place_open(&p, "--serve");
    fd = open(p.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
    p.config.timeout_s = 0.1;
    place_expect(place_start(&p), NEAP_DEADLINE_EXCEEDED);
    close(fd);
    place_close(&p);
    printf("ok - a lock that is held bounds the wait\n");
}

static void launches(void)
{
    place_outcome o;
    place p;

    place_open(&p, "--serve");
    p.argv[0] = "/bin/false";
    p.config.launcher = true;
    o = place_start(&p);
    assert(o.err.code == NEAP_UNAVAILABLE);
    neap_error_clear(&o.err);

    p.argv[0] = p.exe; /* "took over": it serves as our own child */
    assert(place_start(&p).started);
    place_close(&p);
    printf("ok - a launcher that fails ends the wait\n");
}

static void cannot_execute(void)
{
    place p;

    place_open(&p, "--serve");
    p.argv[0] = "/nonexistent/containerd";
    place_expect(place_start(&p), NEAP_NOT_FOUND);
    p.argv[0] = p.dir;
    place_expect(place_start(&p), NEAP_PERMISSION_DENIED);
    p.argv[0] = p.exe;
    p.config.config_path = "/nonexistent/config";
    place_expect(place_start(&p), NEAP_NOT_FOUND);
    p.config.lock = "/nonexistent/lock";
    place_expect(place_start(&p), NEAP_NOT_FOUND);
    place_close(&p);
    printf("ok - what cannot be executed or written is told\n");
}

/* Cancelled after so many turns, an operation ends once; then all can stop. */
static void cancels_at_any_turn(void)
{
    place p;

    place_open(&p, "--serve");
    for (int turns = 0; turns < 6; turns++) {
        place_outcome o = { 0 };
        neap_request *req =
            neap_engine_start(p.loop, &p.config, place_record, &o);

        for (int i = 0; i < turns && o.calls == 0; i++)
            neap_loop_turn(p.loop, true);
        if (o.calls == 0) {
            neap_request_cancel(req);
            neap_request_cancel(req);
            while (o.calls == 0)
                neap_loop_turn(p.loop, true);
        }
        assert(o.calls == 1);
        assert(o.err.code == NEAP_OK || o.err.code == NEAP_CANCELLED);
        neap_error_clear(&o.err);
        o = place_start(&p); /* adopts what goes on, if anything does */
        assert(o.err.code == NEAP_OK);
        place_expect(place_stop(&p), NEAP_OK);
    }
    place_close(&p);
    printf("ok - cancelled at any turn, it ends once\n");
}

int main(int argc, char **argv, char **env)
{
    if (argc == 3)
        return fake_engine(argv[1], argv[2], env);
    setvbuf(stdout, NULL, _IOLBF, 0);
    tells_last_words();
    kills_the_deaf();
    drops_a_second();
    kills_the_stubborn();
    waits_for_the_lock();
    launches();
    cannot_execute();
    cancels_at_any_turn();
    return 0;
}
