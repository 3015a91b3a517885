#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "process.h"
#include "record.h"

/* --- life ----------------------------------------------------------------- */

neap_container *container_find(const neap_client *client, const char *id)
{
    neap_container *found;

    HASH_FIND_STR(client->containers, id, found);
    return found;
}

neap_container *neap_container_known(neap_client *client, const char *id)
{
    return container_find(client, id);
}

neap_container *container_adopt(neap_client *client,
                                const container_record *reply)
{
    neap_container *c = container_find(client, reply->id);

    if (c != NULL && record_is_same(c->record, reply)) {
        record_free(c->record);
        c->record = record_copy(reply);
        return neap_container_ref(c);
    }
    if (c != NULL)
        container_set_gone(c);
    c = xcalloc(1, sizeof *c);
    c->refs = 1;
    c->client = neap_client_ref(client);
    c->record = record_copy(reply);
    c->id = xstrdup(reply->id);
    HASH_ADD_KEYPTR(hh, client->containers, c->id, strlen(c->id), c);
    return c;
}

neap_container *neap_container_ref(neap_container *container)
{
    container->refs++;
    return container;
}

void neap_container_unref(neap_container *container)
{
    if (container == NULL || --container->refs > 0)
        return;
    if (container->gone)
        DL_DELETE(container->client->gone, container);
    else
        HASH_DEL(container->client->containers, container);
    record_free(container->record);
    neap_client_unref(container->client);
    free(container->id);
    free(container);
}

void container_set_gone(neap_container *container)
{
    if (container->gone)
        return;
    container->gone = true;
    HASH_DEL(container->client->containers, container);
    DL_APPEND(container->client->gone, container);
}

void container_has_task(neap_container *container)
{
    container->knows = TASK_PRESENT;
    container->told = events_next_moment(container->client);
}

void container_had_no_task(neap_container *container, uint64_t asked)
{
    if (container->told <= asked)
        container->knows = TASK_NONE;
}

neap_process *container_process(const neap_container *container, const char *id)
{
    for (neap_process *p = container->processes; p != NULL; p = p->next)
        if (strcmp(p->id, id) == 0)
            return p;
    return NULL;
}

neap_task *neap_container_task(const neap_container *container)
{
    return container_process(container, container->id);
}

neap_container **containers_hold(neap_client *client, size_t *count)
{
    size_t room = HASH_COUNT(client->containers);
    neap_container **all, *c, *next;

    DL_FOREACH(client->gone, c)
    room++;
    all = xcalloc(room, sizeof *all);
    *count = 0;
    HASH_ITER(hh, client->containers, c, next)
    all[(*count)++] = neap_container_ref(c);
    DL_FOREACH(client->gone, c)
    all[(*count)++] = neap_container_ref(c);
    return all;
}

void containers_release(neap_container **all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        neap_container_unref(all[i]);
    free(all);
}

void containers_close(neap_client *client, rpc *r)
{
    size_t count;
    neap_container **all = containers_hold(client, &count);

    for (size_t i = 0; i < count; i++)
        processes_close(all[i], r);
    containers_release(all, count);
}
