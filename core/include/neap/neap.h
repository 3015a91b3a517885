#ifndef NEAP_H
#define NEAP_H

/*
 * Neap: retained handles on the containers, tasks and processes of containerd,
 * on a libuv loop. Start at neap/client.h. C++ includes this file, no other.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "neap/client.h"
#include "neap/container.h"
#include "neap/engine.h"
#include "neap/error.h"
#include "neap/events.h"
#include "neap/inside.h"
#include "neap/json.h"
#include "neap/loop.h"
#include "neap/path.h"
#include "neap/process.h"
#include "neap/queue.h"
#include "neap/request.h"
#include "neap/service.h"
#include "neap/stream.h"
#include "neap/tree.h"
#include "neap/value.h"
#include "neap/yaml.h"

#ifdef __cplusplus
}
#endif

#endif
