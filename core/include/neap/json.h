#ifndef NEAP_JSON_H
#define NEAP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/*
 * The same part by part, for who has no neap_value: begin a list or a map, give
 * its parts, end it. A map's parts each have a key before them. At most
 * NEAP_VALUE_DEPTH deep. Owned, release with neap_json_writer_free.
 */
typedef struct neap_json_writer neap_json_writer;

neap_json_writer *neap_json_writer_new(bool pretty);
void neap_json_writer_free(neap_json_writer *w);

void neap_json_begin_list(neap_json_writer *w);
void neap_json_begin_map(neap_json_writer *w);
void neap_json_end(neap_json_writer *w);
void neap_json_key(neap_json_writer *w, const char *key, size_t size);

void neap_json_null(neap_json_writer *w);
void neap_json_bool(neap_json_writer *w, bool truth);
void neap_json_int(neap_json_writer *w, int64_t number);
void neap_json_uint(neap_json_writer *w, uint64_t number);
void neap_json_double(neap_json_writer *w, double number);
void neap_json_string(neap_json_writer *w, const char *data, size_t size);

/* What another writer wrote, as it is. */
void neap_json_written(neap_json_writer *w, const char *text, size_t size);

/* What was written, borrowed; NULL where JSON has no word for a part of it. */
const char *
neap_json_text(const neap_json_writer *w, size_t *size, neap_error *err);

#endif
