#include "message_private.h"

#include <string.h>

size_t message_field_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return 4;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 8;
    }
}

bool message_field_is_map(const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    size_t outer = strlen(type->name);

    /* protobuf-c's descriptors do not say so. protoc makes the entry a message
     * within, named ...Entry, and reserves that name. */
    return field->label == PROTOBUF_C_LABEL_REPEATED &&
           field->type == PROTOBUF_C_TYPE_MESSAGE && entry->n_fields == 2 &&
           strncmp(entry->name, type->name, outer) == 0 &&
           entry->name[outer] == '.' &&
           strcmp(entry->name + strlen(entry->name) - 5, "Entry") == 0 &&
           strcmp(entry->fields[0].name, "key") == 0 &&
           entry->fields[0].type == PROTOBUF_C_TYPE_STRING &&
           strcmp(entry->fields[1].name, "value") == 0;
}

/* Whether a singular field is set, in so far as that is kept. */
static bool is_set(const ProtobufCMessage *message,
                   const ProtobufCFieldDescriptor *field)
{
    const int *quantifier =
        CONST_MEMBER(int, message, field->quantifier_offset);

    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *quantifier == (int)field->id;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *CONST_MEMBER(void *, message, field->offset) != NULL;
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL &&
        field->quantifier_offset != 0)
        return *quantifier != 0;
    return true;
}

static neap_value *text_of(const char *text)
{
    return neap_value_new_bytes(text, text != NULL ? strlen(text) : 0);
}

static neap_value *read_enum(const ProtobufCEnumDescriptor *set, int number)
{
    const ProtobufCEnumValue *found =
        protobuf_c_enum_descriptor_get_value(set, number);

    return found != NULL ? text_of(found->name) : neap_value_new_int(number);
}

/* One `field`, stored at `at`. NULL: nothing to say. */
static neap_value *
read_one(const ProtobufCFieldDescriptor *field, const void *at, int depth)
{
    const ProtobufCBinaryData *bytes = at;

    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return neap_value_new_bool(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(field->descriptor, *(const int *)at);
    case PROTOBUF_C_TYPE_STRING:
        return text_of(*(char *const *)at);
    case PROTOBUF_C_TYPE_BYTES:
        return neap_value_new_bytes(bytes->data, bytes->len);
    case PROTOBUF_C_TYPE_FLOAT:
        return neap_value_new_double((double)*(const float *)at);
    case PROTOBUF_C_TYPE_DOUBLE:
        return neap_value_new_double(*(const double *)at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return neap_value_new_int(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return neap_value_new_uint(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return neap_value_new_uint(*(const uint64_t *)at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return message_read_at(*(ProtobufCMessage *const *)at, depth);
    default:
        return neap_value_new_int(*(const int64_t *)at);
    }
}

static size_t list_of(const ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field,
                      const char **elements)
{
    *elements = *CONST_MEMBER(char *, message, field->offset);
    return *CONST_MEMBER(size_t, message, field->quantifier_offset);
}

static neap_value *read_list(const ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field,
                             int depth)
{
    neap_value *list = neap_value_new_list();
    const char *elements;
    size_t count = list_of(message, field, &elements);

    for (size_t i = 0; i < count; i++) {
        const void *at = elements + i * message_field_size(field);
        neap_value *item = read_one(field, at, depth);

        neap_value_append(list, item != NULL ? item : neap_value_new_null());
    }
    return list;
}

static neap_value *read_map(const ProtobufCMessage *message,
                            const ProtobufCFieldDescriptor *field,
                            int depth)
{
    neap_value *map = neap_value_new_map();
    const char *elements;
    size_t count = list_of(message, field, &elements);

    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *entry =
            ((ProtobufCMessage *const *)(const void *)elements)[i];
        const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
        neap_value *item = NULL;

        if (is_set(entry, &fields[1]))
            item = read_one(&fields[1],
                            CONST_MEMBER(void, entry, fields[1].offset), depth);
        neap_value_put(map, *CONST_MEMBER(char *, entry, fields[0].offset),
                       item != NULL ? item : neap_value_new_null());
    }
    return map;
}

static neap_value *read_field(const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field,
                              int depth)
{
    if (message_field_is_map(message->descriptor, field))
        return read_map(message, field, depth);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_list(message, field, depth);
    if (!is_set(message, field))
        return NULL;
    return read_one(field, CONST_MEMBER(void, message, field->offset), depth);
}

neap_value *message_read_at(const ProtobufCMessage *message, int depth)
{
    neap_value *map;

    if (known_is(message->descriptor))
        return known_read(message, depth);
    map = neap_value_new_map();
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        neap_value *item = read_field(message, field, depth);

        if (item != NULL)
            neap_value_put(map, field->name, item);
    }
    return map;
}

neap_value *message_decode(const ProtobufCMessageDescriptor *type,
                           const uint8_t *data,
                           size_t size,
                           const char *op,
                           neap_error *err)
{
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, NULL, size, data);
    neap_value *value;

    if (message == NULL) {
        neap_error_set(err, NEAP_INTERNAL, op, "malformed %s of %zu bytes",
                       type->name, size);
        return NULL;
    }
    value = message_read_at(message, 0);
    protobuf_c_message_free_unpacked(message, NULL);
    return value != NULL ? value : neap_value_new_null();
}
