#ifndef SAMPLE_H
#define SAMPLE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "neap/value.h"

/*
 * A value with every field of `type` set to something that is not its default,
 * in the order of the fields' numbers. Owned.
 */
neap_value *sample_of(const ProtobufCMessageDescriptor *type);

/* Equal in kind, content and order. */
bool sample_same(const neap_value *left, const neap_value *right);

/* The next of a fixed row of numbers below `limit`, for reproducible noise. */
unsigned sample_random(unsigned limit);

#endif
