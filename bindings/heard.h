#ifndef NEAP_BINDINGS_HEARD_H
#define NEAP_BINDINGS_HEARD_H

#include <lua.h>

#include "neap/events.h"

/* An event that was heard, kept until Lua takes it. Freed by free. */
typedef struct heard {
    struct heard *next;
    neap_event event; /* its pointers lead into `bytes` */
    char bytes[];
} heard;

/* NULL without memory: the event is dropped, and counted. */
heard *heard_copy(const neap_event *e);

/* Push it as a table; `dropped` events before it had to go. */
void heard_push(lua_State *L, const heard *h, size_t dropped);

#endif
