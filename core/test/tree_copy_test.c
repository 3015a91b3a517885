/* Hostile trees, copied: nothing outside is read, nothing written over. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "grove.h"
#include "tree.h"

/* --- copies --------------------------------------------------------------- */

static void make_root(void)
{
    make("root", 0755);
    make("root/data", 0751);
    make("root/data/sub", 01777);
    put("root/data/file", "content");
    put("root/data/sub/file", "below");
    assert(chmod(at("root/data/file"), 04755) == 0);
    assert(symlink("/etc/passwd", at("root/data/link")) == 0);
    assert(mkfifo(at("root/data/fifo"), 0640) == 0);
    assert(symlink("/../../data", at("root/way")) == 0);
    assert(symlink(grove_world.dir, at("root/out")) == 0);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", at(name));
    assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    close(fd);
}

static bool is_like(const char *name, mode_t mode)
{
    struct stat st;

    return lstat(at(name), &st) == 0 && st.st_mode == mode;
}

static void copies_what_is_there(void)
{
    char target[32] = "";
    struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
    struct stat st;

    make_socket("root/data/socket");
    assert(utimensat(AT_FDCWD, at("root/data/file"), times, 0) == 0);
    if (geteuid() == 0) {
        assert(chown(at("root/data/sub"), 7, 8) == 0);
        assert(mknod(at("root/data/null"), S_IFCHR | 0666, makedev(1, 3)) == 0);
    }
    make("to", 0700);
    assert(copied("root", "/way", "to").code == NEAP_OK);
    assert(is_like("to", S_IFDIR | 0751));
    assert(reads("to/file", "content") && is_like("to/file", S_IFREG | 04755));
    assert(reads("to/sub/file", "below") && is_like("to/sub", S_IFDIR | 01777));
    assert(is_like("to/fifo", S_IFIFO | 0640) && !is_there("to/socket"));
    assert(readlink(at("to/link"), target, sizeof target) == 11);
    assert(strcmp(target, "/etc/passwd") == 0);
    assert(stat(at("to/file"), &st) == 0 && st.st_mtim.tv_sec == 2000);
    if (geteuid() == 0) {
        assert(stat(at("to/sub"), &st) == 0 && st.st_uid == 7 &&
               st.st_gid == 8);
        assert(stat(at("to/null"), &st) == 0 && st.st_rdev == makedev(1, 3));
    }
    assert(removed("to").code == NEAP_OK);
    printf("ok - a copy is what there was\n");
}

static void copies_capabilities(void)
{
    /* cap_net_bind_service, permitted and effective (capabilities(7)) */
    static const unsigned char caps[20] = { 1, 0, 0, 2, 0, 4 };
    unsigned char found[64];

    if (setxattr(at("root/data/file"), "security.capability", caps, sizeof caps,
                 0) != 0) {
        printf("skip - file capabilities need CAP_SETFCAP\n");
        return;
    }
    make("to", 0700);
    assert(copied("root", "data", "to").code == NEAP_OK);
    assert(getxattr(at("to/file"), "security.capability", found,
                    sizeof found) == sizeof caps);
    assert(memcmp(found, caps, sizeof caps) == 0);
    assert(removed("to").code == NEAP_OK);
    printf("ok - a program keeps its capabilities\n");
}

static void copies_nothing_from_outside(void)
{
    outcome o;

    make("secret", 0700);
    make("to", 0700);
    o = copied("root", "/out/secret", "to");
    assert(o.code == NEAP_NOT_FOUND);
    assert(copied("root", "/../secret", "to").code == NEAP_NOT_FOUND);
    assert(copied("root", "/data/file", "to").sys == ENOTDIR);
    assert(copied("root", "/proc", "to").code == NEAP_NOT_FOUND);
    assert(symlink(at("secret"), at("alias")) == 0);
    assert(copied("root", "/data", "alias").sys == ENOTDIR);
    assert(unlink(at("alias")) == 0);
    put("to/file", "was here");
    make("to/fifo", 0700);
    assert(symlink(at("secret"), at("to/sub")) == 0);
    assert(symlink(at("secret/x"), at("to/link")) == 0);
    assert(copied("root", "/data", "to").code == NEAP_OK);
    assert(reads("to/file", "was here"));
    assert(is_like("to/fifo", S_IFDIR | 0700));
    assert(!is_there("secret/file") && is_like("to/sub", S_IFLNK | 0777));
    assert(removed("to").code == NEAP_OK);
    assert(removed("secret").code == NEAP_OK);
    printf(
        "ok - nothing from outside is copied, and nothing is written over\n");
}

static void adds_to_what_is_there(void)
{
    make("to", 0700);
    make("to/sub", 0700);
    put("to/sub/more", "theirs");
    assert(copied("root", "/data", "to").code == NEAP_OK);
    assert(reads("to/file", "content") && reads("to/sub/file", "below"));
    assert(reads("to/sub/more", "theirs"));
    assert(copied("root", "/data", "to").code == NEAP_OK);
    assert(removed("to").code == NEAP_OK);
    printf("ok - what is there stays, and the rest is added\n");
}

static void copies_no_abyss(void)
{
    int dir, next;

    make("root/abyss", 0700);
    dir = open(at("root/abyss"), O_PATH | O_CLOEXEC);
    for (int i = 0; i < 300; i++) {
        assert(mkdirat(dir, "down", 0700) == 0);
        next = openat(dir, "down", O_PATH | O_CLOEXEC);
        close(dir);
        dir = next;
    }
    close(dir);
    make("to", 0700);
    assert(copied("root", "/abyss", "to").sys == ENAMETOOLONG);
    assert(removed("to").code == NEAP_OK);
    printf("ok - a tree without end is not copied\n");
}

/* --- ending --------------------------------------------------------------- */

static uv_sem_t gate;

static void wait_at_gate(uv_work_t *blocker)
{
    (void)blocker;
    uv_sem_wait(&gate);
}

static void on_passed(uv_work_t *blocker, int status)
{
    (void)status;
    --*(int *)blocker->data;
}

/* While every thread of libuv's is busy, it has not begun. */
static void is_cancelled_before_it_begins(void)
{
    enum { THREADS = 4 }; /* libuv's default */
    uv_work_t blockers[THREADS];
    outcome o = { 0 };
    int waiting = THREADS;
    neap_request *req;

    uv_sem_init(&gate, 0);
    for (int i = 0; i < THREADS; i++) {
        blockers[i].data = &waiting;
        uv_queue_work(&grove_world.uv, &blockers[i], wait_at_gate, on_passed);
    }
    make("to", 0700);
    req = neap_tree_copy(grove_world.loop, at("root"), "/data", at("to"),
                         on_over, &o);
    neap_request_cancel(req);
    neap_request_cancel(req);
    assert(o.count == 0);
    while (o.count == 0)
        world_turn(&grove_world);
    assert(o.count == 1 && o.code == NEAP_CANCELLED && !is_there("to/file"));
    for (int i = 0; i < THREADS; i++)
        uv_sem_post(&gate);
    while (waiting > 0)
        world_turn(&grove_world);
    uv_sem_destroy(&gate);
    printf("ok - one that is cancelled before it begins does nothing\n");
}

static void stops_where_it_is(void)
{
    const atomic_bool stop = true;

    assert(tree_copy(at("root"), "/data", at("to"), &stop) == ECANCELED);
    assert(tree_remove(at("root"), &stop) == ECANCELED);
    assert(is_there("root/data/file"));
    assert(removed("to").code == NEAP_OK);
    printf("ok - one that is stopped goes no further\n");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_open(&grove_world, NEAP_LOOP_DRIVEN);
    make_root();
    copies_what_is_there();
    copies_capabilities();
    copies_nothing_from_outside();
    adds_to_what_is_there();
    copies_no_abyss();
    is_cancelled_before_it_begins();
    stops_where_it_is();
    assert(removed("root").code == NEAP_OK);
    world_close(&grove_world);
    return 0;
}
