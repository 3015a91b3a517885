#include "neap/json.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "syntax.h"

#define OP_PARSE "json.decode"

static neap_value *
bad_text(neap_error *err, const char *text, size_t at, const char *what)
{
    size_t line = 1, begin = 0;

    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    }
    neap_error_set(err, NEAP_INVALID_ARGUMENT, OP_PARSE,
                   "%s at line %zu, column %zu", what, line, at - begin + 1);
    return NULL;
}

static neap_value *value_of(json_object *json);

static neap_value *list_of(json_object *json)
{
    neap_value *list = neap_value_new_list();
    size_t count = json_object_array_length(json);

    for (size_t i = 0; i < count; i++)
        neap_value_append(list, value_of(json_object_array_get_idx(json, i)));
    return list;
}

static neap_value *map_of(json_object *json)
{
    neap_value *map = neap_value_new_map();

    json_object_object_foreach(json, key, item)
    {
        neap_value_put(map, key, value_of(item));
    }
    return map;
}

/* json-c keeps as int64 what fits one. */
static neap_value *integer_of(json_object *json)
{
    int64_t number = json_object_get_int64(json);

    return number != INT64_MAX
               ? neap_value_new_int(number)
               : neap_value_new_uint(json_object_get_uint64(json));
}

static neap_value *value_of(json_object *json)
{
    switch (json_object_get_type(json)) {
    case json_type_null:
        return neap_value_new_null();
    case json_type_boolean:
        return neap_value_new_bool(json_object_get_boolean(json));
    case json_type_int:
        return integer_of(json);
    case json_type_double:
        return neap_value_new_double(json_object_get_double(json));
    case json_type_string:
        return neap_value_new_bytes(json_object_get_string(json),
                                    (size_t)json_object_get_string_len(json));
    case json_type_array:
        return list_of(json);
    case json_type_object:
        return map_of(json);
    }
    return neap_value_new_null();
}

static neap_value *
parse(json_tokener *tokener, const char *text, size_t length, neap_error *err)
{
    json_object *json = json_tokener_parse_ex(tokener, text, (int)length);
    enum json_tokener_error state = json_tokener_get_error(tokener);
    size_t at = json_tokener_get_parse_end(tokener);
    neap_value *value;

    if (state ==
        json_tokener_continue) { /* a number ends where the text does */
        json = json_tokener_parse_ex(tokener, "", 1);
        state = json_tokener_get_error(tokener);
        at = length;
    }
    if (state != json_tokener_success)
        return bad_text(err, text, at,
                        state == json_tokener_continue ||
                                state == json_tokener_error_parse_eof
                            ? "unexpected end"
                            : json_tokener_error_desc(state));
    value = value_of(json);
    json_object_put(json);
    return value;
}

neap_value *neap_json_parse(const char *text, size_t length, neap_error *err)
{
    json_tokener *tokener;
    neap_value *value;
    size_t at;
    const char *fault;

    if (length > INT_MAX)
        return bad_text(err, text, 0, "more than 2 GiB of text");
    fault = syntax_fault(text, length, &at);
    if (fault != NULL)
        return bad_text(err, text, at, fault);
    tokener = json_tokener_new_ex(NEAP_VALUE_DEPTH + 2);
    if (tokener == NULL)
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    value = parse(tokener, text, length, err);
    json_tokener_free(tokener);
    return value;
}
