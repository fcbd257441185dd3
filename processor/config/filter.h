/* filter.h: conditions over golden records, as people write them in the configuration.
 *
 *     address.country in (FR, BE) and has email and not role_account
 *     status = closed or (sources = 1 and completeness < 0.5)
 *
 * A condition compares a subject with a value: `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `not in (…)`; `has SUBJECT`
 * asks whether there is a value; a subject alone asks whether it is true. `not`, `and`, `or` and parentheses combine;
 * `not` binds closest, `or` least. Values with blanks stand in quotes. Text is compared without regard to the case of
 * ASCII letters, numbers as numbers, dates as they are written (ISO 8601 sorts by itself). Where there is no value,
 * every comparison but
 * `!=` and `not in` is false.
 *
 * Pure and bounded: a filter has at most FILTER_NODES_MAX parts, and nothing in it loops.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "record/attribute.h"

#define FILTER_NODES_MAX 128
#define FILTER_DEPTH_MAX 32
#define FILTER_VALUES_MAX 256 /* in one list */

struct filter;

/* Compiles @text into @arena; NULL with a sentence in @error (ERR_USAGE): where, and what was expected. */
const struct filter *filter_compile(struct arena *arena, const struct vocabulary *vocabulary, struct text text,
                                    struct error *error);

/* The text that it was compiled from. */
struct text filter_text(const struct filter *filter);

/* What a filter looks at. */
struct filter_view {
        const struct vocabulary *vocabulary;
        const struct json_node *golden; /* the golden record as it is published */
        bool role_account;              /* its mail address is that of a function (info@, sales@) */
};

/* NULL holds for everything. */
bool filter_matches(const struct filter *filter, const struct filter_view *view);

/* The value of an attribute in a golden record, consents included; empty where there is none. */
struct text golden_attribute(const struct vocabulary *vocabulary, const struct json_node *golden, uint16_t attribute);
