#ifndef SERVICE_H
#define SERVICE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "neap/error.h"
#include "registry.h"

/* A method of containerd's, as its name finds it. All pointers are static. */
typedef struct service_method {
    const char *service; /* "containerd.services.tasks.v1.Tasks" */
    const char *name;    /* "Create" */
    method_kind kind;
    const ProtobufCMessageDescriptor *input;
    const ProtobufCMessageDescriptor *output;
} service_method;

/*
 * Find the method at `path`, "containerd.services.tasks.v1.Tasks/Create", with
 * or without a slash before it. An unknown one is NEAP_INVALID_ARGUMENT and the
 * message says what there is.
 */
bool service_find_method(const char *path,
                         const char *op,
                         service_method *method,
                         neap_error *err);

#endif
