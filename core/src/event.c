#include "event.h"

#include <string.h>

#include "containerd/events.pb-c.h"
#include "message.h"
#include "record.h"

typedef Containerd__Services__Events__V1__Envelope envelope;

/* --- fields by name: one way for every kind of event ---------------------- */

static const void *
member(const ProtobufCMessage *m, const char *name, ProtobufCType type)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(m->descriptor, name);

    if (field == NULL || field->type != type ||
        field->label == PROTOBUF_C_LABEL_REPEATED)
        return NULL;
    return (const char *)m + field->offset;
}

static const char *text(const ProtobufCMessage *m, const char *name)
{
    char *const *value = member(m, name, PROTOBUF_C_TYPE_STRING);

    return value != NULL && (*value)[0] != '\0' ? *value : NULL;
}

static bool
number(const ProtobufCMessage *m, const char *name, uint32_t *number)
{
    const uint32_t *value = member(m, name, PROTOBUF_C_TYPE_UINT32);

    *number = value != NULL ? *value : 0;
    return value != NULL;
}

static double instant(const ProtobufCMessage *m, const char *name)
{
    Google__Protobuf__Timestamp *const *value =
        member(m, name, PROTOBUF_C_TYPE_MESSAGE);

    return value != NULL ? record_time(*value) : 0;
}

/* The id of a process is in `id` of an exit, in `exec_id` of the rest. */
static void read_message(event *e, const ProtobufCMessage *m)
{
    neap_event *view = &e->view;

    view->container = text(m, "container_id");
    if (view->container != NULL) {
        view->process = text(m, "exec_id");
        if (view->process == NULL)
            view->process = text(m, "id");
        if (view->process == NULL)
            view->process = view->container;
    } else if (strncmp(view->topic, "/containers/", 12) == 0) {
        view->container = text(m, "id");
    }
    view->has_pid = number(m, "pid", &view->pid);
    view->has_code = number(m, "exit_status", &view->code);
    e->exited_at = instant(m, "exited_at");
}

bool event_read(event *e, const uint8_t *bytes, size_t size)
{
    envelope *env =
        containerd__services__events__v1__envelope__unpack(NULL, size, bytes);
    const ProtobufCMessageDescriptor *type;

    memset(e, 0, sizeof *e);
    if (env == NULL)
        return false;
    e->envelope = &env->base;
    e->view.topic = env->topic;
    e->view.time = record_time(env->timestamp);
    if (env->event == NULL)
        return true;
    e->view.type_url = env->event->type_url;
    e->view.payload = env->event->value.data;
    e->view.payload_size = env->event->value.len;
    type = message_type_of_url(env->event->type_url);
    if (type != NULL)
        e->message = protobuf_c_message_unpack(type, NULL, e->view.payload_size,
                                               e->view.payload);
    if (e->message != NULL)
        read_message(e, e->message);
    return true;
}

neap_value *neap_event_message(const neap_event *view)
{
    neap_error err = { 0 };
    neap_value *value;

    if (view->type_url == NULL)
        return NULL;
    value = neap_message_decode(view->type_url, view->payload,
                                view->payload_size, &err);
    neap_error_clear(&err);
    return value;
}

void event_free(event *e)
{
    if (e->message != NULL)
        protobuf_c_message_free_unpacked(e->message, NULL);
    if (e->envelope != NULL)
        protobuf_c_message_free_unpacked(e->envelope, NULL);
    memset(e, 0, sizeof *e);
}
