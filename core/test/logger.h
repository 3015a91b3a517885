#ifndef LOGGER_H
#define LOGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A neap-log of the build tree, in a directory of its own, with the FIFOs of a
 * container that this process plays: it holds their both ends as a shim does,
 * so what is in them outlives a logger. A test that hangs is ended by SIGALRM.
 */
typedef struct logger {
    char dir[64];
    pid_t pid; /* 0: none runs */
    int out, err;
    char answer[512]; /* what the last one said when it was ready, or not */
} logger;

void logger_open(logger *l);

/* Close what is open, and see that nothing is left but what is named `log`. */
void logger_close(logger *l);

/*
 * Start one with these options besides those it needs, up to a NULL, and hear
 * its answer. `driver` goes with a log named "log".
 */
void logger_start(logger *l, const char *driver, ...);

/* Open, and start one that is ready; finish, close, and say what has passed. */
void logger_begin(logger *l, const char *driver);
void logger_end(logger *l, const char *name);
void logger_passed(const char *name);

/*
 * Start it as containerd does, with words as of an address's query: `l->out`
 * and `l->err` are then pipes.
 */
void logger_start_binary(logger *l, ...);

/* Send a signal, and wait for the end: its wait status. */
int logger_kill(logger *l, int signal);

/* Close the writers' ends, as when the container has ended. */
void logger_leave(logger *l);

/* Leave, and wait for the end, which must be status 0. */
void logger_finish(logger *l);

/* Write all of it to the container's stdout (1) or stderr (2). */
void logger_write(logger *l, int stream, const char *bytes, size_t size);
void logger_say(logger *l, int stream, const char *text);

/* A path in the directory. Valid until the next but three. */
const char *logger_path(const logger *l, const char *name);

/* A whole file, ended by NUL; NULL: it is not there. Owned. */
char *logger_file(const logger *l, const char *name, size_t *size);

/* Does the log hold just this? */
void logger_assert_log(const logger *l, const char *text);

/* Wait until the file is so long. */
void logger_await(const logger *l, const char *name, size_t size);

/* Has it never had 4 MB or more resident? A sanitizer has its own ideas. */
bool logger_is_small(const logger *l);

/* Have rand() begin with NEAP_SEED, else where it never did, and say where. */
void logger_seed(void);

/* --- taps ----------------------------------------------------------------- */

/* Connect and ask. */
int logger_tap(const logger *l, const char *request);

typedef struct tap_frame {
    int kind; /* -1: the connection has ended */
    size_t size;
    char bytes[(16 << 10) + 1]; /* ended by NUL */
} tap_frame;

void tap_read(int fd, tap_frame *frame); /* passes over positions */
void tap_read_any(int fd, tap_frame *frame);
uint64_t tap_number(const tap_frame *frame); /* of a frame that counts */

/* Read a frame, which must be this. */
void tap_expect(int fd, int kind, const char *text);

/* Say it, and see it come: the connection has its request, once it has that. */
void logger_say_seen(logger *l, int fd, const char *text);

/* Have the logger do something else, so that what it did before is done. */
void logger_turn(const logger *l);

#endif
