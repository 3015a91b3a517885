#include "registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry.inc" /* messages[], services[], streams[] */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The messages by name: each event asks for one. */
static const ProtobufCMessageDescriptor *sorted[COUNT(messages)];

static int by_name(const void *a, const void *b)
{
    const ProtobufCMessageDescriptor *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static void sort(void)
{
    memcpy(sorted, messages, sizeof messages);
    qsort(sorted, COUNT(sorted), sizeof *sorted, by_name);
}

static int is_named(const void *name, const void *item)
{
    const ProtobufCMessageDescriptor *const *message = item;

    return strcmp(name, (*message)->name);
}

const ProtobufCMessageDescriptor *registry_message(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const ProtobufCMessageDescriptor **found;

    pthread_once(&once, sort);
    found = bsearch(name, sorted, COUNT(sorted), sizeof *sorted, is_named);
    return found != NULL ? *found : NULL;
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
