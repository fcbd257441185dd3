/* mapping.h: a source's fields as attributes. Internal to decode/. */
#pragma once

#include "decode/fields.h"

/* Fills the fields and values of @change from @list after decoder->mapping (or by identity) for a record of
 * change->type. ERR_REJECT where a bound is exceeded; values longer than RECORD_VALUE_MAX are cut at a character and
 * noted in the decoder's error text. */
int mapping_apply(struct decoder *decoder, const struct field_list *list, struct change *change);

/* True if the source's field @name becomes an attribute. */
bool mapping_has_field(struct decoder *decoder, struct text name, enum record_type type);

/* The type of a record without mapping: the hint, or what its fields look like. */
enum record_type mapping_guess_type(struct decoder *decoder, const struct field_list *list);
