/* What a consumer has not taken: how much of it is kept, and where. */
#include "backlog.h"

#include <assert.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "flow.h"
#include "memory.h"

#define BUFFER ((size_t)1000)

static char dir[] = "/tmp/neap-test.XXXXXX";

/* A backlog, and where the flow stands at either side of it. */
typedef struct scene {
    backlog b;
    size_t in, out;
} scene;

static void begin(scene *s, neap_policy policy, uint64_t limit)
{
    neap_stdio_end how = { .policy = policy,
                           .spill_dir = dir,
                           .spill_limit = limit };

    *s = (scene){ 0 };
    backlog_open(&s->b, &how);
}

static void put(scene *s, size_t size)
{
    char *data = xmalloc(size + 1);

    flow_fill(data, s->in, size);
    backlog_put(&s->b, BUFFER, data, size);
    s->in += size;
    free(data);
}

/* Take all that lies together; what was dropped before it is not there. */
static size_t take(scene *s)
{
    size_t size;
    char *data = backlog_take(&s->b, BUFFER, &size);

    assert((data == NULL) == (size == 0));
    if (data != NULL)
        assert(flow_matches(data, s->out, size));
    s->out += size;
    free(data);
    return size;
}

static void take_all(scene *s)
{
    while (take(s) > 0)
        ;
    assert(backlog_is_empty(&s->b));
    assert(s->out == s->in);
}

static void test_block(scene *s)
{
    begin(s, NEAP_POLICY_BLOCK, 0);
    assert(backlog_room(&s->b, BUFFER) == BUFFER);
    put(s, 400);
    assert(backlog_room(&s->b, BUFFER) == 600);
    put(s, 600);
    assert(backlog_room(&s->b, BUFFER) == 0);
    take_all(s);
    assert(backlog_room(&s->b, BUFFER) == BUFFER);
}

static void test_drop(scene *s)
{
    begin(s, NEAP_POLICY_DROP, 0);
    put(s, 1000);
    assert(s->b.dropped == 0);
    put(s, 1);
    assert(s->b.dropped == 1);
    put(s, 2500);
    assert(s->b.dropped == 2501 && backlog_room(&s->b, BUFFER) > 0);
    s->out = 2501;
    assert(take(s) == 1000 && take(s) == 0 && s->out == s->in);
    put(s, 10);
    take_all(s);
    assert(s->b.dropped == 2501);
}

static bool dir_is_empty(void)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool is_empty = true;

    while ((entry = readdir(d)) != NULL)
        is_empty = is_empty && entry->d_name[0] == '.';
    closedir(d);
    return is_empty;
}

static void test_spill(scene *s)
{
    begin(s, NEAP_POLICY_SPILL, 1 << 20);
    put(s, 600);
    put(s, 600);
    put(s, 100000);
    assert(dir_is_empty()); /* the file has no name */
    assert(backlog_room(&s->b, BUFFER) == (1 << 20) - 100200);
    assert(take(s) == 1000); /* no more is in memory */
    put(s, 5);
    take_all(s);
    assert(spill_size(s->b.spill) == 0);
    put(s, 3000);
    take_all(s);
}

/* Round and round in a file that is no larger than its limit. */
static void test_spill_limit(scene *s)
{
    struct rlimit before, limit;
    size_t room;

    assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 777;
    setrlimit(RLIMIT_FSIZE, &limit); /* a larger one would be refused */
    begin(s, NEAP_POLICY_SPILL, 777);
    for (int i = 0; i < 300; i++) {
        while ((room = backlog_room(&s->b, BUFFER)) > 0)
            put(s, room < 100 ? room : 100);
        assert(s->in - s->out == BUFFER + 777);
        assert(take(s) > 0);
        assert(s->b.held.size > 0 && s->b.problem == 0);
        assert(backlog_room(&s->b, BUFFER) > 0);
    }
    take_all(s);
    setrlimit(RLIMIT_FSIZE, &before);
}

/* What the file does not take is kept, and room is given when it was taken. */
static void test_spill_into_full(scene *s)
{
    struct rlimit before, limit;

    signal(SIGXFSZ, SIG_IGN);
    assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 5000;
    setrlimit(RLIMIT_FSIZE, &limit);
    begin(s, NEAP_POLICY_SPILL, 1 << 20);
    put(s, 1000);
    put(s, 4000);
    assert(backlog_room(&s->b, BUFFER) > 0);
    put(s, 4000);
    assert(backlog_room(&s->b, BUFFER) == 0);
    take_all(s);
    assert(backlog_room(&s->b, BUFFER) > 0 && s->b.problem == 0);
    put(s, 4000);
    take_all(s);
    setrlimit(RLIMIT_FSIZE, &before);
}

static void test_spill_nowhere(scene *s)
{
    neap_stdio_end how = { .policy = NEAP_POLICY_SPILL,
                           .spill_dir = "/nowhere/at/all",
                           .spill_limit = 10000 };

    *s = (scene){ 0 };
    backlog_open(&s->b, &how);
    put(s, 3000);
    assert(backlog_room(&s->b, BUFFER) == 0);
    take_all(s);
    assert(backlog_room(&s->b, BUFFER) > 0);
}

/* Whatever comes and goes. */
static void test_random(scene *s)
{
    srand(7);
    begin(s, NEAP_POLICY_SPILL, 5000);
    for (int i = 0; i < 20000; i++) {
        size_t room = backlog_room(&s->b, BUFFER), size = (size_t)rand() % 900;
        const char *front;

        if (rand() % 2 == 0) {
            put(s, size < room ? size : room);
        } else if ((front = backlog_front(&s->b, &room)) != NULL) {
            size = size % room + 1;
            assert(flow_matches(front, s->out, room));
            backlog_skip(&s->b, BUFFER, size);
            s->out += size;
        }
        assert(backlog_is_empty(&s->b) == (s->in == s->out));
        assert(s->b.held.size <= BUFFER);
    }
    take_all(s);
}

static const struct {
    const char *name;
    void (*run)(scene *s);
} tests[] = {
    { "one that blocks has no room when it is full", test_block },
    { "one that drops keeps the newest, and counts", test_drop },
    { "one that spills keeps all, in a file without a name", test_spill },
    { "the file is no larger than its limit", test_spill_limit },
    { "a file that takes no more loses nothing", test_spill_into_full },
    { "nor does one that cannot be made", test_spill_nowhere },
    { "bytes come as they went", test_random },
};

int main(void)
{
    scene s;

    assert(mkdtemp(dir) != NULL);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i].run(&s);
        backlog_close(&s.b);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
    assert(rmdir(dir) == 0);
    return 0;
}
