/* Files of a hostile tree: what is read is in it, and nothing hangs. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "neap/inside.h"
#include "neap/path.h"

#define LIMIT 64

static char base[] = "/tmp/inside_test.XXXXXX";
static char root[64];

static const char *at(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

static void put(const char *name, const char *text)
{
    neap_error err = { 0 };

    assert(neap_path_write(at(name), text, strlen(text), 0600, &err));
}

static void link_to(const char *target, const char *name)
{
    assert(symlink(target, at(name)) == 0);
}

/* Does it read as `text`? */
static bool reads(const char *path, const char *text)
{
    neap_error err = { 0 };
    char *content = NULL;
    size_t length = 0;
    bool same;

    if (!neap_inside_read(root, path, LIMIT, &content, &length, &err)) {
        neap_error_clear(&err);
        return false;
    }
    same = length == strlen(text) && memcmp(content, text, length) == 0;
    free(content);
    return same;
}

/* The errno that reading fails with, 0 where it does not. */
static int refusal(const char *path)
{
    neap_error err = { 0 };
    char *content = NULL;
    size_t length;
    int sys = 0;

    if (!neap_inside_read(root, path, LIMIT, &content, &length, &err))
        sys = err.sys;
    free(content);
    neap_error_clear(&err);
    return sys;
}

static void reads_files(void)
{
    put("root/etc/file", "inside\n");
    put("root/etc/empty", "");
    assert(reads("/etc/file", "inside\n"));
    assert(reads("etc/file", "inside\n"));
    assert(reads("/etc/empty", ""));
    assert(refusal("/etc/nothing") == ENOENT);
    assert(refusal("/etc/file/more") == ENOTDIR);
    printf("ok - a file is read whole\n");
}

static void stays_inside(void)
{
    char outside[256], deep[64] = "";

    put("file", "outside\n");
    put("root/file", "inside too\n");
    snprintf(outside, sizeof outside, "%s/file", base);
    link_to("/file", "root/etc/absolute");
    link_to("../../../../../../../../file", "root/etc/upwards");
    link_to(outside, "root/etc/outside");
    link_to("/", "root/etc/top");
    link_to("loop", "root/etc/loop");
    link_to("/proc/self/root/etc/hostname", "root/etc/magic");
    assert(reads("/etc/absolute", "inside too\n"));
    assert(reads("/etc/upwards", "inside too\n"));
    assert(reads("/etc/top/etc/top/file", "inside too\n"));
    assert(reads("/../../../file", "inside too\n"));
    snprintf(deep, sizeof deep, "/etc/../..%s", "/file");
    assert(reads(deep, "inside too\n"));
    assert(refusal("/etc/outside") == ENOENT);
    assert(refusal("/etc/loop") == ELOOP);
    assert(refusal("/etc/magic") == ENOENT);
    printf("ok - links lead nowhere but into the tree\n");
}

static void refuses_what_is_no_file(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s/etc/socket", root);
    assert(bind(fd, (struct sockaddr *)&name, sizeof name) == 0);
    close(fd);
    assert(mkfifo(at("root/etc/fifo"), 0600) == 0);
    link_to("fifo", "root/etc/to-fifo");
    assert(refusal("/etc/fifo") == EINVAL);
    assert(refusal("/etc/to-fifo") == EINVAL);
    assert(refusal("/etc/socket") == EINVAL);
    assert(refusal("/etc") == EISDIR);
    if (mknod(at("root/etc/null"), S_IFCHR | 0600, makedev(1, 3)) == 0)
        assert(refusal("/etc/null") == EINVAL);
    printf("ok - nothing but files is read\n");
}

static void refuses_more_than_the_limit(void)
{
    char text[LIMIT + 2];

    memset(text, 'x', sizeof text);
    text[LIMIT] = '\0';
    put("root/etc/full", text);
    assert(reads("/etc/full", text));
    text[LIMIT] = 'x';
    text[LIMIT + 1] = '\0';
    put("root/etc/larger", text);
    assert(refusal("/etc/larger") == EFBIG);
    assert(truncate(at("root/etc/larger"), (off_t)1 << 40) == 0);
    assert(refusal("/etc/larger") == EFBIG);
    printf("ok - nothing larger than the limit is read\n");
}

/* /proc says 0 bytes of everything. */
static void counts_what_it_reads(void)
{
    neap_error err = { 0 };
    char *content = NULL;
    size_t length;

    if (access("/proc/self/mounts", R_OK) != 0)
        return;
    assert(!neap_inside_read("/proc", "/1/../cpuinfo", LIMIT, &content, &length,
                             &err));
    assert(err.sys == EFBIG && content == NULL);
    neap_error_clear(&err);
    assert(
        neap_inside_read("/proc", "/version", 4096, &content, &length, &err));
    assert(length > 10 && memcmp(content, "Linux ", 6) == 0);
    free(content);
    printf("ok - a size that is not told is counted\n");
}

static void tells_of_a_missing_root(void)
{
    neap_error err = { 0 };
    char *content = NULL;
    size_t length;

    assert(!neap_inside_read(at("none"), "/x", LIMIT, &content, &length, &err));
    assert(err.sys == ENOENT && err.code == NEAP_NOT_FOUND);
    assert(!neap_inside_read(at("file"), "/x", LIMIT, &content, &length, &err));
    assert(err.sys == ENOTDIR);
    neap_error_clear(&err);
    printf("ok - a root that is none is told\n");
}

static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

int main(void)
{
    char command[128];
    int before;

    assert(mkdtemp(base) != NULL);
    snprintf(root, sizeof root, "%s/root", base);
    assert(mkdir(root, 0700) == 0 && mkdir(at("root/etc"), 0700) == 0);
    before = descriptors();
    reads_files();
    stays_inside();
    refuses_what_is_no_file();
    refuses_more_than_the_limit();
    counts_what_it_reads();
    tells_of_a_missing_root();
    assert(descriptors() == before);
    snprintf(command, sizeof command, "rm -rf %s", base);
    assert(system(command) == 0);
    return 0;
}
