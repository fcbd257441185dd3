/* text.h: a slice of bytes that somebody else owns.
 *
 * Nearly every value in Durand is a slice of an input message, of an arena or of an LMDB page. A slice carries no
 * ownership: it lives as long as what it points into, and each function that returns one says what that is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
        const char *data;
        uint32_t length;
};

#define TEXT(literal) ((struct text){.data = (literal), .length = sizeof(literal) - 1})
#define TEXT_INIT(literal)                                                                                             \
        {                                                                                                              \
                .data = (literal), .length = sizeof(literal) - 1                                                       \
        }
#define TEXT_NONE ((struct text){.data = NULL, .length = 0})

/* For printf-like functions: printf("%.*s", TEXT_ARG(t)). */
#define TEXT_ARG(t) ((int)(t).length), ((t).data ? (t).data : "")

/* A slice of the NUL-terminated @string (NULL gives an empty slice); lives as long as @string. */
struct text text_from(const char *string);

/* Byte equality. Two empty slices are equal whatever they point at. */
static inline bool text_equal(struct text a, struct text b)
{
        return a.length == b.length &&
               (a.length == 0 || (a.data[0] == b.data[0] && memcmp(a.data, b.data, a.length) == 0));
}

/* Equality that ignores the case of ASCII letters only. */
bool text_equal_ascii_case(struct text a, struct text b);

/* Byte order (memcmp, then the shorter first): the canonical order of F wherever text is sorted. */
int text_compare(struct text a, struct text b);

bool text_starts_with(struct text a, struct text prefix);
bool text_ends_with(struct text a, struct text suffix);

/* @t without leading and trailing ASCII white space. */
struct text text_trim(struct text t);

/* Index of the first @byte in @t at or after @from, or -1. */
int64_t text_find_byte(struct text t, char byte, uint32_t from);

/* @t from @from, at most @length bytes, clipped to @t. */
struct text text_slice(struct text t, uint32_t from, uint32_t length);

/* Whole-text decimal integer with optional sign. False if anything else is there or it does not fit. */
bool text_to_i64(struct text t, int64_t *value);

/* True for ASCII letters, digits and '_', no digit first: a name in Avro (specification, "Names"). */
bool text_is_identifier(struct text t);

/* True if every byte sequence of @t is valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct text t);
