#include <string.h>

#include "memory.h"
#include "neap/json.h"

static void print(neap_json_writer *w, const neap_value *value);

static void print_list(neap_json_writer *w, const neap_value *list)
{
    neap_json_begin_list(w);
    for (size_t i = 0; i < neap_value_count(list); i++)
        print(w, neap_value_item(list, i));
    neap_json_end(w);
}

static void print_map(neap_json_writer *w, const neap_value *map)
{
    neap_json_begin_map(w);
    for (size_t i = 0; i < neap_value_count(map); i++) {
        const char *key = neap_value_key(map, i);

        neap_json_key(w, key, strlen(key));
        print(w, neap_value_item(map, i));
    }
    neap_json_end(w);
}

static void print_bytes(neap_json_writer *w, const neap_value *value)
{
    size_t size;
    const char *data = neap_value_bytes(value, &size);

    neap_json_string(w, data, size);
}

static void print(neap_json_writer *w, const neap_value *value)
{
    switch (neap_value_kind(value)) {
    case NEAP_KIND_NULL:
        neap_json_null(w);
        break;
    case NEAP_KIND_BOOL:
        neap_json_bool(w, neap_value_bool(value));
        break;
    case NEAP_KIND_INT:
        neap_json_int(w, neap_value_int(value));
        break;
    case NEAP_KIND_UINT:
        neap_json_uint(w, neap_value_uint(value));
        break;
    case NEAP_KIND_DOUBLE:
        neap_json_double(w, neap_value_double(value));
        break;
    case NEAP_KIND_BYTES:
        print_bytes(w, value);
        break;
    case NEAP_KIND_LIST:
        print_list(w, value);
        break;
    case NEAP_KIND_MAP:
        print_map(w, value);
        break;
    }
}

char *neap_json_print(const neap_value *value, bool pretty, neap_error *err)
{
    neap_json_writer *w = neap_json_writer_new(pretty);
    char *copy = NULL;
    const char *text;
    size_t size;

    print(w, value);
    text = neap_json_text(w, &size, err);
    if (text != NULL) {
        copy = xcalloc(1, size + 1);
        memcpy(copy, text, size);
    }
    neap_json_writer_free(w);
    return copy;
}
