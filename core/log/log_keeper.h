#ifndef LOG_KEEPER_H
#define LOG_KEEPER_H

#include "log_session.h"

/*
 * A second process that does nothing but hold the FIFOs. What is in a FIFO
 * lives as long as somebody has it open, and a shim closes it when its
 * container has ended: if a logger is killed and its container ends before
 * another logger is there, the last lines would be gone.
 *
 * So the keeper waits until the logger has ended. If it was killed, and nobody
 * has started another one within a second, the keeper does. To whichever comes
 * it shows that the writers have left, which only who was there can see.
 */
typedef struct log_keeper {
    int end; /* what the keeper hears us by; -1: there is none */
} log_keeper;

#define LOG_KEEPER_WORDS 3 /* besides those of argv */

/*
 * `argv` is how this logger was started, which the keeper writes over. `words`
 * is a copy with so much room, and how another one is.
 */
log_keeper log_keeper_start(const log_session *session,
                            int argc,
                            char **argv,
                            char **words);

/* This logger ends as it should. */
void log_keeper_end(log_keeper *keeper);

#endif
