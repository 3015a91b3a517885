#ifndef NEAP_SERVICE_H
#define NEAP_SERVICE_H

#include "neap/value.h"

/*
 * What can be called: every service of containerd 1.6's API.
 *
 * A list, owned, of { name = "containerd.services.tasks.v1.Tasks", methods } in
 * the order of proto/; methods is a list of { name = "Create", path =
 * "containerd.services.tasks.v1.Tasks/Create", kind, input, output }. kind is
 * "unary", "server" (one request, many replies) or "bidi"; input and output
 * name the messages.
 */
neap_value *neap_service_list(void);

#endif
