/* identity.h: rows whose fields speak for themselves.
 *
 * A source with `mapping: identity` (and every source of the built-in configuration) needs no list of fields: a field
 * named after an attribute ("email", "address.city"), after an attribute and a label ("phone:mobile"), or by one of the
 * usual column names in English, French, German, Spanish, Italian, Dutch and others ("surname", "code_postal",
 * "Vorname") maps by itself. Case, blanks, '-', '_', '.' and camelCase make no difference: "First Name", "first_name",
 * "firstName" are one.
 *
 * A word that says which of several values it is becomes the label: "billing_city" is address.city with label
 * "billing", "email2" is email with label "2", "WorkPhone" is phone with label "work". Only attributes that may have
 * several values take labels. Words that say nothing ("customer_", "contact_") are dropped.
 *
 * Pure: constant tables and the configured vocabulary; nothing is allocated. An unknown field costs about a
 * microsecond, so that a decoder may ask for every field of every row.
 */
#pragma once

#include "config/config.h"

/* What becomes of a field's value when its slot (attribute, label) has more than one field in a row. */
enum identity_join {
        IDENTITY_WHOLE,  /* the field is the value; of several in one row the first that is not empty counts */
        IDENTITY_PREFIX, /* goes before the slot's whole value with one blank between: street_number + street */
        IDENTITY_SUFFIX, /* goes behind it: street + street_suffix */
        IDENTITY_LINE,   /* goes behind it as a line of its own: address lines 3 and 4 */
        IDENTITY_YEAR,   /* the year of a date whose parts have columns of their own; then month and day */
        IDENTITY_MONTH,
        IDENTITY_DAY,
};

/* The attribute that a field called @field stands for in a record of type @type_hint (TYPE_COUNT is taken as person),
 * or ATTRIBUTE_NONE. @label becomes the label or empty; it is a constant or a slice of @field. */
uint16_t config_identity_attribute(const struct config *config, struct text field, enum record_type type_hint,
                                   struct text *label);

/* How the value of @field goes into its slot; IDENTITY_WHOLE for fields that are not known. */
enum identity_join config_identity_join(struct text field);

/* The type that rows with fields called @names describe, where nothing else says it: each name that only one type has
 * is a vote (names of people and birth dates against company identifiers and legal names). Ties are persons. */
enum record_type config_identity_type(const struct text *names, uint32_t count);
