#ifndef NEAP_JSON_H
#define NEAP_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "neap/error.h"
#include "neap/value.h"

/*
 * JSON <-> neutral values. Integers keep 64 bits, signed or unsigned, and lists
 * stay apart from maps, so an OCI spec survives the way there and back.
 *
 * Failures are NEAP_INVALID_ARGUMENT.
 */

/*
 * Read one JSON text. Owned, or NULL: the message tells line and column. Text
 * is strict JSON in UTF-8, at most NEAP_VALUE_DEPTH deep. Of a name that comes
 * twice the last one counts. Names with \u0000 are refused: keys have none.
 */
neap_value *neap_json_parse(const char *text, size_t length, neap_error *err);

/*
 * Write `value` as JSON, on one line or `pretty`. Owned, release with free.
 * NULL when JSON has no word for it: a number that is not finite, bytes that
 * are not UTF-8. A double that is whole is written without a fraction, so that
 * a reader that wants an integer takes it.
 */
char *neap_json_print(const neap_value *value, bool pretty, neap_error *err);

#endif
