/* bits.h: logarithms in thousandths of a bit, with integers alone.
 *
 * Weights and posteriors must be the same on every machine, and the C library's log2() and exp2() are not: their last
 * digit differs between libraries. These use shifts, multiplications and ten constants.
 */
#pragma once

#include <stdint.h>

/* round(1000 * log2(@numerator / @denominator)); both at least 1. Exact to one thousandth. */
int32_t bits_ratio_mbit(uint64_t numerator, uint64_t denominator);

/* 1000 * log2(2^(terms[0]/1000) + ... ), @count from 1 to 8. */
int32_t bits_sum_mbit(const int32_t *terms, uint32_t count);

/* 2^(@mbit/1000) as parts per million of one, for showing a probability: 0 .. 1000000. */
uint32_t bits_probability_ppm(int32_t posterior_mbit);

/* 2^(@mbit/1000) as parts per million, @mbit at most 0. */
uint32_t bits_power_ppm(int32_t mbit);
