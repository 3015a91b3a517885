#include "core.h"

#include <lauxlib.h>

#include "call.h"
#include "cancel.h"
#include "class.h"
#include "client.h"
#include "clock.h"
#include "condition.h"
#include "container.h"
#include "container_field.h"
#include "container_list.h"
#include "context.h"
#include "descriptor.h"
#include "engine.h"
#include "error.h"
#include "exchange.h"
#include "failure.h"
#include "fiber.h"
#include "fs.h"
#include "handle.h"
#include "inflate.h"
#include "join.h"
#include "json.h"
#include "listener.h"
#include "machine.h"
#include "message.h"
#include "path.h"
#include "pid.h"
#include "process.h"
#include "process_calls.h"
#include "queue.h"
#include "service.h"
#include "strand.h"
#include "stream.h"
#include "task.h"
#include "tree.h"
#include "wrap.h"
#include "yaml.h"

/* Each sets its functions in the core table, on top, and leaves the stack. */
static void (*const parts[])(lua_State *L) = {
    class_open, /* first: the others define classes */
    error_open,
    call_open,
    strand_open,
    fiber_open,
    cancel_open,
    failure_open,
    join_open,
    wrap_open,
    condition_open,
    clock_open,
    engine_open,
    path_open,
    handle_open,
    client_open,
    exchange_open,
    message_open,
    container_open,
    container_field_open,
    container_list_open,
    process_open,
    process_calls_open,
    task_open,
    stream_open,
    listener_open,
    fs_open,
    json_open,
    service_open,
    descriptor_open,
    inflate_open,
    pid_open,
    queue_open,
    machine_open,
    yaml_open,
    tree_open,
};

int luaopen_neap_core(lua_State *L)
{
    context_open(L); /* first made, so last finalized */
    lua_newtable(L);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        parts[i](L);
    return 1;
}
