#include "message_private.h"

#include <string.h>

#include "memory.h"
#include "near.h"
#include "utf8.h"

bool message_misfit(encoding *enc,
                    const ProtobufCMessageDescriptor *type,
                    const ProtobufCFieldDescriptor *field,
                    const char *wanted,
                    const neap_value *value)
{
    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   "field \"%s\" of %s takes %s, not %s", field->name,
                   type->name, wanted, neap_kind_name(neap_value_kind(value)));
    return false;
}

static bool wrong(encoding *enc,
                  const ProtobufCMessageDescriptor *type,
                  const ProtobufCFieldDescriptor *field,
                  const char *what)
{
    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   "field \"%s\" of %s %s", field->name, type->name, what);
    return false;
}

/* 2^63 and 2^64; the next smaller doubles fit. */
#define TWO_63 9223372036854775808.0
#define TWO_64 18446744073709551616.0

static bool to_signed(const neap_value *value, int64_t *number)
{
    double real;

    switch (neap_value_kind(value)) {
    case NEAP_KIND_INT:
        *number = neap_value_int(value);
        return true;
    case NEAP_KIND_DOUBLE:
        real = neap_value_double(value);
        if (!(real >= -TWO_63 && real < TWO_63))
            return false;
        *number = (int64_t)real;
        return (double)*number == real;
    default:
        return false;
    }
}

static bool to_unsigned(const neap_value *value, uint64_t *number)
{
    double real;

    switch (neap_value_kind(value)) {
    case NEAP_KIND_UINT:
        *number = neap_value_uint(value);
        return true;
    case NEAP_KIND_INT:
        *number = (uint64_t)neap_value_int(value);
        return neap_value_int(value) >= 0;
    case NEAP_KIND_DOUBLE:
        real = neap_value_double(value);
        if (!(real >= 0 && real < TWO_64))
            return false;
        *number = (uint64_t)real;
        return (double)*number == real;
    default:
        return false;
    }
}

static bool is_number(const neap_value *value)
{
    switch (neap_value_kind(value)) {
    case NEAP_KIND_INT:
    case NEAP_KIND_UINT:
    case NEAP_KIND_DOUBLE:
        return true;
    default:
        return false;
    }
}

static bool build_integer(encoding *enc,
                          const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field,
                          const neap_value *value,
                          void *at)
{
    int64_t s;
    uint64_t u;

    if (!is_number(value))
        return message_misfit(enc, type, field, "an integer", value);
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        if (!to_signed(value, &s) || s < INT32_MIN || s > INT32_MAX)
            return wrong(enc, type, field, "takes a signed 32-bit integer");
        *(int32_t *)at = (int32_t)s;
        return true;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        if (!to_unsigned(value, &u) || u > UINT32_MAX)
            return wrong(enc, type, field, "takes an unsigned 32-bit integer");
        *(uint32_t *)at = (uint32_t)u;
        return true;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        if (!to_unsigned(value, &u))
            return wrong(enc, type, field, "takes an unsigned 64-bit integer");
        *(uint64_t *)at = u;
        return true;
    default:
        if (!to_signed(value, &s))
            return wrong(enc, type, field, "takes a signed 64-bit integer");
        *(int64_t *)at = s;
        return true;
    }
}

static bool build_real(encoding *enc,
                       const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field,
                       const neap_value *value,
                       void *at)
{
    double real;

    if (!is_number(value))
        return message_misfit(enc, type, field, "a number", value);
    if (neap_value_kind(value) == NEAP_KIND_INT)
        real = (double)neap_value_int(value);
    else if (neap_value_kind(value) == NEAP_KIND_UINT)
        real = (double)neap_value_uint(value);
    else
        real = neap_value_double(value);
    if (field->type == PROTOBUF_C_TYPE_FLOAT)
        *(float *)at = (float)real;
    else
        *(double *)at = real;
    return true;
}

static bool unknown_name(encoding *enc,
                         const ProtobufCEnumDescriptor *set,
                         const char *name)
{
    near guess = { name, NULL, 0 };

    for (unsigned i = 0; i < set->n_values; i++)
        near_offer(&guess, set->values[i].name);
    if (guess.best == NULL)
        guess.best = set->values[set->n_values - 1].name;
    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   "\"%s\" is no %s; did you mean \"%s\"?", name, set->name,
                   guess.best);
    return false;
}

static bool build_enum(encoding *enc,
                       const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field,
                       const neap_value *value,
                       int *at)
{
    const ProtobufCEnumValue *found;
    int64_t number;

    if (neap_value_kind(value) == NEAP_KIND_BYTES) {
        const char *name = neap_value_bytes(value, NULL);

        found = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor,
                                                             name);
        if (found == NULL)
            return unknown_name(enc, field->descriptor, name);
        *at = found->value;
        return true;
    }
    if (!to_signed(value, &number) || number < INT32_MIN || number > INT32_MAX)
        return message_misfit(enc, type, field, "a name or its number", value);
    *at = (int)number;
    return true;
}

static bool build_string(encoding *enc,
                         const ProtobufCMessageDescriptor *type,
                         const ProtobufCFieldDescriptor *field,
                         const neap_value *value,
                         char **at)
{
    const char *text;
    size_t length;

    if (neap_value_kind(value) != NEAP_KIND_BYTES)
        return message_misfit(enc, type, field, "a string", value);
    text = neap_value_bytes(value, &length);
    if (memchr(text, '\0', length) != NULL)
        return wrong(enc, type, field, "takes no NUL byte");
    if (utf8_valid_length(text, length) != length)
        return wrong(enc, type, field, "takes UTF-8");
    *at = xstrndup(text, length);
    return true;
}

static bool build_bytes(encoding *enc,
                        const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field,
                        const neap_value *value,
                        ProtobufCBinaryData *at)
{
    const char *data;

    if (neap_value_kind(value) != NEAP_KIND_BYTES)
        return message_misfit(enc, type, field, "a string", value);
    data = neap_value_bytes(value, &at->len);
    at->data = xmalloc(at->len);
    memcpy(at->data, data, at->len);
    return true;
}

bool message_build_scalar(encoding *enc,
                          const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field,
                          const neap_value *value,
                          void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (neap_value_kind(value) != NEAP_KIND_BOOL)
            return message_misfit(enc, type, field, "a boolean", value);
        *(protobuf_c_boolean *)at = neap_value_bool(value);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        return build_enum(enc, type, field, value, at);
    case PROTOBUF_C_TYPE_STRING:
        return build_string(enc, type, field, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return build_bytes(enc, type, field, value, at);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return build_real(enc, type, field, value, at);
    default:
        return build_integer(enc, type, field, value, at);
    }
}
