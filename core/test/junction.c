#include "junction.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fifo.h"

void junction_open(junction *j)
{
    *j = (junction){ .fd = -1, .source = -1 };
    world_open(&j->w, NEAP_LOOP_DRIVEN);
    strcpy(j->out, world_path(&j->w, "out"));
    strcpy(j->in, world_path(&j->w, "in"));
    assert(fifo_make(j->out, 0, 0) == 0 && fifo_make(j->in, 0, 0) == 0);
    j->files = world_files(&j->w);
}

void junction_shut(junction *j, neap_code code)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->all[i] != NULL)
            stream_shut(j->all[i], code);
    if (j->input != NULL)
        stream_shut(j->input, code);
}

void junction_close(junction *j)
{
    junction_shut(j, NEAP_CANCELLED);
    for (size_t i = 0; i < j->count; i++)
        neap_stream_unref(j->all[i]);
    neap_stream_unref(j->input);
    if (j->fd >= 0)
        close(j->fd);
    if (j->source >= 0)
        close(j->source);
    fifo_remove(j->out);
    fifo_remove(j->in);
    for (int i = 0; i < 3; i++)
        world_glance(&j->w);
    assert(world_files(&j->w) == j->files);
    world_close(&j->w);
}

void junction_on_end(void *arg)
{
    (*(int *)arg)++;
}

neap_stream *junction_consumer(junction *j, neap_stdio_end end)
{
    neap_error err = { 0 };
    neap_stream *made;

    end.path = j->out;
    made = j->count == 0 ? stream_open_output(j->w.loop, &end, junction_on_end,
                                              &j->ended, &err)
                         : stream_add_outlet(j->all[0], &end, junction_on_end,
                                             &j->ended, &err);
    assert(made != NULL);
    j->all[j->count++] = made;
    if (j->fd < 0)
        j->fd = open(j->out, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert(j->fd >= 0);
    return made;
}

neap_stream *junction_input(junction *j)
{
    neap_stdio_end end = { .kind = NEAP_STDIO_PIPE, .path = j->in };
    neap_error err = { 0 };

    j->input = stream_open_input(j->w.loop, &end, junction_on_end,
                                 &j->input_ended, &err);
    assert(j->input != NULL);
    j->source = open(j->in, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert(j->source >= 0);
    stream_begin(j->input);
    return j->input;
}

void junction_end(junction *j)
{
    close(j->fd);
    j->fd = -1;
}

void junction_start_writer(junction *j, flow_writer *wr, size_t total)
{
    flow_start_writer(wr, j->fd, total);
    j->fd = -1;
}

void junction_turns(junction *j)
{
    for (int i = 0; i < 20; i++)
        world_glance(&j->w);
}

size_t junction_captured(const neap_stream *s)
{
    size_t size;

    neap_stream_captured(s, &size);
    return size;
}

void junction_await_captured(junction *j, neap_stream *of, size_t size)
{
    while (junction_captured(of) < size)
        world_turn(&j->w);
    assert(junction_captured(of) == size);
    assert(flow_matches(neap_stream_captured(of, &size), 0, size));
}

size_t junction_drink(junction *j, size_t from, size_t size)
{
    char chunk[9000];
    size_t at = 0;

    while (at < size) {
        size_t most = size - at < sizeof chunk ? size - at : sizeof chunk;
        ssize_t n = read(j->source, chunk, most);

        if (n == 0)
            break;
        if (n < 0) {
            assert(errno == EAGAIN);
            world_turn(&j->w);
            continue;
        }
        assert(flow_matches(chunk, from + at, (size_t)n));
        at += (size_t)n;
    }
    return at;
}

int junction_run(const junction_test *tests, size_t count)
{
    junction j;

    for (size_t i = 0; i < count; i++) {
        junction_open(&j);
        tests[i].run(&j);
        junction_close(&j);
        printf("ok - %s\n", tests[i].name);
        fflush(stdout);
    }
    return 0;
}
