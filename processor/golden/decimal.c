/* Exact decimal numbers in 128 bits. */
#include "golden/decimal.h"

#define SUM_DIGITS 40 /* more than 128 bits can hold */
#define TEXT_MAX (1 + SUM_DIGITS + 1)

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* Adds a run of digits at @at to @units; returns how many there were, or one more than @most. */
static uint32_t read_digits(struct text text, uint32_t at, uint32_t most, __int128 *units)
{
        uint32_t count = 0;

        while (at + count < text.length && is_digit(text.data[at + count]) && count <= most) {
                *units = *units * 10 + (text.data[at + count] - '0');
                count++;
        }
        return count;
}

bool decimal_parse(struct text text, struct decimal *decimal)
{
        uint32_t at = 0, whole, fraction = 0;
        bool negative = text.length > 0 && text.data[0] == '-', leading_zero;
        __int128 units = 0;

        at += negative;
        leading_zero = at < text.length && text.data[at] == '0';
        while (at < text.length && text.data[at] == '0')
                at++;
        whole = read_digits(text, at, DECIMAL_WHOLE_DIGITS, &units);
        if (whole > DECIMAL_WHOLE_DIGITS)
                return false;
        at += whole;
        if (at < text.length && text.data[at] == '.') {
                while (text.data[text.length - 1] == '0')
                        text.length--;
                fraction = read_digits(text, ++at, DECIMAL_FRACTION_DIGITS, &units);
                at += fraction;
        }
        if (at != text.length || (whole == 0 && fraction == 0 && !leading_zero) || fraction > DECIMAL_FRACTION_DIGITS)
                return false;
        for (; fraction < DECIMAL_FRACTION_DIGITS; fraction++)
                units *= 10;
        decimal->units = negative ? -units : units;
        return true;
}

int decimal_compare(struct decimal a, struct decimal b)
{
        return (a.units > b.units) - (a.units < b.units);
}

struct decimal decimal_add(struct decimal a, struct decimal b)
{
        return (struct decimal){.units = a.units + b.units};
}

struct text decimal_text(struct arena *arena, struct decimal decimal)
{
        bool negative = decimal.units < 0;
        unsigned __int128 rest = negative ? -(unsigned __int128)decimal.units : (unsigned __int128)decimal.units;
        char *digits = arena_alloc(arena, TEXT_MAX);
        uint32_t at = TEXT_MAX, place = 0;
        bool written = false;

        do {
                char digit = (char)('0' + (int)(rest % 10));

                if (place == DECIMAL_FRACTION_DIGITS && written)
                        digits[--at] = '.';
                written |= digit != '0' || place >= DECIMAL_FRACTION_DIGITS;
                if (written)
                        digits[--at] = digit;
                rest /= 10;
                place++;
        } while (rest > 0 || place <= DECIMAL_FRACTION_DIGITS);
        if (negative)
                digits[--at] = '-';
        return (struct text){.data = digits + at, .length = TEXT_MAX - at};
}
