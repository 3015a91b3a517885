#include "registry.h"

#include <string.h>

#include "registry.inc" /* messages[], services[], streams[] */

#define COUNT(array) (sizeof(array) / sizeof *(array))

const ProtobufCMessageDescriptor *registry_message(const char *name)
{
    for (size_t i = 0; i < COUNT(messages); i++)
        if (strcmp(messages[i]->name, name) == 0)
            return messages[i];
    return NULL;
}

const ProtobufCMessageDescriptor *registry_message_at(size_t index)
{
    return index < COUNT(messages) ? messages[index] : NULL;
}

const ProtobufCServiceDescriptor *registry_service_at(size_t index)
{
    return index < COUNT(services) ? services[index] : NULL;
}

method_kind registry_method_kind(const char *path)
{
    for (size_t i = 0; i < COUNT(streams); i++)
        if (strcmp(streams[i].path, path) == 0)
            return streams[i].kind;
    return METHOD_UNARY;
}
