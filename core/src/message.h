#ifndef MESSAGE_H
#define MESSAGE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "neap/error.h"
#include "neap/value.h"

/*
 * protobuf messages <-> neutral values, driven by protobuf-c's descriptors: one
 * converter for every message there is.
 *
 * A message is a map from its proto field names. Decoding gives scalars, lists
 * and maps also where they are empty; a message within is left out where it is
 * not set. Encoding takes any part of that; null is as good as absent.
 *
 *    repeated           a list; an empty map is an empty list (Lua cannot tell)
 *    map<string, T>     a map
 *    enum               its name; encoding also takes the number
 *    string, bytes      bytes; a string is UTF-8 without NUL
 *    integers           integers; encoding also takes a double that is whole
 *    Timestamp          seconds since 1970, a double; Go's zero time is absent
 *    Duration           seconds, a double
 *    Any                { type_url, value }; value is a map where proto/ has
 * the type, else bytes. For types.containerd.io/... encoding also takes a map
 * or list, which becomes JSON
 */

/*
 * Encode `value` (NULL: an empty message) as a `type`. Owned, release with
 * free; NULL and NEAP_INVALID_ARGUMENT when it does not fit: the message names
 * the field and the type.
 */
uint8_t *message_encode(const ProtobufCMessageDescriptor *type,
                        const neap_value *value,
                        const char *op,
                        size_t *size,
                        neap_error *err);

/* Decode a `type`. Owned; NULL and NEAP_INTERNAL when the bytes are none. */
neap_value *message_decode(const ProtobufCMessageDescriptor *type,
                           const uint8_t *data,
                           size_t size,
                           const char *op,
                           neap_error *err);

/* The type that `type_url` of an Any names, or NULL where proto/ has none. */
const ProtobufCMessageDescriptor *message_type_of_url(const char *type_url);

#endif
