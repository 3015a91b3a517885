#include "message_private.h"

#include <string.h>

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "memory.h"
#include "neap/json.h"
#include "registry.h"

typedef Google__Protobuf__Any any;
typedef Google__Protobuf__Timestamp timestamp;
typedef Google__Protobuf__Duration duration;

#define any_type       (&google__protobuf__any__descriptor)
#define timestamp_type (&google__protobuf__timestamp__descriptor)
#define duration_type  (&google__protobuf__duration__descriptor)

/* The years 1 to 9999; containerd's Go writes the first second for "none". */
#define TIME_FIRST (-62135596800LL)
#define TIME_LAST  253402300799LL
#define SPAN_LAST  315576000000LL /* ten thousand years, protobuf's limit */

#define NANOS 1000000000

/* An Any may hold one that holds one ...: bytes are left as they are then. */
#define ANY_DEPTH 16

bool known_is(const ProtobufCMessageDescriptor *type)
{
    return type == any_type || type == timestamp_type || type == duration_type;
}

const ProtobufCMessageDescriptor *message_type_of_url(const char *type_url)
{
    static const char googleapis[] = "type.googleapis.com/";

    if (strncmp(type_url, googleapis, strlen(googleapis)) == 0)
        type_url += strlen(googleapis);
    return registry_message(type_url); /* containerd writes the bare name */
}

/* --- seconds -------------------------------------------------------------- */

typedef struct instant {
    int64_t seconds;
    int32_t nanos; /* forward from there */
} instant;

static bool read_seconds(const neap_value *value,
                         int64_t first,
                         int64_t last,
                         instant *read)
{
    double real;

    if (neap_value_kind(value) == NEAP_KIND_INT) {
        *read = (instant){ neap_value_int(value), 0 };
        return read->seconds >= first && read->seconds <= last;
    }
    if (neap_value_kind(value) != NEAP_KIND_DOUBLE)
        return false;
    real = neap_value_double(value);
    if (!(real >= (double)first && real < (double)last + 1))
        return false;
    read->seconds = (int64_t)real;
    if ((double)read->seconds > real) /* down, also before 1970 */
        read->seconds--;
    read->nanos = (int32_t)((real - (double)read->seconds) * NANOS + 0.5);
    if (read->nanos == NANOS)
        *read = (instant){ read->seconds + 1, 0 };
    return true;
}

static bool not_seconds(encoding *enc,
                        const ProtobufCMessageDescriptor *type,
                        const neap_value *value)
{
    neap_kind kind = neap_value_kind(value);
    bool number = kind == NEAP_KIND_INT || kind == NEAP_KIND_UINT ||
                  kind == NEAP_KIND_DOUBLE;

    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   "%s takes a number of seconds, not %s", type->name,
                   number ? "one that is out of range" : neap_kind_name(kind));
    return false;
}

static ProtobufCMessage *build_timestamp(encoding *enc, const neap_value *value)
{
    timestamp *built;
    instant at;

    if (!read_seconds(value, TIME_FIRST, TIME_LAST, &at)) {
        not_seconds(enc, timestamp_type, value);
        return NULL;
    }
    built = xcalloc(1, sizeof *built);
    google__protobuf__timestamp__init(built);
    built->seconds = at.seconds;
    built->nanos = at.nanos;
    return &built->base;
}

static ProtobufCMessage *build_duration(encoding *enc, const neap_value *value)
{
    duration *built;
    instant span;

    if (!read_seconds(value, -SPAN_LAST, SPAN_LAST, &span)) {
        not_seconds(enc, duration_type, value);
        return NULL;
    }
    if (span.seconds < 0 && span.nanos > 0) /* both of one sign */
        span = (instant){ span.seconds + 1, span.nanos - NANOS };
    built = xcalloc(1, sizeof *built);
    google__protobuf__duration__init(built);
    built->seconds = span.seconds;
    built->nanos = span.nanos;
    return &built->base;
}

static neap_value *read_timestamp(const timestamp *message)
{
    if (message->seconds == TIME_FIRST && message->nanos == 0)
        return NULL;
    return neap_value_new_double((double)message->seconds +
                                 (double)message->nanos / NANOS);
}

static neap_value *read_duration(const duration *message)
{
    return neap_value_new_double((double)message->seconds +
                                 (double)message->nanos / NANOS);
}

/* --- Any ------------------------------------------------------------------ */

static bool any_misfit(encoding *enc, const char *what)
{
    neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                   "google.protobuf.Any takes { type_url, value }: %s", what);
    return false;
}

static bool any_put(any *built, const void *data, size_t size)
{
    built->value.data = xmalloc(size);
    built->value.len = size;
    memcpy(built->value.data, data, size);
    return true;
}

static bool any_put_json(encoding *enc, any *built, const neap_value *value)
{
    char *text = neap_json_print(value, false, enc->err);

    if (text == NULL) {
        enc->err->op = enc->op;
        return false;
    }
    built->value.data = (uint8_t *)text;
    built->value.len = strlen(text);
    return true;
}

static bool any_put_value(encoding *enc, any *built, const neap_value *value)
{
    static const char json_types[] = "types.containerd.io/";
    const ProtobufCMessageDescriptor *type;
    const char *data;
    size_t size;

    if (value == NULL || neap_value_kind(value) == NEAP_KIND_NULL)
        return true;
    if (neap_value_kind(value) == NEAP_KIND_BYTES) {
        data = neap_value_bytes(value, &size);
        return any_put(built, data, size);
    }
    if (strncmp(built->type_url, json_types, strlen(json_types)) == 0)
        return any_put_json(enc, built, value);
    type = message_type_of_url(built->type_url);
    if (type == NULL)
        return any_misfit(enc, "the value of an unknown type must be bytes");
    built->value.data = message_pack(enc, type, value, &built->value.len);
    return built->value.data != NULL;
}

/* Only the two fields, so that a misspelt one is named. */
static bool any_put_fields(encoding *enc, any *built, const neap_value *value)
{
    const neap_value *url = neap_value_find(value, "type_url");
    size_t length;
    const char *text;

    for (size_t i = 0; i < neap_value_count(value); i++) {
        const char *key = neap_value_key(value, i);

        if (strcmp(key, "type_url") != 0 && strcmp(key, "value") != 0) {
            neap_error_set(enc->err, NEAP_INVALID_ARGUMENT, enc->op,
                           "unknown field \"%s\" in google.protobuf.Any; it "
                           "has: type_url, value",
                           key);
            return false;
        }
    }
    if (url == NULL || neap_value_kind(url) != NEAP_KIND_BYTES)
        return any_misfit(enc, "type_url is missing or no string");
    text = neap_value_bytes(url, &length);
    if (strlen(text) != length)
        return any_misfit(enc, "type_url holds a NUL byte");
    built->type_url = xstrdup(text);
    return any_put_value(enc, built, neap_value_find(value, "value"));
}

static ProtobufCMessage *build_any(encoding *enc, const neap_value *value)
{
    any *built;

    if (neap_value_kind(value) != NEAP_KIND_MAP) {
        any_misfit(enc, "it is no map");
        return NULL;
    }
    built = xcalloc(1, sizeof *built);
    google__protobuf__any__init(built);
    if (any_put_fields(enc, built, value))
        return &built->base;
    google__protobuf__any__free_unpacked(built, NULL);
    return NULL;
}

static neap_value *read_payload(const any *message, int depth)
{
    const ProtobufCMessageDescriptor *type =
        message_type_of_url(message->type_url);
    ProtobufCMessage *payload;
    neap_value *value = NULL;

    if (type != NULL && depth < ANY_DEPTH) {
        payload = protobuf_c_message_unpack(type, NULL, message->value.len,
                                            message->value.data);
        if (payload != NULL)
            value = message_read_at(payload, depth + 1);
        protobuf_c_message_free_unpacked(payload, NULL);
    }
    if (value == NULL)
        value = neap_value_new_bytes(message->value.data, message->value.len);
    return value;
}

static neap_value *read_any(const any *message, int depth)
{
    neap_value *map = neap_value_new_map();

    neap_value_put(
        map, "type_url",
        neap_value_new_bytes(message->type_url, strlen(message->type_url)));
    neap_value_put(map, "value", read_payload(message, depth));
    return map;
}

/* -------------------------------------------------------------------------- */

ProtobufCMessage *known_build(encoding *enc,
                              const ProtobufCMessageDescriptor *type,
                              const neap_value *value)
{
    if (type == any_type)
        return build_any(enc, value);
    if (type == timestamp_type)
        return build_timestamp(enc, value);
    return build_duration(enc, value);
}

neap_value *known_read(const ProtobufCMessage *message, int depth)
{
    if (message->descriptor == any_type)
        return read_any((const any *)message, depth);
    if (message->descriptor == timestamp_type)
        return read_timestamp((const timestamp *)message);
    return read_duration((const duration *)message);
}
