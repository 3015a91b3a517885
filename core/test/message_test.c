#include "message.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "neap/json.h"
#include "registry.h"
#include "sample.h"

/* --- helpers -------------------------------------------------------------- */

static const ProtobufCMessageDescriptor *type_of(const char *name)
{
    const ProtobufCMessageDescriptor *type = registry_message(name);

    assert(type != NULL);
    return type;
}

static neap_value *json(const char *text)
{
    neap_error err = { 0 };
    neap_value *value = neap_json_parse(text, strlen(text), &err);

    assert(value != NULL);
    return value;
}

static uint8_t *must_encode(const ProtobufCMessageDescriptor *type,
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

static neap_value *must_decode(const ProtobufCMessageDescriptor *type,
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
    neap_value *value = json(text), *back;
    size_t size;
    uint8_t *data = must_encode(type_of(name), value, &size);
    char *result;

    back = must_decode(type_of(name), data, size);
    result = neap_json_print(back, false, &err);
    assert(result != NULL);
    neap_value_free(value);
    neap_value_free(back);
    free(data);
    return result;
}

static void expect(const char *name, const char *text, const char *wanted)
{
    char *result = there_and_back(name, text);

    if (strcmp(result, wanted) != 0)
        fprintf(stderr, "%s: %s\n", name, result);
    assert(strcmp(result, wanted) == 0);
    free(result);
}

/* Encoding JSON as a `name` fails, and each of the words is in the message. */
static void
refuse(const char *name, const char *text, const char *const words[])
{
    neap_error err = { 0 };
    neap_value *value = json(text);
    size_t size;

    assert(message_encode(type_of(name), value, "test.op", &size, &err) ==
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

#define REFUSE(name, text, ...)                                                \
    refuse(name, text, (const char *const[]){ __VA_ARGS__, NULL })

/* --- every message -------------------------------------------------------- */

static void survives(const ProtobufCMessageDescriptor *type)
{
    neap_value *value = sample_of(type), *back;
    size_t size, again;
    uint8_t *data = must_encode(type, value, &size);
    uint8_t *data_again;

    back = must_decode(type, data, size);
    assert(sample_same(value, back));
    data_again = must_encode(type, back, &again);
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
        neap_value *value = must_decode(type, (const uint8_t *)"", 0);
        size_t size;
        uint8_t *data = must_encode(type, value, &size);

        assert(size == 0 || strcmp(type->short_name, "Timestamp") == 0);
        free(data);
        data = must_encode(type, NULL, &size);
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
        json("{\"all\":true,\"container_id\":\"a\",\"signal\":9}");
    size_t size;
    uint8_t *data = must_encode(
        type_of("containerd.services.tasks.v1.KillRequest"), value, &size);

    assert(size == sizeof wanted && memcmp(data, wanted, size) == 0);
    free(data);
    neap_value_free(value);
    printf("ok - message: the bytes are those protobuf asks for\n");
}

/* --- what a script may write ---------------------------------------------- */

#define MOUNT "containerd.types.Mount"
#define KILL  "containerd.services.tasks.v1.KillRequest"
#define INFO  "containerd.services.snapshots.v1.Info"

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
    expect(MOUNT, "{\"options\":{},\"type\":null}",
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
    expect("io.containerd.cgroups.v2.PidsStat",
           "{\"limit\":18446744073709551615,\"current\":2.0}",
           "{\"current\":2,\"limit\":18446744073709551615}");
    printf("ok - message: integers keep their range and their sign\n");
}

static void test_enums(void)
{
    REFUSE(INFO, "{\"kind\":\"ACTIV\"}", "\"ACTIV\"",
           "did you mean \"ACTIVE\"");
    REFUSE(INFO, "{\"kind\":true}", "\"kind\"", "a name or its number");
    expect("containerd.services.images.v1.ImageDelete", "{\"name\":\"x\"}",
           "{\"name\":\"x\"}");
    expect(INFO, "{\"kind\":2}",
           "{\"name\":\"\",\"parent\":\"\",\"kind\":\"ACTIVE\",\"labels\":{}}");
    expect(INFO, "{\"kind\":77}",
           "{\"name\":\"\",\"parent\":\"\",\"kind\":77,\"labels\":{}}");
    printf("ok - message: enums are names, and numbers where there is none\n");
}

static void expect_time(const char *seconds, const char *wanted)
{
    char text[64], result[64];

    snprintf(text, sizeof text, "{\"exited_at\":%s}", seconds);
    snprintf(result, sizeof result, "{\"exit_status\":0%s}", wanted);
    expect("containerd.services.tasks.v1.WaitResponse", text, result);
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
    expect("google.protobuf.Duration", "-1.5", "-1.5");
    expect("google.protobuf.FieldMask", "{\"paths\":[\"labels\"]}",
           "{\"paths\":[\"labels\"]}");
    printf("ok - message: times are seconds, and Go's zero time is none\n");
}

/* --- Any ------------------------------------------------------------------ */

#define EVENT "containerd.services.events.v1.PublishRequest"

static void expect_any(const char *any, const char *wanted)
{
    char text[256], result[256];

    snprintf(text, sizeof text, "{\"event\":%s}", any);
    snprintf(result, sizeof result, "{\"topic\":\"\",\"event\":%s}", wanted);
    expect(EVENT, text, result);
}

static void test_any(void)
{
    expect_any("{\"type_url\":\"containerd.events.TaskOOM\","
               "\"value\":{\"container_id\":\"x\"}}",
               "{\"type_url\":\"containerd.events.TaskOOM\","
               "\"value\":{\"container_id\":\"x\"}}");
    expect_any(
        "{\"type_url\":\"type.googleapis.com/containerd.events.TaskOOM\","
        "\"value\":\"\\n\\u0001y\"}",
        "{\"type_url\":\"type.googleapis.com/containerd.events.TaskOOM\","
        "\"value\":{\"container_id\":\"y\"}}");
    expect_any(
        "{\"type_url\":\"types.containerd.io/spec\",\"value\":{\"a\":[1]}}",
        "{\"type_url\":\"types.containerd.io/spec\","
        "\"value\":\"{\\\"a\\\":[1]}\"}");
    expect_any("{\"type_url\":\"un.known\",\"value\":\"as it is\"}",
               "{\"type_url\":\"un.known\",\"value\":\"as it is\"}");
    expect_any("{\"type_url\":\"un.known\"}",
               "{\"type_url\":\"un.known\",\"value\":\"\"}");
    REFUSE(EVENT, "{\"event\":{\"type_url\":\"x\",\"value\":{}}}",
           "unknown type");
    REFUSE(EVENT, "{\"event\":{\"type\":\"x\"}}", "\"type\"", "type_url");
    REFUSE(EVENT, "{\"event\":{}}", "type_url");
    REFUSE(EVENT, "{\"event\":7}", "Any");
    REFUSE(EVENT,
           "{\"event\":{\"type_url\":\"containerd.events.TaskOOM\","
           "\"value\":{\"id\":1}}}",
           "\"id\"", "containerd.events.TaskOOM");
    printf("ok - message: an Any holds known types as maps, others as bytes\n");
}

static void test_malformed_any_stays_bytes(void)
{
    expect_any(
        "{\"type_url\":\"containerd.events.TaskOOM\",\"value\":\"\\n\\tx\"}",
        "{\"type_url\":\"containerd.events.TaskOOM\",\"value\":\"\\n\\tx\"}");
    printf("ok - message: an Any with a malformed payload keeps its bytes\n");
}

/* A Status whose details hold a Status, and so on. */
static void test_any_depth(void)
{
    const ProtobufCMessageDescriptor *status = type_of("google.rpc.Status");
    neap_value *value = neap_value_new_map();
    size_t size;
    uint8_t *data = must_encode(status, value, &size);

    neap_value_free(value);
    for (int i = 0; i < 1000; i++) {
        neap_value *any;

        value = neap_value_new_map();
        any = neap_value_append(
            neap_value_put(value, "details", neap_value_new_list()),
            neap_value_new_map());
        neap_value_put(any, "type_url",
                       neap_value_new_bytes("google.rpc.Status", 17));
        neap_value_put(any, "value", neap_value_new_bytes(data, size));
        free(data);
        data = must_encode(status, value, &size);
        neap_value_free(value);
    }
    neap_value_free(must_decode(status, data, size));
    free(data);
    printf("ok - message: a thousand messages in one another do no harm\n");
}

/* --- oneof: none of containerd's messages has one ------------------------- */

typedef struct choice {
    ProtobufCMessage base;
    int which;
    union {
        int64_t number;
        char *text;
    };
} choice;

static void choice_init(choice *message);

static const ProtobufCFieldDescriptor choice_fields[] = {
    { .name = "number",
      .id = 1,
      .label = PROTOBUF_C_LABEL_NONE,
      .type = PROTOBUF_C_TYPE_INT64,
      .quantifier_offset = offsetof(choice, which),
      .offset = offsetof(choice, number),
      .flags = PROTOBUF_C_FIELD_FLAG_ONEOF },
    { .name = "text",
      .id = 2,
      .label = PROTOBUF_C_LABEL_NONE,
      .type = PROTOBUF_C_TYPE_STRING,
      .quantifier_offset = offsetof(choice, which),
      .offset = offsetof(choice, text),
      .default_value = &protobuf_c_empty_string,
      .flags = PROTOBUF_C_FIELD_FLAG_ONEOF },
};
static const unsigned choice_by_name[] = { 0, 1 };
static const ProtobufCIntRange choice_ranges[] = { { 1, 0 }, { 0, 2 } };
static const ProtobufCMessageDescriptor choice_type = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "test.Choice",
    .short_name = "Choice",
    .c_name = "choice",
    .package_name = "test",
    .sizeof_message = sizeof(choice),
    .n_fields = 2,
    .fields = choice_fields,
    .fields_sorted_by_name = choice_by_name,
    .n_field_ranges = 1,
    .field_ranges = choice_ranges,
    .message_init = (ProtobufCMessageInit)choice_init,
};

static void choice_init(choice *message)
{
    *message = (choice){ .base = PROTOBUF_C_MESSAGE_INIT(&choice_type) };
}

static void test_oneof(void)
{
    static const char *const chosen[] = { "{}", "{\"number\":0}",
                                          "{\"text\":\"\"}",
                                          "{\"text\":\"x\"}" };
    neap_value *both = json("{\"text\":\"x\",\"number\":1}");
    neap_error err = { 0 };
    size_t size;

    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        neap_value *value = json(chosen[i]), *back;
        uint8_t *data = must_encode(&choice_type, value, &size);

        back = must_decode(&choice_type, data, size);
        assert(sample_same(value, back));
        neap_value_free(value);
        neap_value_free(back);
        free(data);
    }
    assert(message_encode(&choice_type, both, "test", &size, &err) == NULL);
    assert(err.code == NEAP_INVALID_ARGUMENT);
    neap_error_clear(&err);
    neap_value_free(both);
    printf("ok - message: of a oneof there is one, and more are refused\n");
}

/* --- hostile bytes -------------------------------------------------------- */

static void test_malformed(void)
{
    static const char *const bytes[] = { "\x0A", "\x0A\x7F", "\xFF", "\x0B",
                                         "\x0A\xFF\xFF\xFF\xFF\x0F" };
    const ProtobufCMessageDescriptor *type = type_of(MOUNT);

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
        uint8_t *data = must_encode(type, value, &size);

        for (int round = 0; round < 40 && size != 0; round++) {
            uint8_t *noise = malloc(size);
            size_t kept = 1 + sample_random((unsigned)size);

            memcpy(noise, data, size);
            spoil(noise, size);
            decode_noise(type, noise, kept);
            decode_noise(type_of(EVENT), noise, kept);
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
    data = must_encode(
        type_of("containerd.services.content.v1.ReadContentResponse"), value,
        &packed);
    back = must_decode(
        type_of("containerd.services.content.v1.ReadContentResponse"), data,
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
    test_every_message_survives();
    test_every_default_is_empty();
    test_bytes_are_protobuf();
    test_fields();
    test_integers();
    test_enums();
    test_times();
    test_any();
    test_malformed_any_stays_bytes();
    test_any_depth();
    test_oneof();
    test_malformed();
    test_noise();
    test_large();
    return 0;
}
