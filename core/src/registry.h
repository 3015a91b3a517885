#ifndef REGISTRY_H
#define REGISTRY_H

#include <protobuf-c/protobuf-c.h>

/*
 * Every message and service that proto/ defines, by name. The tables are made
 * at build time; protobuf-c's descriptors are what they point to.
 */

typedef enum method_kind {
    METHOD_UNARY,
    METHOD_SERVER_STREAM, /* one request, many replies */
    METHOD_BIDI_STREAM,   /* many of both */
} method_kind;

/* "containerd.types.Mount"; NULL where there is none. */
const ProtobufCMessageDescriptor *registry_message(const char *name);

/* The message or service at `index`, from 0; NULL behind the last one. */
const ProtobufCMessageDescriptor *registry_message_at(size_t index);
const ProtobufCServiceDescriptor *registry_service_at(size_t index);

/* `path` is "containerd.services.tasks.v1.Tasks/Create". */
method_kind registry_method_kind(const char *path);

#endif
