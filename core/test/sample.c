#include "sample.h"

#include <math.h>
#include <string.h>

#include "message_private.h"

static neap_value *text(const char *string)
{
    return neap_value_new_bytes(string, strlen(string));
}

static neap_value *sample_enum(const ProtobufCEnumDescriptor *set)
{
    return text(set->values[set->n_values - 1].name);
}

static neap_value *sample_any(void)
{
    neap_value *any = neap_value_new_map();
    neap_value *mount;

    neap_value_put(any, "type_url", text("containerd.types.Mount"));
    mount = neap_value_put(any, "value", neap_value_new_map());
    neap_value_put(mount, "type", text("bind"));
    neap_value_put(mount, "source", text("/a"));
    neap_value_put(mount, "target", text("/b"));
    neap_value_put(mount, "options", neap_value_new_list());
    return any;
}

static neap_value *sample_message(const ProtobufCMessageDescriptor *type)
{
    if (!known_is(type))
        return sample_of(type);
    if (strcmp(type->short_name, "Any") == 0)
        return sample_any();
    return neap_value_new_double(1700000000.25);
}

static neap_value *sample_one(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return neap_value_new_bool(true);
    case PROTOBUF_C_TYPE_ENUM:
        return sample_enum(field->descriptor);
    case PROTOBUF_C_TYPE_STRING:
        return text("Grüße, \xE4\xB8\x96\xE7\x95\x8C");
    case PROTOBUF_C_TYPE_BYTES:
        return neap_value_new_bytes("\0\xFF bytes", 8);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sample_message(field->descriptor);
    case PROTOBUF_C_TYPE_INT64:
        return neap_value_new_int(INT64_MIN);
    case PROTOBUF_C_TYPE_INT32:
        return neap_value_new_int(INT32_MIN);
    case PROTOBUF_C_TYPE_UINT64:
        return neap_value_new_uint(UINT64_MAX);
    case PROTOBUF_C_TYPE_UINT32:
        return neap_value_new_uint(UINT32_MAX);
    default:
        return neap_value_new_null();
    }
}

static neap_value *sample_field(const ProtobufCMessageDescriptor *type,
                                const ProtobufCFieldDescriptor *field)
{
    neap_value *value;

    if (message_field_is_map(type, field)) {
        const ProtobufCMessageDescriptor *entry = field->descriptor;

        value = neap_value_new_map();
        neap_value_put(value, "io.containerd/k", sample_one(&entry->fields[1]));
        neap_value_put(value, "", sample_one(&entry->fields[1]));
        return value;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return sample_one(field);
    value = neap_value_new_list();
    neap_value_append(value, sample_one(field));
    neap_value_append(value, sample_one(field));
    return value;
}

neap_value *sample_of(const ProtobufCMessageDescriptor *type)
{
    neap_value *map;

    if (known_is(type))
        return sample_message(type);
    map = neap_value_new_map();
    for (unsigned i = 0; i < type->n_fields; i++)
        neap_value_put(map, type->fields[i].name,
                       sample_field(type, &type->fields[i]));
    return map;
}

static bool same_bytes(const neap_value *left, const neap_value *right)
{
    size_t left_length, right_length;
    const char *left_data = neap_value_bytes(left, &left_length);
    const char *right_data = neap_value_bytes(right, &right_length);

    return left_length == right_length &&
           memcmp(left_data, right_data, left_length) == 0;
}

static bool same_entries(const neap_value *left, const neap_value *right)
{
    if (neap_value_count(left) != neap_value_count(right))
        return false;
    for (size_t i = 0; i < neap_value_count(left); i++) {
        if (neap_value_kind(left) == NEAP_KIND_MAP &&
            strcmp(neap_value_key(left, i), neap_value_key(right, i)) != 0)
            return false;
        if (!sample_same(neap_value_item(left, i), neap_value_item(right, i)))
            return false;
    }
    return true;
}

bool sample_same(const neap_value *left, const neap_value *right)
{
    if (neap_value_kind(left) != neap_value_kind(right))
        return false;
    switch (neap_value_kind(left)) {
    case NEAP_KIND_NULL:
        return true;
    case NEAP_KIND_BOOL:
        return neap_value_bool(left) == neap_value_bool(right);
    case NEAP_KIND_INT:
        return neap_value_int(left) == neap_value_int(right);
    case NEAP_KIND_UINT:
        return neap_value_uint(left) == neap_value_uint(right);
    case NEAP_KIND_DOUBLE:
        return fabs(neap_value_double(left) - neap_value_double(right)) < 1e-6;
    case NEAP_KIND_BYTES:
        return same_bytes(left, right);
    default:
        return same_entries(left, right);
    }
}

unsigned sample_random(unsigned limit)
{
    static unsigned state = 1;

    state = state * 1103515245u + 12345u;
    return (state >> 8) % limit;
}
