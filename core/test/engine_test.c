/* The engine's mechanism, with this very program in containerd's place. */
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_engine.h"
#include "place.h"

static void starts_detached_and_stops(void)
{
    place p;
    struct stat st;
    sigset_t blocked;
    char session[64];
    place_outcome o;
    int leak = open("/dev/null", O_RDONLY); /* without close-on-exec */

    place_open(&p, "--serve");
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);

    o = place_start(&p);
    assert(o.err.code == NEAP_OK && o.started && o.peer.uid == geteuid());
    assert(strcmp(o.peer.exe, p.exe) == 0);
    assert(getsid(o.peer.pid) != getsid(0));
    snprintf(session, sizeof session, "pid %d, session %d, started\n",
             (int)o.peer.pid, (int)getsid(o.peer.pid));
    assert(place_log_has(&p, session));
    assert(stat(p.log, &st) == 0 && (st.st_mode & 0777) == 0600);
    assert((size_t)st.st_size == strlen(session)); /* no promise was broken */
    assert(stat(p.conf, &st) == 0 && (st.st_mode & 0777) == 0600);

    place_expect(place_stop(&p), NEAP_OK);
    assert(access(p.socket, F_OK) != 0);
    place_expect(place_stop(&p), NEAP_NOT_FOUND);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    close(leak);
    place_close(&p);
    printf("ok - starts detached, inherits nothing, stops\n");
}

static void adopts_what_answers(void)
{
    place p;
    place_outcome first, second;

    place_open(&p, "--serve");
    first = place_start(&p);
    second = place_start(&p);
    assert(first.started && !second.started);
    assert(first.peer.pid == second.peer.pid);
    place_expect(place_stop(&p), NEAP_OK);
    place_close(&p);
    printf("ok - adopts what answers\n");
}

static void starts_one_of_two(void)
{
    place_outcome a = { 0 }, b = { 0 };
    place p;

    place_open(&p, "--serve");
    neap_engine_start(p.loop, &p.config, place_record, &a);
    neap_engine_start(p.loop, &p.config, place_record, &b);
    while (a.calls == 0 || b.calls == 0)
        neap_loop_turn(p.loop, true);
    assert(a.err.code == NEAP_OK && b.err.code == NEAP_OK);
    assert(a.started != b.started && a.peer.pid == b.peer.pid);
    place_expect(place_stop(&p), NEAP_OK);
    place_close(&p);
    printf("ok - two starts at once make one engine\n");
}

static void replaces_stale_socket(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    place p;

    place_open(&p, "--serve");
    strcpy(address.sun_path, p.socket);
    assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    close(fd);
    assert(place_start(&p).started);
    place_expect(place_stop(&p), NEAP_OK);
    place_close(&p);
    printf("ok - replaces a socket that nobody listens on\n");
}

static void refuses_stranger(void)
{
    place_outcome o;
    place p;

    place_open(&p, "--serve");
    assert(place_start(&p).started);
    p.config.name = "containerd";
    place_expect(place_start(&p), NEAP_FAILED_PRECONDITION);
    place_expect(place_stop(&p), NEAP_FAILED_PRECONDITION);
    p.config.name = strrchr(p.exe, '/') + 1;
    o = place_stop(&p);
    place_expect(o, NEAP_OK);
    place_close(&p);
    printf("ok - refuses a stranger on the socket\n");
}

static void survives_closed_stdio(void)
{
    place p;
    int saved[3];

    place_open(&p, "--serve");
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 50);
        close(fd);
    }
    place_outcome o = place_start(&p);
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    assert(o.err.code == NEAP_OK && o.started);
    assert(place_log_has(&p, "started"));
    place_expect(place_stop(&p), NEAP_OK);
    place_close(&p);
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
    survives_closed_stdio();
    return 0;
}
