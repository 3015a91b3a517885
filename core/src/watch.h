#ifndef WATCH_H
#define WATCH_H

#include "neap/loop.h"

/*
 * libuv's poll and timer handles as values that are released at once: libuv
 * needs a turn to close a handle, and these keep its memory until then. Neither
 * holds the loop; who waits does.
 */
typedef struct watch watch;
typedef struct timer timer;

/* `events`: UV_READABLE, UV_WRITABLE, UV_DISCONNECT. */
typedef void (*watch_cb)(void *arg, int events);
typedef void (*timer_cb)(void *arg);

/* Watch `fd`, borrowed; its flags stay. NULL where the kernel cannot (a regular
 * file). */
watch *watch_open(neap_loop *loop, int fd, watch_cb cb, void *arg);
void watch_start(watch *w, int events);
void watch_stop(watch *w);

/* Clears the owner's pointer; NULL inside is fine. Before closing the fd. */
void watch_close(watch **w);

/* Run `cb` once, after `seconds`. */
timer *timer_open(neap_loop *loop, double seconds, timer_cb cb, void *arg);
void timer_again(timer *t, double seconds);
void timer_close(timer **t);

#endif
