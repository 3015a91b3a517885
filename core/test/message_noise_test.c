/* Messages of hostile bytes, and of many. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "trip.h"

#define MOUNT "containerd.types.Mount"
#define EVENT "containerd.services.events.v1.PublishRequest"

static void test_malformed(void)
{
    static const char *const bytes[] = { "\x0A", "\x0A\x7F", "\xFF", "\x0B",
                                         "\x0A\xFF\xFF\xFF\xFF\x0F" };
    const ProtobufCMessageDescriptor *type = trip_type(MOUNT);

    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        neap_error err = { 0 };

        assert(message_decode(type, (const uint8_t *)bytes[i], strlen(bytes[i]),
                              "test.op", &err) == NULL);
        assert(err.code == NEAP_INTERNAL);
        assert(strstr(err.message, "malformed containerd.types.Mount") != NULL);
        neap_error_clear(&err);
    }
    printf("ok - message: bytes that are no message are an internal error\n");
}

static void spoil(uint8_t *data, size_t size)
{
    for (unsigned k = 1 + sample_random(4); k > 0; k--)
        data[sample_random((unsigned)size)] = (uint8_t)sample_random(256);
}

/* What decodes must also encode, unless a string in it is not UTF-8. */
static void decode_noise(const ProtobufCMessageDescriptor *type,
                         const uint8_t *data,
                         size_t size)
{
    neap_error err = { 0 };
    neap_value *value = message_decode(type, data, size, "fuzz", &err);
    size_t again;

    if (value != NULL)
        free(message_encode(type, value, "fuzz", &again, &err));
    neap_value_free(value);
    neap_error_clear(&err);
}

static void test_noise(void)
{
    const ProtobufCMessageDescriptor *type;

    for (size_t i = 0; (type = registry_message_at(i)) != NULL; i++) {
        neap_value *value = sample_of(type);
        size_t size;
        uint8_t *data = trip_encode(type, value, &size);

        for (int round = 0; round < 40 && size != 0; round++) {
            uint8_t *noise = malloc(size);
            size_t kept = 1 + sample_random((unsigned)size);

            memcpy(noise, data, size);
            spoil(noise, size);
            decode_noise(type, noise, kept);
            decode_noise(trip_type(EVENT), noise, kept);
            free(noise);
        }
        free(data);
        neap_value_free(value);
    }
    printf("ok - message: spoilt bytes of every type are survived\n");
}

static void test_large(void)
{
    const size_t size = 16 << 20;
    char *blob = calloc(1, size);
    neap_value *value = neap_value_new_map(), *back;
    size_t packed, length;
    uint8_t *data;

    neap_value_put(value, "data", neap_value_new_bytes(blob, size));
    data = trip_encode(
        trip_type("containerd.services.content.v1.ReadContentResponse"), value,
        &packed);
    back = trip_decode(
        trip_type("containerd.services.content.v1.ReadContentResponse"), data,
        packed);
    neap_value_bytes(neap_value_find(back, "data"), &length);
    assert(length == size);
    neap_value_free(value);
    neap_value_free(back);
    free(data);
    free(blob);
    printf("ok - message: 16 MiB go through\n");
}

int main(void)
{
    test_malformed();
    test_noise();
    test_large();
    return 0;
}
