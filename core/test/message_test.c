/* Messages: every one goes out and comes back, and what a script may write. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "trip.h"

#define MOUNT "containerd.types.Mount"
#define KILL  "containerd.services.tasks.v1.KillRequest"
#define INFO  "containerd.services.snapshots.v1.Info"

static void survives(const ProtobufCMessageDescriptor *type)
{
    neap_value *value = sample_of(type), *back;
    size_t size, again;
    uint8_t *data = trip_encode(type, value, &size);
    uint8_t *data_again;

    back = trip_decode(type, data, size);
    assert(sample_same(value, back));
    data_again = trip_encode(type, back, &again);
    assert(size == again && memcmp(data, data_again, size) == 0);
    neap_value_free(value);
    neap_value_free(back);
    free(data);
    free(data_again);
}

static void test_every_message_survives(void)
{
    const ProtobufCMessageDescriptor *type;
    size_t i;

    for (i = 0; (type = registry_message_at(i)) != NULL; i++)
        survives(type);
    assert(i > 150);
    printf("ok - message: %zu types survive encoding with every field set\n",
           i);
}

static void test_every_default_is_empty(void)
{
    const ProtobufCMessageDescriptor *type;

    for (size_t i = 0; (type = registry_message_at(i)) != NULL; i++) {
        neap_value *value = trip_decode(type, (const uint8_t *)"", 0);
        size_t size;
        uint8_t *data = trip_encode(type, value, &size);

        assert(size == 0 || strcmp(type->short_name, "Timestamp") == 0);
        free(data);
        data = trip_encode(type, NULL, &size);
        assert(size == 0);
        free(data);
        neap_value_free(value);
    }
    printf("ok - message: every type's defaults encode to nothing\n");
}

static void test_bytes_are_protobuf(void)
{
    static const uint8_t wanted[] = { 0x0A, 1, 'a', 0x18, 9, 0x20, 1 };
    neap_value *value =
        trip_json("{\"all\":true,\"container_id\":\"a\",\"signal\":9}");
    size_t size;
    uint8_t *data = trip_encode(
        trip_type("containerd.services.tasks.v1.KillRequest"), value, &size);

    assert(size == sizeof wanted && memcmp(data, wanted, size) == 0);
    free(data);
    neap_value_free(value);
    printf("ok - message: the bytes are those protobuf asks for\n");
}

static void test_fields(void)
{
    REFUSE(MOUNT, "{\"sorce\":\"/a\"}", "\"sorce\"", "containerd.types.Mount",
           "did you mean \"source\"");
    REFUSE(MOUNT, "{\"uid\":1}", "\"uid\"", "type, source, target, options");
    REFUSE(MOUNT, "{\"options\":\"ro\"}", "\"options\"",
           "a list, not a string");
    REFUSE(MOUNT, "{\"options\":{\"a\":1}}", "\"options\"",
           "a list, not a map");
    REFUSE(MOUNT, "{\"options\":[1]}", "\"options\"",
           "a string, not an integer");
    REFUSE(MOUNT, "{\"type\":\"a\\u0000b\"}", "\"type\"", "NUL");
    REFUSE(MOUNT, "[]", "containerd.types.Mount", "a map, not a list");
    REFUSE("google.protobuf.Empty", "{\"a\":1}", "\"a\"", "none");
    REFUSE(INFO, "{\"labels\":[]}", "\"labels\"", "a map, not a list");
    REFUSE(INFO, "{\"labels\":{\"a\":1}}", "LabelsEntry", "not an integer");
    trip_expect(
        MOUNT, "{\"options\":{},\"type\":null}",
        "{\"type\":\"\",\"source\":\"\",\"target\":\"\",\"options\":[]}");
    printf("ok - message: a field that is wrong is named, with its message\n");
}

static void test_integers(void)
{
    REFUSE(KILL, "{\"signal\":-1}", "\"signal\"", "unsigned 32-bit");
    REFUSE(KILL, "{\"signal\":4294967296}", "\"signal\"", "unsigned 32-bit");
    REFUSE(KILL, "{\"signal\":1.5}", "\"signal\"", "integer");
    REFUSE(KILL, "{\"signal\":\"TERM\"}", "\"signal\"",
           "integer, not a string");
    REFUSE(KILL, "{\"all\":1}", "\"all\"", "a boolean, not an integer");
    REFUSE("containerd.types.Descriptor", "{\"size\":9223372036854775808}",
           "\"size\"", "signed 64-bit");
    trip_expect("io.containerd.cgroups.v2.PidsStat",
                "{\"limit\":18446744073709551615,\"current\":2.0}",
                "{\"current\":2,\"limit\":18446744073709551615}");
    printf("ok - message: integers keep their range and their sign\n");
}

static void test_enums(void)
{
    REFUSE(INFO, "{\"kind\":\"ACTIV\"}", "\"ACTIV\"",
           "did you mean \"ACTIVE\"");
    REFUSE(INFO, "{\"kind\":true}", "\"kind\"", "a name or its number");
    trip_expect("containerd.services.images.v1.ImageDelete", "{\"name\":\"x\"}",
                "{\"name\":\"x\"}");
    trip_expect(
        INFO, "{\"kind\":2}",
        "{\"name\":\"\",\"parent\":\"\",\"kind\":\"ACTIVE\",\"labels\":{}}");
    trip_expect(INFO, "{\"kind\":77}",
                "{\"name\":\"\",\"parent\":\"\",\"kind\":77,\"labels\":{}}");
    printf("ok - message: enums are names, and numbers where there is none\n");
}

static void expect_time(const char *seconds, const char *wanted)
{
    char text[64], result[64];

    snprintf(text, sizeof text, "{\"exited_at\":%s}", seconds);
    snprintf(result, sizeof result, "{\"exit_status\":0%s}", wanted);
    trip_expect("containerd.services.tasks.v1.WaitResponse", text, result);
}

static void test_times(void)
{
    static const char *const name = "containerd.services.tasks.v1.WaitResponse";

    expect_time("0", ",\"exited_at\":0");
    expect_time("1700000000", ",\"exited_at\":1700000000");
    expect_time("1700000000.25", ",\"exited_at\":1700000000.25");
    expect_time("-0.5", ",\"exited_at\":-0.5");
    expect_time("-62135596800", "");
    expect_time("0.9999999999", ",\"exited_at\":1");
    REFUSE(name, "{\"exited_at\":1e18}", "Timestamp", "out of range");
    REFUSE(name, "{\"exited_at\":\"now\"}", "Timestamp", "a string");
    trip_expect("google.protobuf.Duration", "-1.5", "-1.5");
    trip_expect("google.protobuf.FieldMask", "{\"paths\":[\"labels\"]}",
                "{\"paths\":[\"labels\"]}");
    printf("ok - message: times are seconds, and Go's zero time is none\n");
}

int main(void)
{
    test_every_message_survives();
    test_every_default_is_empty();
    test_bytes_are_protobuf();
    test_fields();
    test_integers();
    test_enums();
    test_times();
    return 0;
}
