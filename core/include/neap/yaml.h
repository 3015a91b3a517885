#ifndef NEAP_YAML_H
#define NEAP_YAML_H

#include <stddef.h>

#include "neap/error.h"
#include "neap/value.h"

/*
 * YAML -> neutral values, for files that others write: one document, what JSON
 * can say too. Plain scalars are what YAML 1.2's core schema takes them for; a
 * leading 0 makes an octal number besides, as 1.1 has it ("fileMode: 0660").
 * Tags mean nothing. Of a key that comes twice the last one counts.
 */

/* What aliases may make of a text, at most. */
#define NEAP_YAML_NODES 100000

/*
 * Read one text, UTF-8. Owned, or NULL and NEAP_INVALID_ARGUMENT: what is no
 * YAML, deeper than NEAP_VALUE_DEPTH, more than one document, keys that are no
 * scalars or hold NUL. The message tells line and column, or which byte.
 */
neap_value *neap_yaml_parse(const char *text, size_t length, neap_error *err);

#endif
