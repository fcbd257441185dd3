/* compare.h: comparators of two strings, symmetric by construction.
 *
 * All work on code points of UTF-8. Strings beyond COMPARE_POINTS_MAX code points are compared by their beginning.
 */
#pragma once

#include "base/text.h"

#define COMPARE_POINTS_MAX 64

/* Values longer than this are compared word by word only by their beginning: a hostile value must not cost a square of
 * its length. */
#define COMPARE_BYTES_MAX 256

static inline struct text compare_clip(struct text t)
{
        return t.length <= COMPARE_BYTES_MAX ? t : text_slice(t, 0, COMPARE_BYTES_MAX);
}

/* Damerau–Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions, substitutions
 * and swaps of neighbours. Counts no further than @most: anything above gives @most + 1. */
uint32_t edit_distance(struct text a, struct text b, uint32_t most);

/* Jaro–Winkler similarity in thousandths, 0..1000. */
uint32_t jaro_winkler_permille(struct text a, struct text b);

/* Code points of @t, at most COMPARE_POINTS_MAX, into @points. Bytes that are no UTF-8 count as themselves. */
uint32_t compare_points(struct text t, uint32_t points[COMPARE_POINTS_MAX]);
