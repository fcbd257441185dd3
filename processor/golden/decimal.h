/* decimal.h: exact decimal numbers, as far as sums and comparisons of golden values need them.
 *
 * Internal to golden. A binary fraction would make a sum depend on the order of its parts; these do not.
 */
#pragma once

#include "base/arena.h"
#include "base/text.h"

/* Digits before and after the point that a value may have. With these bounds a sum of 2^32 values cannot overflow. */
#define DECIMAL_WHOLE_DIGITS 18
#define DECIMAL_FRACTION_DIGITS 9

struct decimal {
        __int128 units; /* of 10^-DECIMAL_FRACTION_DIGITS */
};

/* Reads the canonical form of a number ("-1234.50"). False where it has too many digits, or none. Zeros that mean
 * nothing do not count as digits. */
bool decimal_parse(struct text text, struct decimal *decimal);

/* -1, 0 or 1. */
int decimal_compare(struct decimal a, struct decimal b);

struct decimal decimal_add(struct decimal a, struct decimal b);

/* The shortest form, in @arena: "1234.5". */
struct text decimal_text(struct arena *arena, struct decimal decimal);
