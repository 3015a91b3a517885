#ifndef LOG_OPTIONS_H
#define LOG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What neap-log was asked for. A word is given as `--word VALUE`, or as
 * `word VALUE` in any order, which is how containerd hands on the query of a
 * binary:// address.
 */

typedef enum log_driver {
    LOG_JSON_FILE,
    LOG_RAW,
    LOG_NONE,
} log_driver;

/* Values of fsync_s that are no number of seconds. */
#define LOG_FSYNC_ALWAYS 0
#define LOG_FSYNC_NEVER  (-1)

typedef struct log_options {
    const char *fifo[2]; /* stdout, stderr; NULL: not there */
    const char *reader;  /* the lock of who reads */
    const char *tap;     /* the socket; NULL: none */
    const char *state;   /* NULL: in memory, for binary:// */
    const char *log;
    log_driver driver;
    uint64_t max_size; /* 0: no limit */
    unsigned max_file; /* files in all, the current one too */
    bool compress;
    int64_t fsync_s;
    bool drop; /* on an error: count and go on; else stop reading */
    uint64_t backlog;
    int ready; /* -1: none */
    bool binary;
    bool finish;  /* no writer is to come: take what is there */
    bool discard; /* keep nothing, serve nobody; see log_discard.h */
} log_options;

/*
 * Fill `options`, whose strings are borrowed from `argv`. NULL, or what is
 * wrong, in static storage.
 */
const char *log_options_parse(log_options *options, int argc, char **argv);

#endif
