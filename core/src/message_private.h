#ifndef MESSAGE_PRIVATE_H
#define MESSAGE_PRIVATE_H

#include <stdbool.h>

#include "message.h"

/* Shared by the message_*.c files. */

/* What an encoding carries along; who returns false or NULL has set `err`. */
typedef struct encoding {
    const char *op;
    neap_error *err;
    int depth; /* of messages within messages */
} encoding;

#define MEMBER(type, message, offset)                                          \
    ((type *)(void *)((char *)(message) + (offset)))
#define CONST_MEMBER(type, message, offset)                                    \
    ((const type *)(const void *)((const char *)(message) + (offset)))

/* Build the message that `value` describes and pack it. Owned, or NULL. */
uint8_t *message_pack(encoding *enc,
                      const ProtobufCMessageDescriptor *type,
                      const neap_value *value,
                      size_t *size);

/* Store `value` at `at`, which has the C type of one `field`. */
bool message_build_scalar(encoding *enc,
                          const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field,
                          const neap_value *value,
                          void *at);

/* "field ... of ... takes ..., not ...": always false. */
bool message_misfit(encoding *enc,
                    const ProtobufCMessageDescriptor *type,
                    const ProtobufCFieldDescriptor *field,
                    const char *wanted,
                    const neap_value *value);

/* How many bytes one `field` takes in a C array. */
size_t message_field_size(const ProtobufCFieldDescriptor *field);

/* map<string, T> is on the wire, and to protobuf-c, a list of entries. */
bool message_field_is_map(const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field);

/*
 * The types whose values are not maps of their fields. `known_build` and
 * `known_read` are only for those.
 */
bool known_is(const ProtobufCMessageDescriptor *type);
ProtobufCMessage *known_build(encoding *enc,
                              const ProtobufCMessageDescriptor *type,
                              const neap_value *value);
/* NULL: the message says "nothing". */
neap_value *known_read(const ProtobufCMessage *message, int depth);

/* A message as a value, `depth` deep in others by way of Any. Owned, or NULL.
 */
neap_value *message_read_at(const ProtobufCMessage *message, int depth);

#endif
