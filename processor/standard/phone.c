/* Telephone numbers: E.164 where the country is known, '~' and the national digits where it is not.
 *
 * libphonenumber's Parse takes about 15 µs, which is more than all the rest of a record. So the plain forms of the
 * countries in a small table are taken apart here: international ("+33 6 12 34 56 78", "0033...") and national with its
 * trunk prefix, digits with the usual punctuation. The library only says whether the range is assigned (3 to 10 µs); if
 * it is, Parse would have given the same (a property test holds the two together). Everything else goes to Parse:
 * extensions, letters, "(0)", other countries, and all that is not valid. Results are kept in a bounded cache.
 *
 * A number that the library finds possible but not assigned stays evidence: its tables lag behind the numbering plans,
 * and the country may be a guess. Where no country is known, or the number does not fit it, the last ten digits without
 * leading zeros are what national writings of one number share.
 */
#include "base/hash.h"
#include "standard/parts.h"
#include "standard/phone_shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SLOTS 8192U
#define CACHE_KEY_MAX 36
#define DIGITS_MAX 32
#define DIGITS_MIN 6        /* fewer are an extension or a short code */
#define NATIONAL_DIGITS 10U /* kept of a number without country */
#define PHONE_LENGTH_MAX 64U

struct cached {
        uint64_t hash; /* 0: free */
        uint8_t key_length;
        uint8_t flags;
        char key[CACHE_KEY_MAX];
        char value[PHONE_E164_SIZE];
};

struct phones {
        struct cached cache[CACHE_SLOTS];
};

/* Countries with a simple plan: no leading zero belongs to the number, no carrier codes.
 * ITU-T E.164 country codes; trunk prefixes from the national plans (ITU "National Numbering Plans"). */
static const struct plan {
        char region[3];
        uint16_t country_code;
        char trunk;         /* '0', '1', or 0: none */
        uint8_t length_min; /* of the national number */
        uint8_t length_max;
} plans[] = {
        {"US", 1, '1', 10, 10}, {"CA", 1, '1', 10, 10}, {"FR", 33, '0', 9, 9},  {"DE", 49, '0', 7, 11},
        {"GB", 44, '0', 9, 10}, {"ES", 34, 0, 9, 9},    {"BE", 32, '0', 8, 9},  {"NL", 31, '0', 9, 9},
        {"CH", 41, '0', 9, 9},  {"AT", 43, '0', 7, 12}, {"PL", 48, 0, 9, 9},    {"PT", 351, 0, 9, 9},
        {"DK", 45, 0, 8, 8},    {"NO", 47, 0, 8, 8},    {"IE", 353, '0', 7, 9},
};

struct phones *phones_new(void)
{
        return calloc(1, sizeof(struct phones));
}

void phones_free(struct phones *phones)
{
        free(phones);
}

/* The digits of @raw, and whether it has anything but digits and the usual punctuation. */
struct digits {
        char text[DIGITS_MAX + 1];
        uint32_t count;
        bool plain;
        bool international; /* '+' or 00 before the digits, which are taken off */
};

static void read_digits(struct text raw, struct digits *digits)
{
        *digits = (struct digits){.plain = true};
        for (uint32_t i = 0; i < raw.length; i++) {
                char c = raw.data[i];

                if (ascii_is_digit(c)) {
                        /* a zero in brackets behind a country code is no part of the number: Parse knows */
                        if (c == '0' && i > 0 && raw.data[i - 1] == '(' && digits->count > 0)
                                digits->plain = false;
                        if (digits->count == DIGITS_MAX) {
                                digits->plain = false;
                                break;
                        }
                        digits->text[digits->count++] = c;
                } else if (c == '+' && digits->count == 0 && !digits->international) {
                        digits->international = true;
                } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') {
                        digits->plain = false;
                }
        }
        if (!digits->international && digits->count > 8 && digits->text[0] == '0' && digits->text[1] == '0') {
                digits->international = true;
                digits->count -= 2;
                memmove(digits->text, digits->text + 2, digits->count);
        }
        digits->text[digits->count] = '\0';
}

/* True for digits that nobody has: one digit repeated, or counting up or down. */
static bool is_fake(const struct digits *digits)
{
        static const char up[] = "01234567890123456789", down[] = "98765432109876543210";
        const char *tail = digits->text + (digits->count > 7 ? digits->count - 7 : 0);
        bool same = true;

        if (digits->count < DIGITS_MIN)
                return digits->count > 0 && strspn(digits->text, "0") == digits->count;
        for (const char *c = tail; *c; c++)
                same &= *c == tail[0];
        return same || strstr(up, digits->text) || strstr(down, digits->text) || strcmp(tail, "1234567") == 0;
}

static const struct plan *find_plan(const struct digits *digits, const char *country, uint32_t *skip)
{
        for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
                const struct plan *plan = &plans[i];
                uint32_t length = plan->country_code >= 100 ? 3 : plan->country_code >= 10 ? 2 : 1, code = 0;

                for (uint32_t k = 0; k < length && k < digits->count; k++)
                        code = code * 10 + (uint32_t)(digits->text[k] - '0');

                if (digits->international) {
                        *skip = length;
                        if (digits->count > length && code == plan->country_code)
                                return plan;
                } else if (strcmp(plan->region, country) == 0) {
                        *skip = plan->trunk && digits->text[0] == plan->trunk ? 1 : 0;
                        /* without its trunk prefix a number may be a local one; only North America writes them so */
                        return *skip == 1 || plan->trunk == 0 || plan->trunk == '1' ? plan : NULL;
                }
        }
        return NULL;
}

/* The plain forms. False: ask the library. */
static bool parse_plain(const struct digits *digits, const char *country, char e164[PHONE_E164_SIZE])
{
        const struct plan *plan;
        uint64_t national = 0;
        uint32_t skip = 0;

        if (!digits->plain)
                return false;
        plan = find_plan(digits, country, &skip);
        if (!plan || digits->count - skip < plan->length_min || digits->count - skip > plan->length_max ||
            digits->text[skip] == '0' || digits->text[skip] == plan->trunk)
                return false;
        for (uint32_t i = skip; i < digits->count; i++)
                national = national * 10 + (uint64_t)(digits->text[i] - '0');
        if (!phone_shim_is_valid(plan->country_code, national))
                return false;
        snprintf(e164, PHONE_E164_SIZE, "+%u%s", plan->country_code, digits->text + skip);
        return true;
}

/* The library's reading under the country, then as an international number that lost its plus sign. */
static bool parse_any(struct text raw, const struct digits *digits, const char *country, char e164[PHONE_E164_SIZE])
{
        char possible[PHONE_E164_SIZE], plus[DIGITS_MAX + 2];
        int length = snprintf(plus, sizeof(plus), "+%s", digits->text);
        enum phone_verdict verdict = PHONE_NONE;

        if (digits->international && digits->plain)
                verdict = phone_shim_parse(plus, (size_t)length, "ZZ", possible);
        else if (country[0] || digits->international)
                verdict = phone_shim_parse(raw.data, raw.length, country[0] ? country : "ZZ", possible);
        if (verdict == PHONE_VALID) {
                memcpy(e164, possible, sizeof(possible));
                return true;
        }
        if (digits->plain && !digits->international && digits->count >= 11 && digits->text[0] != '0' &&
            phone_shim_parse(plus, (size_t)length, "ZZ", e164) == PHONE_VALID)
                return true;
        if (verdict == PHONE_NONE)
                return false;
        memcpy(e164, possible, sizeof(possible));
        return true;
}

/* '~' and the last digits. */
static void write_national(const struct digits *digits, char out[PHONE_E164_SIZE])
{
        uint32_t from = digits->count > NATIONAL_DIGITS ? digits->count - NATIONAL_DIGITS : 0;

        while (from + DIGITS_MIN < digits->count && digits->text[from] == '0')
                from++;
        out[0] = '~';
        memcpy(out + 1, digits->text + from, digits->count - from + 1);
}

/* Fills @out; gives the flags. */
static uint8_t standardise(struct text raw, const char *country, char out[PHONE_E164_SIZE])
{
        struct digits digits;
        struct text before_extension = raw;

        read_digits(raw, &digits);
        out[0] = '\0';
        if (is_fake(&digits))
                return SLOT_FAKE;
        if (parse_plain(&digits, country, out) || parse_any(raw, &digits, country, out))
                return 0;
        /* what no country explains: without an extension, which starts with a letter or '#' */
        for (uint32_t i = 0; i < raw.length; i++)
                if (i > 5 && (raw.data[i] == 'x' || raw.data[i] == 'e' || raw.data[i] == '#' || raw.data[i] == '/' ||
                              raw.data[i] == ';' || raw.data[i] == ',')) {
                        before_extension.length = i;
                        break;
                }
        read_digits(before_extension, &digits);
        if (digits.count < DIGITS_MIN || digits.count > 17)
                return SLOT_INVALID;
        write_national(&digits, out);
        return 0;
}

/* A canonical value stands for itself. */
static bool is_national_form(struct text raw)
{
        return raw.length > DIGITS_MIN && raw.length <= NATIONAL_DIGITS + 1 && raw.data[0] == '~' &&
               text_is_digits(text_slice(raw, 1, raw.length));
}

struct canonical phone_standardise(struct work *work, struct text raw)
{
        struct text shown = fold_display(work->arena, raw), key = shown;
        struct cached *cached, result = {0};
        struct canonical canonical;
        bool cacheable;
        uint64_t hash;

        if (is_national_form(shown))
                return (struct canonical){.value = shown};
        if (shown.length > PHONE_LENGTH_MAX)
                return (struct canonical){.value = shown, .flags = SLOT_INVALID};
        for (uint32_t i = 0; i < key.length; i++)
                if ((unsigned char)key.data[i] >= 0x80) { /* full-width and Arabic digits, invisible marks */
                        key = fold_text(work->standard->folder, work->arena, shown);
                        break;
                }
        hash = hash64_text(key, ((uint64_t)(unsigned char)work->country[0] << 8) | (unsigned char)work->country[1]) | 1;
        cached = &work->standard->phones->cache[(hash >> 1) & (CACHE_SLOTS - 1)];
        cacheable = key.length + 2 <= CACHE_KEY_MAX;
        if (!cacheable || cached->hash != hash || cached->key_length != key.length + 2 ||
            memcmp(cached->key, work->country, 2) != 0 || memcmp(cached->key + 2, key.data, key.length) != 0) {
                result.flags = standardise(key, work->country, result.value);
                if (cacheable) {
                        result.hash = hash;
                        result.key_length = (uint8_t)(key.length + 2);
                        memcpy(result.key, work->country, 2);
                        memcpy(result.key + 2, key.data, key.length);
                        *cached = result;
                }
                cached = &result;
        }
        canonical.flags = cached->flags;
        canonical.value = cached->flags ? shown : arena_text(work->arena, text_from(cached->value));
        if (cached->flags == SLOT_INVALID && misc_is_placeholder(work, raw))
                canonical.flags = SLOT_FAKE;
        return canonical;
}
