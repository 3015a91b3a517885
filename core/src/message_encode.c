#include "message_private.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "near.h"

/* Fields that an error lists when no name is close to the unknown one. */
#define LISTED 12

static bool unknown_field(encoding *enc,
                          const ProtobufCMessageDescriptor *type,
                          const char *name)
{
    near guess = { name, NULL, 0 };
    char fields[256] = "";
    size_t used = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const char *field = type->fields[i].name;

        near_offer(&guess, field);
        if (i < LISTED && used + strlen(field) + 3 < sizeof fields)
            used += (size_t)snprintf(fields + used, sizeof fields - used,
                                     "%s%s", used != 0 ? ", " : "", field);
    }
    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   guess.best != NULL
                       ? "unknown field \"%s\" in %s; did you mean \"%s\"?"
                       : "unknown field \"%s\" in %s; it has: %s",
                   name, type->name,
                   guess.best != NULL ? guess.best
                   : used != 0        ? fields
                                      : "none");
    return false;
}

static ProtobufCMessage *build(encoding *enc,
                               const ProtobufCMessageDescriptor *type,
                               const neap_value *value);

/* Store one `field` at `at`. */
static bool build_one(encoding *enc,
                      const ProtobufCMessageDescriptor *type,
                      const ProtobufCFieldDescriptor *field,
                      const neap_value *value,
                      void *at)
{
    ProtobufCMessage *message;

    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return message_build_scalar(enc, type, field, value, at);
    message = build(enc, field->descriptor, value);
    *(ProtobufCMessage **)at = message;
    return message != NULL;
}

/* Make room for `count` elements, none of which is there yet. */
static size_t *start_list(ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field,
                          size_t count,
                          char **elements)
{
    size_t *filled = MEMBER(size_t, message, field->quantifier_offset);

    *elements = count != 0 ? xcalloc(count, message_field_size(field)) : NULL;
    *MEMBER(void *, message, field->offset) = *elements;
    *filled = 0;
    return filled;
}

static bool build_list(encoding *enc,
                       ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field,
                       const neap_value *value)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    neap_kind kind = neap_value_kind(value);
    size_t *filled;
    char *elements;

    if (kind != NEAP_KIND_LIST &&
        (kind != NEAP_KIND_MAP || neap_value_count(value) != 0))
        return message_misfit(enc, type, field, "a list", value);
    filled = start_list(message, field, neap_value_count(value), &elements);
    for (size_t i = 0; i < neap_value_count(value); i++) {
        void *at = elements + i * message_field_size(field);

        if (!build_one(enc, type, field, neap_value_item(value, i), at))
            return false;
        *filled = i + 1;
    }
    return true;
}

static bool build_entry(encoding *enc,
                        ProtobufCMessage *entry,
                        const char *key,
                        const neap_value *value)
{
    const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
    neap_value *name = neap_value_new_bytes(key, strlen(key));
    bool ok = build_one(enc, entry->descriptor, &fields[0], name,
                        MEMBER(void, entry, fields[0].offset));

    neap_value_free(name);
    if (!ok || neap_value_kind(value) == NEAP_KIND_NULL)
        return ok;
    return build_one(enc, entry->descriptor, &fields[1], value,
                     MEMBER(void, entry, fields[1].offset));
}

static ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = xcalloc(1, type->sizeof_message);

    type->message_init(message);
    return message;
}

static bool build_map(encoding *enc,
                      ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field,
                      const neap_value *value)
{
    size_t *filled;
    char *elements;

    if (neap_value_kind(value) != NEAP_KIND_MAP)
        return message_misfit(enc, message->descriptor, field, "a map", value);
    filled = start_list(message, field, neap_value_count(value), &elements);
    for (size_t i = 0; i < neap_value_count(value); i++) {
        ProtobufCMessage *entry = message_new(field->descriptor);

        ((ProtobufCMessage **)(void *)elements)[i] = entry;
        *filled = i + 1;
        if (!build_entry(enc, entry, neap_value_key(value, i),
                         neap_value_item(value, i)))
            return false;
    }
    return true;
}

static bool build_singular(encoding *enc,
                           ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           const neap_value *value)
{
    int *quantifier = MEMBER(int, message, field->quantifier_offset);

    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        if (*quantifier != 0) {
            neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                           "field \"%s\" of %s excludes another that is given",
                           field->name, message->descriptor->name);
            return false;
        }
    }
    if (!build_one(enc, message->descriptor, field, value,
                   MEMBER(void, message, field->offset)))
        return false;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        *quantifier = (int)field->id;
    else if (field->label == PROTOBUF_C_LABEL_OPTIONAL &&
             field->quantifier_offset != 0)
        *quantifier = 1;
    return true;
}

static bool build_field(encoding *enc,
                        ProtobufCMessage *message,
                        const char *name,
                        const neap_value *value)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(type, name);

    if (field == NULL)
        return unknown_field(enc, type, name);
    if (neap_value_kind(value) == NEAP_KIND_NULL)
        return true;
    if (message_field_is_map(type, field))
        return build_map(enc, message, field, value);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return build_list(enc, message, field, value);
    return build_singular(enc, message, field, value);
}

static ProtobufCMessage *build_fields(encoding *enc,
                                      const ProtobufCMessageDescriptor *type,
                                      const neap_value *value)
{
    ProtobufCMessage *message;

    if (neap_value_kind(value) != NEAP_KIND_MAP) {
        neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                       "%s takes a map, not %s", type->name,
                       neap_kind_name(neap_value_kind(value)));
        return NULL;
    }
    message = message_new(type);
    for (size_t i = 0; i < neap_value_count(value); i++) {
        const char *name = neap_value_key(value, i);
        const neap_value *item = neap_value_item(value, i);

        if (neap_value_find(value, name) != item) /* put twice */
            continue;
        if (!build_field(enc, message, name, item)) {
            protobuf_c_message_free_unpacked(message, NULL);
            return NULL;
        }
    }
    return message;
}

/* Build a `type` from `value`: owned, release as if it were unpacked. */
static ProtobufCMessage *build(encoding *enc,
                               const ProtobufCMessageDescriptor *type,
                               const neap_value *value)
{
    ProtobufCMessage *message;

    if (enc->depth == NEAP_VALUE_DEPTH) {
        neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                       "messages are nested too deep");
        return NULL;
    }
    enc->depth++;
    message = known_is(type) ? known_build(enc, type, value)
                             : build_fields(enc, type, value);
    enc->depth--;
    return message;
}

uint8_t *message_pack(encoding *enc,
                      const ProtobufCMessageDescriptor *type,
                      const neap_value *value,
                      size_t *size)
{
    ProtobufCMessage *message = build(enc, type, value);
    uint8_t *data;

    if (message == NULL)
        return NULL;
    data = xmalloc(protobuf_c_message_get_packed_size(message));
    *size = protobuf_c_message_pack(message, data);
    protobuf_c_message_free_unpacked(message, NULL);
    return data;
}

uint8_t *message_encode(const ProtobufCMessageDescriptor *type,
                        const neap_value *value,
                        const char *op,
                        size_t *size,
                        neap_error *err)
{
    encoding enc = { op, err, 0 };

    *size = 0;
    if (value == NULL || neap_value_kind(value) == NEAP_KIND_NULL)
        return xmalloc(0);
    return message_pack(&enc, type, value, size);
}
