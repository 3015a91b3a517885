#ifndef SCENE_H
#define SCENE_H

#include "daemon.h"
#include "process.h"

/*
 * A client, a container, and the FIFOs' paths; the test is the shim. Every test
 * runs on a scene of its own, driven and hosted, and leaves no descriptor.
 */
typedef struct scene {
    world w;
    neap_client *client;
    neap_container *box;
    char in[64], out[64], err[64];
    int files; /* open to begin with */
} scene;

typedef struct scene_test {
    const char *name;
    void (*run)(scene *s);
} scene_test;

/* Run each in both modes, saying so; what a test program's main returns. */
int scene_run(const scene_test *tests, size_t count);

/* Input and errors are pipes, output is captured. */
neap_task_config piped(const scene *s);
neap_exec_config piped_exec(const scene *s, const char *id);

/* Start, and expect `code`; NULL unless that is NEAP_OK. */
neap_task *start_task(scene *s, const neap_task_config *config, neap_code code);
neap_process *start_exec(scene *s,
                         neap_task *task,
                         const neap_exec_config *config,
                         neap_code code);

bool path_exists(const char *path);
void no_fifo_is_left(const scene *s);

/* The shim's end of an output, or of the input. */
int shim_opens(const char *path, int flags);
void write_text(int fd, const char *text);
neap_exit wait_exit(scene *s, neap_process *p);
neap_code delete_process(scene *s, neap_process *p);
neap_code delete_box(scene *s);
bool has_captured(neap_process *p, int which, const char *text);
void await_captured(scene *s, neap_process *p, const char *text);

/* The shim goes: whoever reads what it opened sees the end. */
void end_output(const char *path);

/* End a task where it has not ended, and forget it. */
void end_task(scene *s, neap_task *task);

/* For neap_stream_read: count it, keep the code and the bytes. */
void on_read(void *arg, const neap_error *err, char *data, size_t size);

/* Read once; what came is in `r` until that is used again. */
const char *read_stream(scene *s, neap_stream *stream, reply *r);

#endif
