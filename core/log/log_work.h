#ifndef LOG_WORK_H
#define LOG_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "log_session.h"
#include "log_tap.h"
#include "log_writer.h"

/*
 * The work of a logger, without the waiting: bytes go from a FIFO into its
 * spool, from there into the log and to who watches; and what to do when they
 * cannot.
 */
#define LOG_MS    INT64_C(1000000)
#define LOG_NEVER INT64_MAX

typedef struct log_work {
    log_session *session;
    log_writer *writer;
    log_tap *tap;
    int64_t now;
    int64_t pause; /* until when nothing is read, to let the FIFOs fill */
    int64_t retry; /* LOG_NEVER: all is well */
    bool is_full;  /* there was no room for what is read */
} log_work;

/* What the last logger had read but not written. 0 or a negative errno. */
int log_work_recover(log_work *work);

/* poll(2) has `found` something about the FIFO of `stream`. */
void log_work_stream(log_work *work, unsigned stream, short found);

/* Read a stream to its end, or to where nothing is there, and end it. */
void log_work_drain(log_work *work, unsigned stream);

/* Write what could not be written. */
void log_work_again(log_work *work);

/* Are the streams over? */
bool log_work_is_over(const log_work *work);

/* What came of writing: tell who watches, and decide when to try again. */
void log_work_judge(log_work *work, int result);

/* The text for people: what about `path` failed. */
void log_work_describe(const char *path, int sys, char *text, size_t room);

#endif
