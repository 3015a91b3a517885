#ifndef TRIP_H
#define TRIP_H

#include "message.h"
#include "registry.h"

/* Messages that go out and come back: JSON, a value, protobuf's bytes. */

/* The type of that name, which must be there. */
const ProtobufCMessageDescriptor *trip_type(const char *name);

/* Text as a value. Owned. */
neap_value *trip_json(const char *text);

/* Encoding and decoding that must go well. Owned. */
uint8_t *trip_encode(const ProtobufCMessageDescriptor *type,
                     const neap_value *value,
                     size_t *size);
neap_value *trip_decode(const ProtobufCMessageDescriptor *type,
                        const uint8_t *data,
                        size_t size);

/* JSON, encoded as a `name` and decoded, is that JSON. */
void trip_expect(const char *name, const char *text, const char *wanted);

/* Encoding JSON as a `name` fails, and each of the words is in the message. */
void trip_refuse(const char *name, const char *text, const char *const words[]);

#define REFUSE(name, text, ...)                                                \
    trip_refuse(name, text, (const char *const[]){ __VA_ARGS__, NULL })

#endif
