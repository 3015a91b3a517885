/* Hostile trees, removed: nothing outside is touched. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grove.h"

/* --- removal -------------------------------------------------------------- */

static void removes_all(void)
{
    char name[64];

    make("tree", 0700);
    make("tree/sub", 0000);
    make("out", 0755);
    put("out/file", "outside");
    assert(symlink(at("out"), at("tree/link")) == 0);
    assert(symlink("../../out", at("tree/sub/link")) == 0);
    assert(link(at("out/file"), at("tree/hard")) == 0);
    assert(mkfifo(at("tree/fifo"), 0600) == 0);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "tree/sub/%d", i);
        put(name, "");
    }
    assert(removed("tree").code == NEAP_OK);
    assert(!is_there("tree") && reads("out/file", "outside"));
    assert(removed("tree").code == NEAP_NOT_FOUND);
    printf("ok - all of a tree goes, and nothing outside\n");
}

/* Deeper than paths and descriptors reach. */
static void removes_the_deep(void)
{
    int dir, next;

    make("deep", 0700);
    dir = open(at("deep"), O_PATH | O_CLOEXEC);
    for (int i = 0; i < 1500; i++) {
        assert(mkdirat(dir, "down", 0700) == 0);
        if (i % 100 == 0)
            assert(mkdirat(dir, "deep-0", 0700) == 0);
        next = openat(dir, "down", O_PATH | O_CLOEXEC);
        assert(next >= 0);
        close(dir);
        dir = next;
    }
    close(dir);
    assert(removed("deep").code == NEAP_OK && !is_there("deep"));
    printf("ok - a tree goes that is deeper than a path is long\n");
}

static void removes_no_link(void)
{
    outcome o;

    make("kept", 0700);
    put("kept/file", "kept");
    assert(symlink(at("kept"), at("alias")) == 0);
    o = removed("alias/../kept/..");
    assert(o.sys == EINVAL);
    o = removed("alias/file");
    assert(o.sys == ENOTDIR && reads("kept/file", "kept"));
    o = removed("alias");
    assert(o.sys == ELOOP || o.sys == ENOTDIR);
    assert(is_there("alias") && reads("kept/file", "kept"));
    assert(unlink(at("alias")) == 0);
    assert(removed("kept").code == NEAP_OK);
    printf("ok - a link is never what it leads to\n");
}

static void stops_at_mounts(void)
{
    make("tree", 0700);
    make("tree/mount", 0700);
    if (mount("tree_test", at("tree/mount"), "tmpfs", 0, "size=64k") != 0) {
        printf("skip - mounts need CAP_SYS_ADMIN\n");
        assert(removed("tree").code == NEAP_OK);
        return;
    }
    put("tree/mount/file", "mounted");
    assert(removed("tree").sys == EXDEV && reads("tree/mount/file", "mounted"));

    make("to", 0700);
    assert(copied("tree", "/", "to").code == NEAP_OK);
    assert(is_there("to/mount") && !is_there("to/mount/file"));
    assert(umount(at("tree/mount")) == 0);
    assert(removed("tree").code == NEAP_OK && removed("to").code == NEAP_OK);
    printf("ok - what is mounted is not entered\n");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_open(&grove_world, NEAP_LOOP_DRIVEN);
    removes_all();
    removes_the_deep();
    removes_no_link();
    stops_at_mounts();
    assert(removed("out").code == NEAP_OK);
    world_close(&grove_world);
    return 0;
}
