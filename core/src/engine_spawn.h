#ifndef ENGINE_SPAWN_H
#define ENGINE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* A program to start with nothing of ours but what is said here. */
typedef struct engine_program {
    char *const *argv; /* argv[0] is its path */
    char *const *env;
    const char *log;      /* standard output and error, appended to, 0600 */
    int out;              /* instead of a log; borrowed */
    unsigned long nofile; /* RLIMIT_NOFILE, or what of it can be had */
    bool detached;        /* nobody's child, in a session it does not lead */
} engine_program;

/* What was started. */
typedef struct engine_child {
    pid_t pid;
    int pidfd;     /* owned; readable once it has ended */
    bool detached; /* else it is ours to reap */
} engine_child;

/*
 * Start `program`: 0 once it has been executed, or a negative errno. Standard
 * input is /dev/null, the directory /, the umask 022, signals are as a new
 * program expects them, and no other descriptor is open.
 */
int engine_spawn(const engine_program *program, engine_child *child);

/*
 * Let go of a child. One that is not detached is killed where it still runs,
 * and reaped: its exit status, -1 where it has none.
 */
int engine_child_close(engine_child *child);

#endif
