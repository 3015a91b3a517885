#ifndef READER_H
#define READER_H

#include "neap/stream.h"

/*
 * Who reads a process's streams: one process of the machine, for two readers of
 * a FIFO split its bytes. The reader holds a lock on the directory that the
 * FIFOs are in, or on a file beside them where it is not the only one there;
 * the kernel takes it back however the reader ends.
 */

/*
 * Take the lock on `path`: a directory, or a `file` that is made where it is
 * missing. Gives the descriptor that holds it; -1 and `err` filled on failure:
 * FAILED_PRECONDITION names the process that has it.
 */
int reader_lock(const char *path, bool file, neap_error *err);

#endif
