#ifndef RECORD_H
#define RECORD_H

#include "container.h"

/* The messages of containers.v1, made and kept. Nothing here calls anybody. */

typedef Google__Protobuf__FieldMask field_mask;

/* Owned by the caller. */
container_record *record_copy(const container_record *record);
void record_free(container_record *record); /* NULL is ignored */

/* One record, or a later one under the same id? */
bool record_is_same(const container_record *a, const container_record *b);

/*
 * Messages for a request: their strings are borrowed from the arguments, the
 * rest goes with record_shell_free.
 */
container_record *record_from_config(const neap_container_config *config);
container_record *record_with_labels(const container_record *record,
                                     const neap_label *labels,
                                     size_t count);
void record_shell_free(container_record *shell);

/* "labels.KEY" for each label; goes with record_mask_free. */
field_mask *record_label_mask(const neap_label *labels, size_t count);
void record_mask_free(field_mask *mask);

/* Seconds since the epoch; 0 for Go's zero time and for none. */
double record_time(const Google__Protobuf__Timestamp *at);

/* The same of now. */
double record_now(void);

/* Fill `any`, which is initialized, from what is borrowed. */
void any_fill(Google__Protobuf__Any *any, const neap_any *from);

#endif
