#ifndef LOG_ROTATE_H
#define LOG_ROTATE_H

/*
 * Move FILE out of the way: FILE.1 becomes FILE.2 and so on, FILE becomes
 * FILE.1, and of `max_file` files in all the oldest is removed. With one file
 * FILE itself is.
 *
 * Only those up to the first free number move, so that a rotation that was
 * broken off may be begun once more: it goes on. 0 or a negative errno.
 */
int log_rotate(const char *path, unsigned max_file);

/* The names FILE.n and FILE.n.gz. */
#define LOG_NAME_SIZE 4224
void log_rotate_name(char *name, const char *path, unsigned n, int gz);

#endif
