#include "neap/yaml.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define OP "yaml.decode"

typedef struct reading {
    yaml_parser_t parser;
    yaml_document_t document;
    size_t left; /* nodes that may still be made */
    neap_error *err;
} reading;

static void *bad(reading *r, const char *what, const yaml_mark_t *at)
{
    neap_error_set(r->err, NEAP_INVALID_ARGUMENT, OP,
                   "%s at line %zu, column %zu", what, at->line + 1,
                   at->column + 1);
    return NULL;
}

static bool is_one_of(const char *text, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

/* The base of an integer, and where its digits are; 0: it is none. */
static int base_of(const char *text, const char **digits)
{
    int base = 10;
    const char *allowed = "0123456789";

    *digits = text + (*text == '-' || *text == '+');
    if ((*digits)[0] == '0' && (*digits)[1] == 'x') {
        base = 16;
        allowed = "0123456789abcdefABCDEF";
        *digits += 2;
    } else if ((*digits)[0] == '0' && (*digits)[1] != '\0') {
        base = 8;
        allowed = "01234567";
        *digits += (*digits)[1] == 'o' ? 2 : 1;
    }
    return **digits != '\0' && strspn(*digits, allowed) == strlen(*digits)
               ? base
               : 0;
}

/* NULL: it is no integer of 64 bits. */
static neap_value *integer_of(const char *text)
{
    const char *digits;
    int base = base_of(text, &digits);
    unsigned long long number;

    if (base == 0)
        return NULL;
    errno = 0;
    number = strtoull(digits, NULL, base);
    if (errno != 0)
        return NULL;
    if (*text != '-')
        return neap_value_new_uint(number);
    if (number > (unsigned long long)INT64_MAX + 1)
        return NULL;
    return neap_value_new_int((int64_t)(0 - number));
}

static neap_value *double_of(const char *text)
{
    char *end;
    double number;

    if (text[strspn(text, "0123456789+-.eE")] != '\0' ||
        text[strcspn(text, "0123456789")] == '\0')
        return NULL;
    number = strtod(text, &end);
    return *end == '\0' ? neap_value_new_double(number) : NULL;
}

static neap_value *plain_of(const char *text, size_t length)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", 0 };
    static const char *const truths[] = { "true", "True", "TRUE", 0 };
    static const char *const lies[] = { "false", "False", "FALSE", 0 };
    neap_value *number;

    if (is_one_of(text, nulls))
        return neap_value_new_null();
    if (is_one_of(text, truths) || is_one_of(text, lies))
        return neap_value_new_bool(is_one_of(text, truths));
    number = integer_of(text);
    if (number == NULL)
        number = double_of(text);
    return number != NULL ? number : neap_value_new_bytes(text, length);
}

static neap_value *value_of(reading *r, int id, int depth);

static neap_value *list_of(reading *r, const yaml_node_t *node, int depth)
{
    neap_value *list = neap_value_new_list();
    const yaml_node_item_t *item = node->data.sequence.items.start;

    for (; item < node->data.sequence.items.top; item++) {
        neap_value *value = value_of(r, *item, depth + 1);

        if (value == NULL) {
            neap_value_free(list);
            return NULL;
        }
        neap_value_append(list, value);
    }
    return list;
}

/* The key's text, borrowed; NULL: it cannot be one. */
static const char *key_of(reading *r, int id)
{
    const yaml_node_t *node = yaml_document_get_node(&r->document, id);
    const char *text = (const char *)node->data.scalar.value;

    if (node->type != YAML_SCALAR_NODE ||
        strlen(text) != node->data.scalar.length)
        return bad(r, "this cannot be a key", &node->start_mark);
    return text;
}

static neap_value *map_of(reading *r, const yaml_node_t *node, int depth)
{
    neap_value *map = neap_value_new_map();
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top; pair++) {
        const char *key = key_of(r, pair->key);
        neap_value *value =
            key != NULL ? value_of(r, pair->value, depth + 1) : NULL;

        if (value == NULL) {
            neap_value_free(map);
            return NULL;
        }
        neap_value_put(map, key, value);
    }
    return map;
}

/* An alias is the node it names: once more, or even the one it is in. */
static neap_value *value_of(reading *r, int id, int depth)
{
    const yaml_node_t *node = yaml_document_get_node(&r->document, id);
    const char *text;

    if (depth > NEAP_VALUE_DEPTH)
        return bad(r, "nested too deep", &node->start_mark);
    if (r->left-- == 0) {
        r->left = 0;
        return bad(r, "aliases make too much of it", &node->start_mark);
    }
    switch (node->type) {
    case YAML_SEQUENCE_NODE:
        return list_of(r, node, depth);
    case YAML_MAPPING_NODE:
        return map_of(r, node, depth);
    default:
        text = (const char *)node->data.scalar.value;
        if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
            return plain_of(text, node->data.scalar.length);
        return neap_value_new_bytes(text, node->data.scalar.length);
    }
}

static neap_value *refuse(reading *r)
{
    const yaml_parser_t *parser = &r->parser;

    assert(parser->error != YAML_MEMORY_ERROR); /* it aborts, as ever */
    if (parser->error == YAML_READER_ERROR) {
        neap_error_set(r->err, NEAP_INVALID_ARGUMENT, OP, "%s at byte %zu",
                       parser->problem, parser->problem_offset);
        return NULL;
    }
    return bad(r, parser->problem != NULL ? parser->problem : "not YAML",
               &parser->problem_mark);
}

/* Is there nothing behind the document? */
static bool ends(reading *r)
{
    yaml_document_t next;
    bool is_end;

    if (!yaml_parser_load(&r->parser, &next)) {
        refuse(r);
        return false;
    }
    is_end = yaml_document_get_root_node(&next) == NULL;
    if (!is_end)
        bad(r, "another document begins", &next.start_mark);
    yaml_document_delete(&next);
    return is_end;
}

static neap_value *read_document(reading *r)
{
    neap_value *value;

    if (!yaml_parser_load(&r->parser, &r->document))
        return refuse(r);
    if (yaml_document_get_root_node(&r->document) == NULL)
        value = neap_value_new_null();
    else
        value = value_of(r, 1, 1); /* the root is the first */
    yaml_document_delete(&r->document);
    if (value != NULL && !ends(r)) {
        neap_value_free(value);
        return NULL;
    }
    return value;
}

neap_value *neap_yaml_parse(const char *text, size_t length, neap_error *err)
{
    reading r = { .left = NEAP_YAML_NODES, .err = err };
    neap_value *value;

    if (!yaml_parser_initialize(&r.parser))
        abort();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text,
                                 length);
    value = read_document(&r);
    yaml_parser_delete(&r.parser);
    return value;
}
