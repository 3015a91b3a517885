#ifndef CHANGE_H
#define CHANGE_H

#include <stdbool.h>

/*
 * Is the method at `path` ("/package.Service/Method") a change that must not be
 * torn? Of one that is cancelled half-way containerd keeps half: a shim that it
 * does not know, a task without its process. Such a call is sent once and then
 * left to end, whoever loses interest in it.
 */
bool change_is_one(const char *path);

#endif
