/* What policy is told about places, and does to them. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "neap/path.h"

static char dir[] = "/tmp/path_test.XXXXXX";

static const char *at(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static neap_path_facts inspect(const char *path)
{
    neap_path_facts facts;
    neap_error err = { 0 };

    assert(neap_path_inspect(path, &facts, &err));
    return facts;
}

static void tells_facts(void)
{
    neap_path_facts facts;
    neap_error err = { 0 };
    char name[300];

    facts = inspect(dir);
    assert(facts.type == 'd' && facts.mode == 0700 && facts.empty);
    assert(facts.uid == geteuid() && facts.free > 0 && !facts.readonly);
    assert(inspect(at("nothing")).type == 0);
    assert(symlink("nowhere", at("link")) == 0);
    assert(inspect(at("link")).type == 'l');
    assert(!inspect(dir).empty);
    assert(unlink(at("link")) == 0);

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert(!neap_path_inspect(name, &facts, &err));
    assert(err.sys == ENAMETOOLONG);
    neap_error_clear(&err);
    printf("ok - inspect tells what is there\n");
}

static void resolves(void)
{
    neap_error err = { 0 };
    char real[NEAP_PATH_MAX];

    assert(symlink(dir, at("self")) == 0);
    assert(neap_path_resolve(at("self/self/."), real, &err));
    assert(strcmp(real, dir) == 0);
    assert(!neap_path_resolve(at("nothing"), real, &err));
    assert(err.code == NEAP_NOT_FOUND);
    neap_error_clear(&err);
    assert(unlink(at("self")) == 0);
    printf("ok - resolve follows links\n");
}

static void makes_directories(void)
{
    neap_error err = { 0 };

    assert(neap_path_make(at("made"), 0711, &err));
    assert(inspect(at("made")).mode == 0711);
    assert(neap_path_make(at("made"), 0700, &err));
    assert(inspect(at("made")).mode == 0700);
    assert(symlink("made", at("link")) == 0);
    assert(!neap_path_make(at("link"), 0700, &err));
    neap_error_clear(&err);
    assert(unlink(at("link")) == 0 && rmdir(at("made")) == 0);
    printf("ok - make sets the mode and follows no link\n");
}

static void writes_whole_files(void)
{
    neap_error err = { 0 };

    assert(neap_path_write(at("file"), "one", 3, 0600, &err));
    assert(neap_path_write(at("file"), "three", 5, 0640, &err));
    assert(inspect(at("file")).mode == 0640);
    assert(neap_path_touch(at("file"), 0600, &err));
    assert(inspect(at("file")).mode == 0640);
    assert(unlink(at("file")) == 0 && inspect(dir).empty);
    assert(neap_path_touch(at("file"), 0600, &err));
    assert(inspect(at("file")).mode == 0600);
    assert(!neap_path_write("/dev/null/file", "x", 1, 0600, &err));
    assert(err.sys == ENOTDIR);
    neap_error_clear(&err);
    printf("ok - write replaces a file whole\n");
}

static void trims(void)
{
    neap_error err = { 0 };
    char content[16] = "";
    int fd;

    assert(neap_path_write(at("file"), "0123456789", 10, 0600, &err));
    fd = open(at("file"), O_RDONLY);
    assert(neap_path_trim(at("file"), 10, 4, &err));
    assert(pread(fd, content, sizeof content, 0) == 10);
    assert(neap_path_trim(at("file"), 9, 4, &err));
    assert(pread(fd, content, sizeof content, 0) == 4);
    assert(memcmp(content, "6789", 4) == 0);
    close(fd);
    assert(unlink(at("file")) == 0);
    assert(neap_path_trim(at("file"), 9, 4, &err));
    printf("ok - trim keeps the end, in place\n");
}

int main(void)
{
    assert(mkdtemp(dir) != NULL);
    tells_facts();
    resolves();
    makes_directories();
    writes_whole_files();
    trims();
    assert(rmdir(dir) == 0);
    return 0;
}
