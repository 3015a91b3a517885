#ifndef LOG_DISCARD_H
#define LOG_DISCARD_H

#include "log_options.h"

/*
 * Read the streams for nobody, until they are over, so that who writes goes on:
 * for a process that nobody can attach to again. Nothing is kept, and there is
 * no state: what is not read yet is the next reader's, if this one is killed.
 *
 * It holds the lock as any reader, and removes it in the end. Gives the exit
 * status of the program.
 */
int log_discard_run(const log_options *options);

#endif
