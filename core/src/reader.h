#ifndef READER_H
#define READER_H

#include "neap/stream.h"

/*
 * Who reads a process's streams: one process of the machine, for two readers of
 * a FIFO split its bytes. The reader holds a lock on a file beside the FIFOs;
 * the kernel takes it back however the reader ends.
 */

/*
 * Take the lock on `path`, a file that is made where it is missing. Gives the
 * descriptor that holds it; -1 and `err` filled on failure: FAILED_PRECONDITION
 * names the process that has it.
 */
int reader_lock(const char *path, neap_error *err);

#endif
