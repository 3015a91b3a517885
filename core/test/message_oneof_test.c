/* A oneof, which none of containerd's messages has. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"
#include "trip.h"

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
    neap_value *both = trip_json("{\"text\":\"x\",\"number\":1}");
    neap_error err = { 0 };
    size_t size;

    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        neap_value *value = trip_json(chosen[i]), *back;
        uint8_t *data = trip_encode(&choice_type, value, &size);

        back = trip_decode(&choice_type, data, size);
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

int main(void)
{
    test_oneof();
    return 0;
}
