/* Logarithms and powers of two with integers.
 *
 * log2: the integer part is the position of the highest bit; each further bit comes from squaring the mantissa, which
 * doubles its logarithm (Knuth, The Art of Computer Programming, volume 1, section 1.2.2, exercise 25 and its answer).
 * exp2: 2^-x is a shift by the whole part and a product of the constants 2^(-2^i/1000) that x has as binary digits.
 * Twenty fractional bits leave an error far below the thousandth that is kept.
 */
#include "model/bits.h"

#define FRACTION_BITS 20

/* log2(@value) with FRACTION_BITS fractional bits; @value at least 1. */
static int64_t log2_fixed(uint64_t value)
{
        int whole = 63 - __builtin_clzll(value);
        uint64_t mantissa = value << (63 - whole); /* 1.0 is 2^63 */
        int64_t result = whole;
        for (int i = 0; i < FRACTION_BITS; i++) {
                unsigned __int128 square = (unsigned __int128)mantissa * mantissa >> 63;
                result <<= 1;
                if (square >> 64) {
                        result |= 1;
                        square >>= 1;
                }
                mantissa = (uint64_t)square;
        }
        return result;
}

static int32_t fixed_to_mbit(int64_t fixed)
{
        int64_t scaled = fixed * 1000;
        int64_t half = INT64_C(1) << (FRACTION_BITS - 1);
        return (int32_t)(scaled >= 0 ? (scaled + half) >> FRACTION_BITS : -((-scaled + half) >> FRACTION_BITS));
}

/* 2^(-@mbit/1000) as a fraction of 2^63; @mbit at least 0. */
static uint64_t exp2_fixed(uint32_t mbit)
{
        static const uint64_t power[10] = {
                /* 2^63 * 2^(-2^i/1000) */
                0x7fe94b7987047c96, 0x7fd29afa1add5129, 0x7fa5460d8d9b0c96, 0x7f4acc69a6479507, 0x7e969957468f67b6,
                0x7d312f13ef2a947a, 0x7a7222d90bb2ed56, 0x7521f833da66a964, 0x6b3022c2a7494de9, 0x59c28c378b1c961e,
        };
        uint32_t whole = mbit / 1000;
        uint32_t rest = mbit % 1000;
        uint64_t result = UINT64_C(1) << 63;
        for (int i = 0; i < 10; i++)
                if (rest >> i & 1)
                        result = (uint64_t)((unsigned __int128)result * power[i] >> 63);
        return whole > 63 ? 0 : result >> whole;
}

int32_t bits_ratio_mbit(uint64_t numerator, uint64_t denominator)
{
        return fixed_to_mbit(log2_fixed(numerator) - log2_fixed(denominator));
}

int32_t bits_sum_mbit(const int32_t *terms, uint32_t count)
{
        int32_t greatest = terms[0];
        for (uint32_t i = 1; i < count; i++)
                greatest = terms[i] > greatest ? terms[i] : greatest;
        uint64_t sum = 0;
        for (uint32_t i = 0; i < count; i++)
                sum += exp2_fixed((uint32_t)(greatest - terms[i])) >> 3; /* room for eight terms of 2^60 */
        return greatest + fixed_to_mbit(log2_fixed(sum) - ((int64_t)60 << FRACTION_BITS));
}

uint32_t bits_probability_ppm(int32_t posterior_mbit)
{
        /* 1 / (1 + 2^-|x|), mirrored for negative odds */
        uint32_t distance = (uint32_t)(posterior_mbit < 0 ? -posterior_mbit : posterior_mbit);
        uint64_t other = exp2_fixed(distance) >> 23; /* of 2^40 */
        uint64_t one = UINT64_C(1) << 40;
        uint64_t greater = one * 1000000 / (one + other);
        return (uint32_t)(posterior_mbit < 0 ? 1000000 - greater : greater);
}

uint32_t bits_power_ppm(int32_t mbit)
{
        uint64_t power = exp2_fixed((uint32_t)-mbit); /* of 2^63 */
        return (uint32_t)(((power >> 20) * 1000000 + (UINT64_C(1) << 42)) >> 43);
}
