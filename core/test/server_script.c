#include "server_script.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

server_method *server_method_of(server_method **head, const char *path)
{
    server_method *m = *head;

    while (m != NULL && strcmp(m->path, path) != 0)
        m = m->next;
    if (m == NULL) {
        m = xcalloc(1, sizeof *m);
        m->path = xstrdup(path);
        m->next = *head;
        *head = m;
        server_method_reset(m, SERVER_ANSWER, 12, "nothing was scripted");
    }
    return m;
}

void server_methods_free(server_method *head)
{
    while (head != NULL) {
        server_method *m = head;

        head = m->next;
        server_list_free(&m->answer);
        server_list_free(&m->messages);
        server_list_free(&m->headers);
        free(m->details);
        free(m->path);
        free(m);
    }
}

void server_method_reset(server_method *m,
                         server_kind kind,
                         int status,
                         const char *details)
{
    server_list_free(&m->answer);
    free(m->details);
    m->kind = kind;
    m->status = status;
    m->details = xstrdup(details);
}

void server_list_add(server_list *list, const void *data, size_t size)
{
    server_bytes *item;

    list->items = xrealloc(list->items, (list->count + 1) * sizeof *item);
    item = &list->items[list->count++];
    item->data = xmalloc(size + 1);
    if (size > 0)
        memcpy(item->data, data, size);
    item->size = size;
}

void server_list_free(server_list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        free(list->items[i].data);
    free(list->items);
    *list = (server_list){ 0 };
}

const char *server_header_of(const server_bytes *headers, const char *key)
{
    const char *at = (const char *)headers->data;
    const char *end = at + headers->size;

    while (at < end) {
        const char *value = at + strlen(at) + 1;

        if (strcmp(at, key) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}
