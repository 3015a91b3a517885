#ifndef MANIFOLD_H
#define MANIFOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "neap/error.h"
#include "neap/loop.h"

struct neap_stream;

/*
 * The one reader of a FIFO, and the outlets that each get every byte of it.
 *
 * It reads when every outlet has room, as much as fits in each: an outlet that
 * blocks holds up the process, and with it the others. While there is no outlet
 * at all, what comes is read for nobody, and the process goes on.
 *
 * Reference-counted: an outlet keeps its manifold, which knows the outlets that
 * are attached. They are linked through the fields of neap_stream.
 */
typedef struct manifold manifold;

/* Read `fd`, owned from now on. */
manifold *manifold_new(neap_loop *loop, int fd);
manifold *manifold_ref(manifold *m);
void manifold_unref(manifold *m);

void manifold_attach(manifold *m, struct neap_stream *outlet);
void manifold_detach(manifold *m, struct neap_stream *outlet);

/* Has it no outlet but one? */
bool manifold_is_sole(const manifold *m);

/* Is there no more to come? */
bool manifold_has_ended(const manifold *m);

/* The room of an outlet has changed. */
void manifold_go_on(manifold *m);

/* Leave what comes in the FIFO; and take it, now and from now on. */
void manifold_leave(manifold *m);
void manifold_hurry(manifold *m);

/* Read no more; requests in flight answer with `code`, on the next turn. */
void manifold_shut(manifold *m, neap_code code);

#endif
