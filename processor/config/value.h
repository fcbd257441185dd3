/* value.h: the scalars of a configuration: durations, sizes, bits, numbers, switches.
 *
 * Internal to config. ASCII only, independent of the locale; every value has one canonical spelling for messages and
 * for the reference.
 */
#pragma once

#include "base/text.h"

#include <stdint.h>

enum value_type {
        VALUE_INTEGER,  /* 10000 */
        VALUE_DURATION, /* milliseconds: 250ms, 5s, 1h30m, 7d */
        VALUE_BYTES,    /* 1TiB, 64MiB, 500MB */
        VALUE_BITS,     /* thousandths of a bit: 1.5 bits, -2 */
        VALUE_BOOL,     /* true, false, yes, no, on, off */
        VALUE_TRUST,    /* 0..100 */
        VALUE_TEXT,
        VALUE_WORD,    /* one of a list */
        VALUE_COUNTRY, /* ISO 3166-1 alpha-2, kept in upper case */
        VALUE_LIST,    /* texts; one text counts as a list of one */
        VALUE_SECRET,  /* text that is never printed */
        VALUE_MAP,     /* of a form that its own reader knows */
};

/* "duration": for messages and the reference. */
const char *value_type_name(enum value_type type);

/* How to write one: "a number and a unit, such as 250ms, 5s or 7d". */
const char *value_type_form(enum value_type type);

/* Parses the numeric types above (up to VALUE_TRUST). False for anything else than a whole, fitting value. */
bool value_parse(enum value_type type, struct text t, int64_t *value);

/* The canonical spelling of a numeric value. */
#define VALUE_TEXT_SIZE 48
void value_format(enum value_type type, int64_t value, char out[VALUE_TEXT_SIZE]);
