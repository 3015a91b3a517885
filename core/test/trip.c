#include "trip.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "neap/json.h"

const ProtobufCMessageDescriptor *trip_type(const char *name)
{
    const ProtobufCMessageDescriptor *type = registry_message(name);

    assert(type != NULL);
    return type;
}

neap_value *trip_json(const char *text)
{
    neap_error err = { 0 };
    neap_value *value = neap_json_parse(text, strlen(text), &err);

    assert(value != NULL);
    return value;
}

uint8_t *trip_encode(const ProtobufCMessageDescriptor *type,
                     const neap_value *value,
                     size_t *size)
{
    neap_error err = { 0 };
    uint8_t *data = message_encode(type, value, "test", size, &err);

    if (data == NULL)
        fprintf(stderr, "%s: %s\n", type->name, err.message);
    assert(data != NULL && err.code == NEAP_OK);
    return data;
}

neap_value *trip_decode(const ProtobufCMessageDescriptor *type,
                        const uint8_t *data,
                        size_t size)
{
    neap_error err = { 0 };
    neap_value *value = message_decode(type, data, size, "test", &err);

    assert(value != NULL && err.code == NEAP_OK);
    return value;
}

/* Encode JSON as a `name`, decode it, and say as JSON what came back. */
static char *there_and_back(const char *name, const char *text)
{
    neap_error err = { 0 };
    neap_value *value = trip_json(text), *back;
    size_t size;
    uint8_t *data = trip_encode(trip_type(name), value, &size);
    char *result;

    back = trip_decode(trip_type(name), data, size);
    result = neap_json_print(back, false, &err);
    assert(result != NULL);
    neap_value_free(value);
    neap_value_free(back);
    free(data);
    return result;
}

void trip_expect(const char *name, const char *text, const char *wanted)
{
    char *result = there_and_back(name, text);

    if (strcmp(result, wanted) != 0)
        fprintf(stderr, "%s: %s\n", name, result);
    assert(strcmp(result, wanted) == 0);
    free(result);
}

void trip_refuse(const char *name, const char *text, const char *const words[])
{
    neap_error err = { 0 };
    neap_value *value = trip_json(text);
    size_t size;

    assert(message_encode(trip_type(name), value, "test.op", &size, &err) ==
           NULL);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    assert(strcmp(err.op, "test.op") == 0);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strstr(err.message, words[i]) == NULL)
            fprintf(stderr, "no \"%s\" in: %s\n", words[i], err.message);
        assert(strstr(err.message, words[i]) != NULL);
    }
    neap_error_clear(&err);
    neap_value_free(value);
}
