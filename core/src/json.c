#include "neap/json.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "syntax.h"
#include "utf8.h"

#define OP_PARSE "json.decode"
#define OP_PRINT "json.encode"

/* --- reading -------------------------------------------------------------- */

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

/* --- writing -------------------------------------------------------------- */

/* On failure NULL and `err` is set. JSON's null is NULL too, without. */
static json_object *json_of(const neap_value *value, neap_error *err);

static json_object *no_word(neap_error *err, const char *what)
{
    neap_error_set(err, NEAP_INVALID_ARGUMENT, OP_PRINT, "JSON cannot hold %s",
                   what);
    return NULL;
}

static json_object *json_of_list(const neap_value *list, neap_error *err)
{
    json_object *json = json_object_new_array();

    for (size_t i = 0; i < neap_value_count(list); i++) {
        json_object_array_add(json, json_of(neap_value_item(list, i), err));
        if (err->code != NEAP_OK)
            break;
    }
    return json;
}

static bool is_text(const char *data, size_t length)
{
    return utf8_valid_length(data, length) == length;
}

static json_object *json_of_map(const neap_value *map, neap_error *err)
{
    json_object *json = json_object_new_object();

    for (size_t i = 0; i < neap_value_count(map); i++) {
        const char *key = neap_value_key(map, i);

        if (!is_text(key, strlen(key)))
            no_word(err, "a name that is not UTF-8");
        else
            json_object_object_add(json, key,
                                   json_of(neap_value_item(map, i), err));
        if (err->code != NEAP_OK)
            break;
    }
    return json;
}

/* The shortest digits that read back as the same number. */
static json_object *json_of_double(double number, neap_error *err)
{
    char text[32];
    char *comma;

    if (!isfinite(number))
        return no_word(err, "a number that is not finite");
    if (fabs(number) < 9007199254740992.0 && /* 2^53 */
        (double)(int64_t)number == number)
        return json_object_new_int64((int64_t)number);
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    comma = strchr(text, ','); /* some locales have one */
    if (comma != NULL)
        *comma = '.';
    return json_object_new_double_s(number, text);
}

static json_object *json_of_bytes(const neap_value *value, neap_error *err)
{
    size_t length;
    const char *data = neap_value_bytes(value, &length);

    if (!is_text(data, length))
        return no_word(err, "a string that is not UTF-8");
    if (length > INT_MAX)
        return no_word(err, "a string of more than 2 GiB");
    return json_object_new_string_len(data, (int)length);
}

static json_object *json_of(const neap_value *value, neap_error *err)
{
    switch (neap_value_kind(value)) {
    case NEAP_KIND_NULL:
        return NULL;
    case NEAP_KIND_BOOL:
        return json_object_new_boolean(neap_value_bool(value));
    case NEAP_KIND_INT:
        return json_object_new_int64(neap_value_int(value));
    case NEAP_KIND_UINT:
        return json_object_new_uint64(neap_value_uint(value));
    case NEAP_KIND_DOUBLE:
        return json_of_double(neap_value_double(value), err);
    case NEAP_KIND_BYTES:
        return json_of_bytes(value, err);
    case NEAP_KIND_LIST:
        return json_of_list(value, err);
    case NEAP_KIND_MAP:
        return json_of_map(value, err);
    }
    return NULL;
}

char *neap_json_print(const neap_value *value, bool pretty, neap_error *err)
{
    neap_error fault = { 0 };
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
    json_object *json = json_of(value, &fault);
    char *text = NULL;

    if (fault.code == NEAP_OK) {
        flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0;
        text = xstrdup(json_object_to_json_string_ext(json, flags));
    } else {
        neap_error_copy(err, &fault);
        neap_error_clear(&fault);
    }
    json_object_put(json);
    return text;
}
