/* patch.h: JSON merge patches (RFC 7396) between two documents of ours, which hold no nulls. */
#pragma once

#include "base/json.h"

/* Writes the patch that turns @from into @to. False when they are equal (then an empty object was written). */
bool patch_write(struct json_writer *writer, const struct json_node *from, const struct json_node *to);
