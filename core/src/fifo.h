#ifndef FIFO_H
#define FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Named pipes. Every function answers 0 or more, or a negative errno.
 */

/* Make a FIFO, mode 0600; 0 and 0: our own. */
int fifo_make(const char *path, unsigned uid, unsigned gid);

/*
 * Open without blocking and without following a symlink. Readers see the end
 * only after a writer has come and gone. The writer's end is opened for both,
 * so that it opens before a reader is there and never gives EPIPE.
 */
int fifo_open_reader(const char *path);
int fifo_open_writer(const char *path);

/*
 * A writer's end alone, of what is open for both at `fd`: it is none of its
 * readers. Whether there are any, fifo_is_read() says.
 */
int fifo_reopen_writer(int fd);
bool fifo_is_read(int fd);

/* Have its readers see the end where no writer is left: none may ever come. */
void fifo_expect_end(const char *path);

/* Let it hold more than usual, if the kernel will. */
void fifo_enlarge(int fd);

/* How many bytes wait to be read. */
size_t fifo_size(int fd);

/* Remove a FIFO; nothing else is ever removed. */
void fifo_remove(const char *path);

/*
 * A description of `fd` of one's own, non-blocking: what others who hold the
 * same file see does not change. For regular files, whose offset is shared, and
 * for sockets, of which the kernel gives none, a duplicate.
 */
int fd_own(int fd, int flags);

bool fd_is_socket(int fd);

/* write(2) that raises no SIGPIPE, whatever its disposition is. */
ssize_t fd_write(int fd, const void *data, size_t size);

/* Write all of it to a file. */
int fd_write_all(int fd, const void *data, size_t size);

/* splice(2) between pipes, which neither waits nor raises SIGPIPE. */
ssize_t fd_splice(int from, int to, size_t most);

#endif
