#include "grove.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "neap/path.h"

world grove_world;

const char *at(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", grove_world.dir, name);
    return path;
}

void make(const char *name, mode_t mode)
{
    assert(mkdir(at(name), 0700) == 0 && chmod(at(name), mode) == 0);
}

void put(const char *name, const char *text)
{
    neap_error err = { 0 };

    assert(neap_path_write(at(name), text, strlen(text), 0600, &err));
}

bool is_there(const char *name)
{
    struct stat st;

    return lstat(at(name), &st) == 0;
}

bool reads(const char *name, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(at(name), "r");

    if (file == NULL)
        return false;
    assert(fread(found, 1, sizeof found - 1, file) < sizeof found);
    fclose(file);
    return strcmp(found, text) == 0;
}

void on_over(void *arg, const neap_error *err)
{
    outcome *o = arg;

    o->count++;
    o->sys = err != NULL ? err->sys : 0;
    o->code = err != NULL ? err->code : NEAP_OK;
}

outcome removed(const char *name)
{
    outcome o = { 0 };

    neap_tree_remove(grove_world.loop, at(name), on_over, &o);
    assert(o.count == 0);
    while (o.count == 0)
        world_turn(&grove_world);
    return o;
}

outcome copied(const char *root, const char *path, const char *to)
{
    outcome o = { 0 };

    neap_tree_copy(grove_world.loop, at(root), path, at(to), on_over, &o);
    assert(o.count == 0);
    while (o.count == 0)
        world_turn(&grove_world);
    return o;
}
