#include "neap/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void test_numbers(void)
{
    neap_value *value = neap_value_new_uint(INT64_MAX);

    assert(neap_value_kind(value) == NEAP_KIND_INT);
    assert(neap_value_int(value) == INT64_MAX);
    neap_value_free(value);
    value = neap_value_new_uint((uint64_t)INT64_MAX + 1);
    assert(neap_value_kind(value) == NEAP_KIND_UINT);
    assert(neap_value_uint(value) == (uint64_t)INT64_MAX + 1);
    neap_value_free(value);
    printf("ok - value: unsigned is only what signed cannot hold\n");
}

static void test_bytes(void)
{
    neap_value *value = neap_value_new_bytes("a\0b", 3);
    size_t length;

    assert(memcmp(neap_value_bytes(value, &length), "a\0b", 4) == 0);
    assert(length == 3);
    neap_value_free(value);
    value = neap_value_new_bytes(NULL, 0);
    assert(strcmp(neap_value_bytes(value, NULL), "") == 0);
    neap_value_free(value);
    printf("ok - value: bytes have a length, and a NUL behind them\n");
}

static void test_maps(void)
{
    neap_value *map = neap_value_new_map();

    neap_value_put(map, "b", neap_value_new_int(1));
    neap_value_put(map, "a", neap_value_new_list());
    neap_value_put(map, "b", neap_value_new_int(2));
    assert(neap_value_count(map) == 3);
    assert(strcmp(neap_value_key(map, 0), "b") == 0);
    assert(neap_value_int(neap_value_find(map, "b")) == 2);
    assert(neap_value_find(map, "c") == NULL);
    neap_value_sort(map);
    assert(strcmp(neap_value_key(map, 0), "a") == 0);
    assert(neap_value_int(neap_value_item(map, 1)) == 1);
    assert(neap_value_int(neap_value_find(map, "b")) == 2);
    neap_value_free(map);
    neap_value_free(NULL);
    printf("ok - value: maps keep their order, and the last entry counts\n");
}

static void test_kinds(void)
{
    for (int kind = NEAP_KIND_NULL; kind <= NEAP_KIND_MAP; kind++)
        assert(neap_kind_name((neap_kind)kind) != NULL);
    assert(strcmp(neap_kind_name(NEAP_KIND_BYTES), "a string") == 0);
    printf("ok - value: every kind has a name\n");
}

int main(void)
{
    test_kinds();
    test_numbers();
    test_bytes();
    test_maps();
    return 0;
}
