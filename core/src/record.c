#include "record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"

typedef Containerd__Services__Containers__V1__Container__LabelsEntry
    label_entry;
typedef Containerd__Services__Containers__V1__Container__ExtensionsEntry
    extension_entry;
typedef Containerd__Services__Containers__V1__Container__Runtime record_runtime;

/* Go writes "no time" as the first of January of year 1. */
#define GO_ZERO_TIME (-62135596800)

double record_time(const Google__Protobuf__Timestamp *at)
{
    if (at == NULL || at->seconds == GO_ZERO_TIME)
        return 0;
    return (double)at->seconds + (double)at->nanos / 1e9;
}

double record_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void any_fill(Google__Protobuf__Any *any, const neap_any *from)
{
    any->type_url = (char *)from->type_url;
    any->value.data = (uint8_t *)from->data;
    any->value.len = from->size;
}

/* --- kept records --------------------------------------------------------- */

container_record *record_copy(const container_record *record)
{
    size_t size = protobuf_c_message_get_packed_size(&record->base);
    uint8_t *bytes = xmalloc(size);
    container_record *copy;

    protobuf_c_message_pack(&record->base, bytes);
    copy = containerd__services__containers__v1__container__unpack(NULL, size,
                                                                   bytes);
    free(bytes);
    if (copy == NULL)
        abort();
    return copy;
}

void record_free(container_record *record)
{
    if (record != NULL)
        containerd__services__containers__v1__container__free_unpacked(record,
                                                                       NULL);
}

bool record_is_same(const container_record *a, const container_record *b)
{
    if (a->created_at == NULL || b->created_at == NULL)
        return false;
    return a->created_at->seconds == b->created_at->seconds &&
           a->created_at->nanos == b->created_at->nanos;
}

/* --- shells for requests -------------------------------------------------- */

static Google__Protobuf__Any *any_shell(const neap_any *from)
{
    Google__Protobuf__Any *any;

    if (from->type_url == NULL)
        return NULL;
    any = xmalloc(sizeof *any);
    google__protobuf__any__init(any);
    any_fill(any, from);
    return any;
}

static void
add_label(container_record *shell, const char *key, const char *value)
{
    label_entry *entry = xmalloc(sizeof *entry);

    containerd__services__containers__v1__container__labels_entry__init(entry);
    entry->key = (char *)key;
    entry->value = (char *)value;
    shell->labels[shell->n_labels++] = entry;
}

static void
add_extensions(container_record *shell, const neap_extension *all, size_t count)
{
    shell->extensions = xcalloc(count, sizeof *shell->extensions);
    shell->n_extensions = count;
    for (size_t i = 0; i < count; i++) {
        extension_entry *entry = xmalloc(sizeof *entry);

        containerd__services__containers__v1__container__extensions_entry__init(
            entry);
        entry->key = (char *)all[i].name;
        entry->value = any_shell(&all[i].value);
        shell->extensions[i] = entry;
    }
}

static container_record *shell_new(const char *id, size_t label_room)
{
    container_record *shell = xmalloc(sizeof *shell);

    containerd__services__containers__v1__container__init(shell);
    shell->id = (char *)id;
    shell->labels = xcalloc(label_room, sizeof *shell->labels);
    return shell;
}

static char *or_empty(const char *text)
{
    return (char *)(text != NULL ? text : "");
}

container_record *record_from_config(const neap_container_config *config)
{
    container_record *shell = shell_new(config->id, config->label_count);

    shell->image = or_empty(config->image);
    shell->snapshotter = or_empty(config->snapshotter);
    shell->snapshot_key = or_empty(config->snapshot_key);
    shell->runtime = xmalloc(sizeof *shell->runtime);
    containerd__services__containers__v1__container__runtime__init(
        shell->runtime);
    shell->runtime->name = or_empty(config->runtime);
    shell->runtime->options = any_shell(&config->runtime_options);
    shell->spec = any_shell(&config->spec);
    for (size_t i = 0; i < config->label_count; i++)
        add_label(shell, config->labels[i].key, config->labels[i].value);
    add_extensions(shell, config->extensions, config->extension_count);
    return shell;
}

container_record *record_with_labels(const container_record *record,
                                     const neap_label *labels,
                                     size_t count)
{
    container_record *shell = shell_new(record->id, count);

    for (size_t i = 0; i < count; i++)
        if (labels[i].value != NULL)
            add_label(shell, labels[i].key, labels[i].value);
    return shell;
}

void record_shell_free(container_record *shell)
{
    for (size_t i = 0; i < shell->n_labels; i++)
        free(shell->labels[i]);
    free(shell->labels);
    for (size_t i = 0; i < shell->n_extensions; i++) {
        free(shell->extensions[i]->value);
        free(shell->extensions[i]);
    }
    free(shell->extensions);
    if (shell->runtime != NULL)
        free(shell->runtime->options);
    free(shell->runtime);
    free(shell->spec);
    free(shell);
}

field_mask *record_label_mask(const neap_label *labels, size_t count)
{
    field_mask *mask = xmalloc(sizeof *mask);

    google__protobuf__field_mask__init(mask);
    mask->paths = xcalloc(count, sizeof *mask->paths);
    mask->n_paths = count;
    for (size_t i = 0; i < count; i++)
        mask->paths[i] = xasprintf("labels.%s", labels[i].key);
    return mask;
}

void record_mask_free(field_mask *mask)
{
    for (size_t i = 0; i < mask->n_paths; i++)
        free(mask->paths[i]);
    free(mask->paths);
    free(mask);
}

/* --- reading a container's record ----------------------------------------- */

const char *neap_container_id(const neap_container *container)
{
    return container->id;
}

const char *neap_container_image(const neap_container *container)
{
    return container->record->image;
}

const char *neap_container_runtime(const neap_container *container)
{
    const record_runtime *runtime = container->record->runtime;

    return runtime != NULL ? runtime->name : "";
}

const char *neap_container_snapshotter(const neap_container *container)
{
    return container->record->snapshotter;
}

const char *neap_container_snapshot_key(const neap_container *container)
{
    return container->record->snapshot_key;
}

static neap_any any_of(const Google__Protobuf__Any *any)
{
    if (any == NULL)
        return (neap_any){ 0 };
    return (neap_any){ any->type_url, any->value.data, any->value.len };
}

neap_any neap_container_runtime_options(const neap_container *container)
{
    const record_runtime *runtime = container->record->runtime;

    return any_of(runtime != NULL ? runtime->options : NULL);
}

neap_any neap_container_spec(const neap_container *container)
{
    return any_of(container->record->spec);
}

size_t neap_container_label_count(const neap_container *container)
{
    return container->record->n_labels;
}

neap_label neap_container_label(const neap_container *container, size_t i)
{
    const label_entry *entry = container->record->labels[i];

    return (neap_label){ entry->key, entry->value };
}

size_t neap_container_extension_count(const neap_container *container)
{
    return container->record->n_extensions;
}

neap_extension neap_container_extension(const neap_container *container,
                                        size_t i)
{
    const extension_entry *entry = container->record->extensions[i];

    return (neap_extension){ entry->key, any_of(entry->value) };
}

double neap_container_created_at(const neap_container *container)
{
    return record_time(container->record->created_at);
}

bool neap_container_is_gone(const neap_container *container)
{
    return container->gone;
}

bool neap_container_has_no_task(const neap_container *container)
{
    return container->knows == TASK_NONE;
}

neap_client *neap_container_client(const neap_container *container)
{
    return container->client;
}
