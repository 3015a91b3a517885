#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include <stdbool.h>

#include "log_file.h"
#include "log_options.h"
#include "log_spool.h"
#include "log_state.h"

/*
 * From the spools into the log. What is written is a function of the spools and
 * of the times in the state alone: if the logger is killed before a commit, its
 * successor writes the same bytes in the same place, and nobody who reads the
 * log sees a difference.
 */
typedef struct log_writer log_writer;

log_writer *
log_writer_new(const log_options *options, log_state *state, log_spool *spool);
void log_writer_free(log_writer *writer);

log_file *log_writer_file(log_writer *writer);

/*
 * Write what the spool of `stream` has; `end`: there will be no more, so an
 * unfinished line is written too. 0, or a negative errno after which what is
 * not written is either still to be written or was given up, by the options.
 */
int log_writer_run(log_writer *writer, unsigned stream, bool end);

#endif
