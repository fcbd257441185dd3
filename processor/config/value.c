/* Numbers with units.
 *
 * A value is one or more runs of "number unit"; a number may have three decimals, so everything is computed in
 * thousandths with checked arithmetic. Whether a unit is decimal (MB) or binary (MiB) is what it says, never a guess. A
 * bare number is refused where a unit matters: nobody should have to remember whether a timeout was in seconds.
 */
#include "config/value.h"

#include <stdio.h>
#include <string.h>

struct unit {
        const char *name;
        int64_t factor;
};

static const struct unit durations[] = {
        {"ms", 1},      {"s", 1000},     {"m", 60000},     {"min", 60000},
        {"h", 3600000}, {"d", 86400000}, {"w", 604800000}, {NULL, 0},
};

static const struct unit sizes[] = {
        {"B", 1},     {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30},    {"TiB", 1LL << 40}, {"kB", 1000},
        {"KB", 1000}, {"MB", 1000000},    {"GB", 1000000000}, {"TB", 1000000000000}, {NULL, 0},
};

static const struct unit bits[] = {{"bits", 1000}, {"bit", 1000}, {"", 1000}, {NULL, 0}};

static const struct {
        const char *name;
        const char *form;
} types[] = {
        [VALUE_INTEGER] = {"integer", "a whole number"},
        [VALUE_DURATION] = {"duration", "a number and a unit, such as 250ms, 5s, 1h30m or 7d"},
        [VALUE_BYTES] = {"bytes", "a number and a unit, such as 64MiB, 1TiB or 500MB"},
        [VALUE_BITS] = {"bits", "a number with at most three decimals, such as 1.5 bits"},
        [VALUE_BOOL] = {"boolean", "true or false"},
        [VALUE_TRUST] = {"trust", "a whole number from 0 to 100"},
        [VALUE_TEXT] = {"text", "a text"},
        [VALUE_WORD] = {"word", "one of the words of the list"},
        [VALUE_COUNTRY] = {"country", "two letters of ISO 3166-1, such as FR"},
        [VALUE_LIST] = {"list", "a list of texts, such as [a, b]"},
        [VALUE_SECRET] = {"secret", "a text, better {env: NAME} or {file: PATH}"},
        [VALUE_MAP] = {"map", "a map of names to values"},
};

const char *value_type_name(enum value_type type)
{
        return types[type].name;
}

const char *value_type_form(enum value_type type)
{
        return types[type].form;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* Reads "12.345" at *@at of @t into thousandths. False when no digit is there, or more than three decimals, or too
 * large. */
static bool read_thousandths(struct text t, uint32_t *at, int64_t *thousandths)
{
        uint32_t i = *at;
        uint32_t start = i;
        int64_t value = 0;
        int decimals = -1; /* after the point; -1 before it */
        for (; i < t.length && (is_digit(t.data[i]) || (t.data[i] == '.' && decimals < 0 && i > start)); i++) {
                if (t.data[i] == '.') {
                        decimals = 0;
                        continue;
                }
                if (decimals >= 0)
                        decimals++;
                if (decimals > 3 || __builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, t.data[i] - '0', &value))
                        return false;
        }
        if (i == start || decimals == 0)
                return false;
        for (int d = decimals < 0 ? 0 : decimals; d < 3; d++) {
                if (__builtin_mul_overflow(value, 10, &value))
                        return false;
        }
        *at = i;
        *thousandths = value;
        return true;
}

static uint32_t skip_blanks(struct text t, uint32_t at)
{
        while (at < t.length && t.data[at] == ' ')
                at++;
        return at;
}

static const struct unit *read_unit(struct text t, uint32_t *at, const struct unit *units)
{
        uint32_t end = *at;
        while (end < t.length && !is_digit(t.data[end]) && t.data[end] != ' ' && t.data[end] != '.')
                end++;
        struct text name = text_slice(t, *at, end - *at);
        for (; units->name; units++) {
                if (text_equal(name, text_from(units->name))) {
                        *at = end;
                        return units;
                }
        }
        return NULL;
}

static bool parse_with_units(struct text t, const struct unit *units, bool several, bool allow_sign, int64_t *value)
{
        uint32_t at = 0;
        int64_t sum = 0;
        bool negative = allow_sign && t.length > 0 && t.data[0] == '-';
        if (negative || (allow_sign && t.length > 0 && t.data[0] == '+'))
                at++;
        do {
                int64_t number;
                int64_t part;
                if (!read_thousandths(t, &at, &number))
                        return false;
                at = skip_blanks(t, at);
                const struct unit *unit = read_unit(t, &at, units);
                if (!unit || __builtin_mul_overflow(number, unit->factor, &part) || part % 1000 != 0)
                        return false;
                if (__builtin_add_overflow(sum, part / 1000, &sum))
                        return false;
                at = skip_blanks(t, at);
        } while (several && at < t.length);
        *value = negative ? -sum : sum;
        return at == t.length;
}

static bool parse_bool(struct text t, int64_t *value)
{
        static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}};
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                for (int j = 0; j < 2; j++) {
                        if (text_equal_ascii_case(t, text_from(words[i][j]))) {
                                *value = j;
                                return true;
                        }
                }
        }
        return false;
}

bool value_parse(enum value_type type, struct text t, int64_t *value)
{
        t = text_trim(t);
        switch (type) {
        case VALUE_INTEGER:
        case VALUE_TRUST:
                return text_to_i64(t, value);
        case VALUE_DURATION:
                if (text_equal(t, TEXT("0"))) {
                        *value = 0;
                        return true;
                }
                return parse_with_units(t, durations, true, false, value);
        case VALUE_BYTES:
                return parse_with_units(t, sizes, false, false, value);
        case VALUE_BITS:
                return parse_with_units(t, bits, false, true, value);
        case VALUE_BOOL:
                return parse_bool(t, value);
        default:
                return false;
        }
}

/* In the largest unit of @units that divides @value. */
static void format_with_unit(int64_t value, const struct unit *units, char out[VALUE_TEXT_SIZE])
{
        const struct unit *best = &units[0];
        for (const struct unit *unit = units; unit->name; unit++) {
                if (value != 0 && value % unit->factor == 0 && unit->factor > best->factor)
                        best = unit;
        }
        snprintf(out, VALUE_TEXT_SIZE, "%lld%s", (long long)(value / best->factor), best->name);
}

void value_format(enum value_type type, int64_t value, char out[VALUE_TEXT_SIZE])
{
        switch (type) {
        case VALUE_DURATION:
                format_with_unit(value, durations, out);
                break;
        case VALUE_BYTES:
                format_with_unit(value, sizes, out);
                break;
        case VALUE_BITS: {
                int64_t whole = value / 1000;
                int rest = (int)(value % 1000);
                rest = rest < 0 ? -rest : rest;
                int n = snprintf(out, VALUE_TEXT_SIZE, "%s%lld.%03d", value < 0 && whole == 0 ? "-" : "",
                                 (long long)whole, rest);
                while (out[n - 1] == '0')
                        n--;
                if (out[n - 1] == '.')
                        n--;
                snprintf(out + n, VALUE_TEXT_SIZE - (size_t)n, " bits");
                break;
        }
        case VALUE_BOOL:
                snprintf(out, VALUE_TEXT_SIZE, "%s", value ? "true" : "false");
                break;
        default:
                snprintf(out, VALUE_TEXT_SIZE, "%lld", (long long)value);
                break;
        }
}
