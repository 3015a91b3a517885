#ifndef STDIO_PRIVATE_H
#define STDIO_PRIVATE_H

/* What the files of the streams' set share. Nobody else includes it. */

#include "stdio_set.h"
#include "watch.h"

struct stdio {
    neap_loop *loop;
    neap_stream **streams[3]; /* an output's consumers; NULL: nobody */
    size_t counts[3];
    char *paths[3];
    char *reader; /* the file that is locked by `lock`; NULL: the directory */
    int lock;
    unsigned uid, gid;
    bool terminal, adopt;
    bool leaves; /* some output, until the exit or `left` */
    double drain_s;
    timer *left;  /* runs from the start on while it leaves some */
    timer *drain; /* runs from the exit until the output is through */
    void (*drained_cb)(void *arg);
    void *drained_arg;
    void (*input_end_cb)(void *arg);
    void *input_end_arg;
};

/* The next output after `s`, of either FIFO; from NULL, the first. */
neap_stream *stdio_next_output(const stdio *io, const neap_stream *s);

/* An output has ended; `arg` is the set. */
void stdio_on_output_end(void *arg);

#endif
