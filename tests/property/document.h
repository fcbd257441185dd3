/* document.h: JSON documents and RFC 7396 by Jansson, which shares nothing with what it checks. Its names clash with
 * those of base/json.h, so it stays behind this header. */
#pragma once

#include "base/text.h"

struct document; /* NULL: there is none */

struct document *document_parse(struct text text); /* NULL: not JSON */
void document_free(struct document *document);

/* RFC 7396, section 2: a new document. */
struct document *document_patch(const struct document *target, const struct document *patch);

/* A member of an object, borrowed; NULL where there is none or it is null. */
struct document *document_member(const struct document *document, const char *name);

/* The text of a string member, or "". */
const char *document_text(const struct document *document, const char *name);

bool document_equal(const struct document *a, const struct document *b);
