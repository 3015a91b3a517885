#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include "neap/descriptor.h"

/*
 * Take over `fd`; `notes` is an inotify's to be emptied when `fd`, which
 * watches it, is readable, or -1. What ends is `process`, or -1. All are owned.
 */
neap_descriptor *
descriptor_new(neap_loop *loop, int fd, int notes, int process);

#endif
