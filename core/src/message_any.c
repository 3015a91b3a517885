#include "message.h"
#include "neap/client.h"

/* Messages by the URL of their type, as an Any has them. */

static const ProtobufCMessageDescriptor *
known_type(const char *type, const char *op, neap_error *err)
{
    const ProtobufCMessageDescriptor *found = message_type_of_url(type);

    if (found == NULL)
        neap_error_set(err, NEAP_INVALID_ARGUMENT, op,
                       "no message is called %s", type);
    return found;
}

uint8_t *neap_message_encode(const char *type,
                             const neap_value *value,
                             size_t *size,
                             neap_error *err)
{
    const ProtobufCMessageDescriptor *found =
        known_type(type, "message.encode", err);

    if (found == NULL)
        return NULL;
    return message_encode(found, value, "message.encode", size, err);
}

neap_value *neap_message_decode(const char *type,
                                const void *data,
                                size_t size,
                                neap_error *err)
{
    const ProtobufCMessageDescriptor *found =
        known_type(type, "message.decode", err);

    if (found == NULL)
        return NULL;
    return message_decode(found, data, size, "message.decode", err);
}
