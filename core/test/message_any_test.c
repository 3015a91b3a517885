/* Messages within messages: an Any. */
#include <stdio.h>
#include <stdlib.h>

#include "trip.h"

#define EVENT "containerd.services.events.v1.PublishRequest"

static void expect_any(const char *any, const char *wanted)
{
    char text[256], result[256];

    snprintf(text, sizeof text, "{\"event\":%s}", any);
    snprintf(result, sizeof result, "{\"topic\":\"\",\"event\":%s}", wanted);
    trip_expect(EVENT, text, result);
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
    const ProtobufCMessageDescriptor *status = trip_type("google.rpc.Status");
    neap_value *value = neap_value_new_map();
    size_t size;
    uint8_t *data = trip_encode(status, value, &size);

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
        data = trip_encode(status, value, &size);
        neap_value_free(value);
    }
    neap_value_free(trip_decode(status, data, size));
    free(data);
    printf("ok - message: a thousand messages in one another do no harm\n");
}

int main(void)
{
    test_any();
    test_malformed_any_stays_bytes();
    test_any_depth();
    return 0;
}
