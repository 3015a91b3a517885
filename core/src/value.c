#include "neap/value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

typedef struct entry {
    char *key; /* NULL in a list */
    neap_value *item;
} entry;

struct neap_value {
    neap_kind kind;
    union {
        bool truth;
        int64_t signed_number;
        uint64_t unsigned_number;
        double real;
        struct {
            char *data;
            size_t length;
        } bytes;
        struct {
            entry *all;
            size_t count;
            size_t room;
        } entries;
    } as;
};

static neap_value *value_new(neap_kind kind)
{
    neap_value *value = xcalloc(1, sizeof *value);

    value->kind = kind;
    return value;
}

neap_value *neap_value_new_null(void)
{
    return value_new(NEAP_KIND_NULL);
}

neap_value *neap_value_new_bool(bool truth)
{
    neap_value *value = value_new(NEAP_KIND_BOOL);

    value->as.truth = truth;
    return value;
}

neap_value *neap_value_new_int(int64_t number)
{
    neap_value *value = value_new(NEAP_KIND_INT);

    value->as.signed_number = number;
    return value;
}

neap_value *neap_value_new_uint(uint64_t number)
{
    neap_value *value;

    if (number <= INT64_MAX)
        return neap_value_new_int((int64_t)number);
    value = value_new(NEAP_KIND_UINT);
    value->as.unsigned_number = number;
    return value;
}

neap_value *neap_value_new_double(double number)
{
    neap_value *value = value_new(NEAP_KIND_DOUBLE);

    value->as.real = number;
    return value;
}

neap_value *neap_value_new_bytes(const void *data, size_t length)
{
    neap_value *value = value_new(NEAP_KIND_BYTES);

    value->as.bytes.data = xmalloc(length + 1);
    if (length != 0)
        memcpy(value->as.bytes.data, data, length);
    value->as.bytes.data[length] = '\0';
    value->as.bytes.length = length;
    return value;
}

neap_value *neap_value_new_list(void)
{
    return value_new(NEAP_KIND_LIST);
}

neap_value *neap_value_new_map(void)
{
    return value_new(NEAP_KIND_MAP);
}

static bool has_entries(const neap_value *value)
{
    return value->kind == NEAP_KIND_LIST || value->kind == NEAP_KIND_MAP;
}

void neap_value_free(neap_value *value)
{
    if (value == NULL)
        return;
    if (value->kind == NEAP_KIND_BYTES)
        free(value->as.bytes.data);
    if (has_entries(value)) {
        for (size_t i = 0; i < value->as.entries.count; i++) {
            free(value->as.entries.all[i].key);
            neap_value_free(value->as.entries.all[i].item);
        }
        free(value->as.entries.all);
    }
    free(value);
}

static neap_value *add(neap_value *value, char *key, neap_value *item)
{
    size_t count = value->as.entries.count;

    if (count == value->as.entries.room) {
        value->as.entries.room = count != 0 ? 2 * count : 4;
        value->as.entries.all = xrealloc(
            value->as.entries.all, value->as.entries.room * sizeof(entry));
    }
    value->as.entries.all[count] = (entry){ key, item };
    value->as.entries.count++;
    return item;
}

neap_value *neap_value_append(neap_value *list, neap_value *item)
{
    assert(list->kind == NEAP_KIND_LIST);
    return add(list, NULL, item);
}

neap_value *neap_value_put(neap_value *map, const char *key, neap_value *item)
{
    assert(map->kind == NEAP_KIND_MAP);
    return add(map, xstrdup(key), item);
}

static int compare_keys(const void *left, const void *right)
{
    return strcmp(((const entry *)left)->key, ((const entry *)right)->key);
}

void neap_value_sort(neap_value *map)
{
    assert(map->kind == NEAP_KIND_MAP);
    if (map->as.entries.count > 1)
        qsort(map->as.entries.all, map->as.entries.count, sizeof(entry),
              compare_keys);
}

neap_kind neap_value_kind(const neap_value *value)
{
    return value->kind;
}

const char *neap_kind_name(neap_kind kind)
{
    static const char *const names[] = {
        [NEAP_KIND_NULL] = "null",       [NEAP_KIND_BOOL] = "a boolean",
        [NEAP_KIND_INT] = "an integer",  [NEAP_KIND_UINT] = "an integer",
        [NEAP_KIND_DOUBLE] = "a number", [NEAP_KIND_BYTES] = "a string",
        [NEAP_KIND_LIST] = "a list",     [NEAP_KIND_MAP] = "a map",
    };

    return names[kind];
}

bool neap_value_bool(const neap_value *value)
{
    assert(value->kind == NEAP_KIND_BOOL);
    return value->as.truth;
}

int64_t neap_value_int(const neap_value *value)
{
    assert(value->kind == NEAP_KIND_INT);
    return value->as.signed_number;
}

uint64_t neap_value_uint(const neap_value *value)
{
    assert(value->kind == NEAP_KIND_UINT);
    return value->as.unsigned_number;
}

double neap_value_double(const neap_value *value)
{
    assert(value->kind == NEAP_KIND_DOUBLE);
    return value->as.real;
}

const char *neap_value_bytes(const neap_value *value, size_t *length)
{
    assert(value->kind == NEAP_KIND_BYTES);
    if (length != NULL)
        *length = value->as.bytes.length;
    return value->as.bytes.data;
}

size_t neap_value_count(const neap_value *value)
{
    assert(has_entries(value));
    return value->as.entries.count;
}

const neap_value *neap_value_item(const neap_value *value, size_t index)
{
    assert(index < neap_value_count(value));
    return value->as.entries.all[index].item;
}

const char *neap_value_key(const neap_value *map, size_t index)
{
    assert(map->kind == NEAP_KIND_MAP && index < neap_value_count(map));
    return map->as.entries.all[index].key;
}

const neap_value *neap_value_find(const neap_value *map, const char *key)
{
    for (size_t i = neap_value_count(map); i > 0; i--)
        if (strcmp(neap_value_key(map, i - 1), key) == 0)
            return neap_value_item(map, i - 1);
    return NULL;
}
