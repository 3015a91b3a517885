#ifndef NEAP_VALUE_H
#define NEAP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A neutral value: what scripts, JSON and containerd's messages have in common.
 *
 * A value is a tree. Lists and maps own what was put in them, so the root frees
 * all; what the readers return is borrowed from the tree. Strings are bytes
 * with a length. A map keeps the order in which its entries were put; put
 * twice, the last one counts. Integers keep all 64 bits, with or without a
 * sign: UINT is only for what INT cannot hold.
 *
 * Readers assert that the value is of their kind.
 */
typedef struct neap_value neap_value;

typedef enum neap_kind {
    NEAP_KIND_NULL,
    NEAP_KIND_BOOL,
    NEAP_KIND_INT,
    NEAP_KIND_UINT,
    NEAP_KIND_DOUBLE,
    NEAP_KIND_BYTES,
    NEAP_KIND_LIST,
    NEAP_KIND_MAP,
} neap_kind;

/* Whoever makes a tree from outside input nests it at most this deep. */
#define NEAP_VALUE_DEPTH 100

/* Make a value: owned, until it is put into another. */
neap_value *neap_value_new_null(void);
neap_value *neap_value_new_bool(bool truth);
neap_value *neap_value_new_int(int64_t number);
neap_value *neap_value_new_uint(uint64_t number); /* INT where that holds it */
neap_value *neap_value_new_double(double number);
neap_value *neap_value_new_bytes(const void *data, size_t length); /* copied */
neap_value *neap_value_new_list(void);
neap_value *neap_value_new_map(void);

/* Free `value` with all that is in it. NULL is ignored. */
void neap_value_free(neap_value *value);

/* Put `item` last; the list owns it. Returns `item`, to be filled. */
neap_value *neap_value_append(neap_value *list, neap_value *item);

/* Put `item` last under `key`, which is copied; the map owns it. Returns it. */
neap_value *neap_value_put(neap_value *map, const char *key, neap_value *item);

/* Put a map's entries in the order of their keys' bytes. */
void neap_value_sort(neap_value *map);

neap_kind neap_value_kind(const neap_value *value);

/* "a number", "a map": for messages. Static storage. */
const char *neap_kind_name(neap_kind kind);

bool neap_value_bool(const neap_value *value);
int64_t neap_value_int(const neap_value *value);
uint64_t neap_value_uint(const neap_value *value);
double neap_value_double(const neap_value *value);

/* The bytes, with a NUL after them that `length` (may be NULL) leaves out. */
const char *neap_value_bytes(const neap_value *value, size_t *length);

/* The number of items of a list or a map; `index` runs from 0 to before it. */
size_t neap_value_count(const neap_value *value);
const neap_value *neap_value_item(const neap_value *value, size_t index);
const char *neap_value_key(const neap_value *map, size_t index);

/* What is under `key`, or NULL. */
const neap_value *neap_value_find(const neap_value *map, const char *key);

#endif
