/* print.h: changes as JSON, one object a line (docs/replay.md, "durand decode"). */
#pragma once

#include "base/buffer.h"
#include "decode/decode.h"

/* Appends @change: fields as the source named them, and the attributes that the mapping made of them. @remark is what
 * decode_message() left in its error text, perhaps empty. */
void decode_print_change(struct buffer *out, const struct config *config, const struct change *change, int64_t line,
                         const char *remark);

/* Appends a message that gave no change: @op is "ignore" or "reject". */
void decode_print_outcome(struct buffer *out, struct text source, int64_t line, const char *op, const char *reason);
