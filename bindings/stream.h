#ifndef NEAP_BINDINGS_STREAM_H
#define NEAP_BINDINGS_STREAM_H

#include <lua.h>

#include "neap/stream.h"

#define STREAM_TYPE "neap.stream"

/* With the core table on top: define the class and its functions. */
void stream_open(lua_State *L);

/* Push the handle of `stream`; it takes a reference. `parent`: stack index. */
void stream_push(lua_State *L, neap_stream *stream, int parent);

#endif
