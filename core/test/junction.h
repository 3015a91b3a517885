#ifndef JUNCTION_H
#define JUNCTION_H

#include "flow.h"
#include "stream.h"
#include "world.h"

/* Ends of an output, and how much is too much for any buffer. */
#define PIPE                                                                   \
    (neap_stdio_end)                                                           \
    {                                                                          \
        .kind = NEAP_STDIO_PIPE                                                \
    }
#define CAPTURE                                                                \
    (neap_stdio_end)                                                           \
    {                                                                          \
        .kind = NEAP_STDIO_CAPTURE, .limit = SIZE_MAX                          \
    }
#define MUCH ((size_t)3 << 20)

/* An output of one process with all its consumers, and another's input. */
typedef struct junction {
    world w;
    char out[64], in[64]; /* FIFOs */
    neap_stream *all[4];  /* consumers of the output */
    size_t count;
    neap_stream *input;
    int fd;     /* where the process writes its output */
    int source; /* where the other one reads its input */
    int ended, input_ended;
    int files;
} junction;

typedef struct junction_test {
    const char *name;
    void (*run)(junction *j);
} junction_test;

/* Run each on a junction of its own, saying so; what main returns. */
int junction_run(const junction_test *tests, size_t count);

/* Closing sees that no file is open that was not. */
void junction_open(junction *j);
void junction_close(junction *j);

/* The client, or the process, is gone: all streams end. */
void junction_shut(junction *j, neap_code code);

/* Counts the ends of a stream in the int that `arg` points to. */
void junction_on_end(void *arg);

/* One consumer more of the output. Borrowed. */
neap_stream *junction_consumer(junction *j, neap_stdio_end end);

/* The input of the other process. Borrowed. */
neap_stream *junction_input(junction *j);

/* The process has closed its output. */
void junction_end(junction *j);

/* Have a thread write `total` bytes of the flow as the process. */
void junction_start_writer(junction *j, flow_writer *wr, size_t total);

/* Some turns, in which nothing need happen. */
void junction_turns(junction *j);

/* How much a capture has. */
size_t junction_captured(const neap_stream *s);

/* Turn until it has just the first `size` bytes of the flow. */
void junction_await_captured(junction *j, neap_stream *of, size_t size);

/* The process behind the input reads `size` bytes, the flow's from `from` on,
 * or until the end. How many. */
size_t junction_drink(junction *j, size_t from, size_t size);

#endif
