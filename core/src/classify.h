#ifndef CLASSIFY_H
#define CLASSIFY_H

#include <stdbool.h>

#include "neap/error.h"

/*
 * What containerd's answer means. Shims speak ttrpc, and containerd 1.6 passes
 * their errors on as "unknown" with a fixed text; the text tells the class.
 * It also cuts the class off `message`'s end, as containerd's own client does.
 */
neap_code classify(neap_code code, char *message);

/*
 * Tasks/Create that came to nothing: while the shim of an earlier task of the
 * same id ends, containerd 1.6 takes it for one that runs already, starts none,
 * and is refused at its socket.
 */
bool classify_met_no_shim(const char *message);

#endif
