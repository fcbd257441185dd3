/* Official numbers.
 *
 *   SIREN, SIRET   9 and 14 digits, Luhn (INSEE, Décret 97-497; https://www.sirene.fr). The establishments of La Poste
 *                  (SIREN 356000000) have SIRETs whose digits add up to a multiple of five instead.
 *   VAT numbers    form of each member state (European Commission, VIES, "VAT identification number structure"), and
 * check digits for AT, BE, CH, DE, DK, ES, FI, FR, GB, IT, LU, NL, PL, PT (national rules as collected by
 *                  https://arthurdejong.org/python-stdnum/)
 *   LEI            20 characters, ISO 17442, check digits of ISO 7064 mod 97-10
 *   DUNS           9 digits without check digit (Dun & Bradstreet dropped it)
 *   SSN            only as a national id of nine digits in the United States: areas 000, 666 and 900 on, group 00 and
 * serial 0000 do not exist (Social Security Administration, "Social Security Number Randomization"); 078-05-1120 and
 * 219-09-9999 are published examples Others are kept as upper-case letters and digits, unvalidated.
 *
 * Everything of one repeated digit and every run (123456789, 987654321) is a placeholder.
 */
#include "standard/parts.h"

#include <string.h>

#define IDENTIFIER_MAX 40 /* characters; what is longer is a sentence */

static uint32_t digit(struct text t, uint32_t at)
{
        return (uint32_t)(t.data[at] - '0');
}

/* Luhn: every second digit from the right doubled, digits of the doubled ones added. ISO/IEC 7812-1, annex B. */
static bool passes_luhn(struct text digits)
{
        uint32_t sum = 0;

        for (uint32_t i = 0; i < digits.length; i++) {
                uint32_t d = digit(digits, digits.length - 1 - i) * (i % 2 == 1 ? 2 : 1);

                sum += d > 9 ? d - 9 : d;
        }
        return sum % 10 == 0;
}

static uint32_t weighted_sum(struct text digits, const uint8_t *weights, uint32_t count)
{
        uint32_t sum = 0;

        for (uint32_t i = 0; i < count; i++)
                sum += digit(digits, i) * weights[i];
        return sum;
}

static uint64_t number(struct text digits)
{
        uint64_t value = 0;

        for (uint32_t i = 0; i < digits.length; i++)
                value = value * 10 + digit(digits, i);
        return value;
}

/* Remainder modulo 97 of @t with letters as 10..35 (ISO 7064). */
static uint32_t mod_97(struct text t)
{
        uint32_t rest = 0;

        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];

                rest = ascii_is_digit(c) ? (rest * 10 + digit(t, i)) % 97
                                         : (rest * 100 + (uint32_t)(c - 'A') + 10) % 97;
        }
        return rest;
}

/* ISO 7064 mod 11,10: DE. */
static bool passes_mod_11_10(struct text digits)
{
        uint32_t check = 10;

        for (uint32_t i = 0; i + 1 < digits.length; i++) {
                check = (check + digit(digits, i)) % 10;
                check = (check == 0 ? 10 : check) * 2 % 11;
        }
        return (11 - check) % 10 == digit(digits, digits.length - 1);
}

static bool is_repeated_or_run(struct text t)
{
        bool same = true, up = true, down = true;

        for (uint32_t i = 1; i < t.length; i++) {
                same &= t.data[i] == t.data[0];
                up &= ascii_is_digit(t.data[i]) && (uint32_t)(t.data[i] - '0') == (digit(t, i - 1) + 1) % 10;
                down &= ascii_is_digit(t.data[i]) && (uint32_t)(t.data[i] - '0') == (digit(t, i - 1) + 9) % 10;
        }
        return t.length >= 3 && (same || ((up || down) && t.length >= 5));
}

static bool is_siren(struct text t)
{
        return t.length == 9 && text_is_digits(t) && passes_luhn(t);
}

static bool is_siret(struct text t)
{
        uint32_t sum = 0;

        if (t.length != 14 || !text_is_digits(t))
                return false;
        if (!text_starts_with(t, TEXT("356000000")))
                return passes_luhn(t) && passes_luhn(text_slice(t, 0, 9));
        for (uint32_t i = 0; i < 14; i++)
                sum += digit(t, i);
        return sum % 5 == 0 || passes_luhn(t);
}

/* --- VAT numbers: the part behind the country code --- */

static bool vat_at(struct text t) /* U + 8 */
{
        struct text d = text_slice(t, 1, 8);
        uint32_t sum = 4;

        if (t.length != 9 || t.data[0] != 'U' || !text_is_digits(d))
                return false;
        for (uint32_t i = 0; i < 7; i++) {
                uint32_t v = digit(d, i) * (i % 2 == 1 ? 2 : 1);

                sum += v > 9 ? v - 9 : v;
        }
        return (10 - sum % 10) % 10 == digit(d, 7);
}

static bool vat_be(struct text t)
{
        return t.length == 10 && text_is_digits(t) && t.data[0] <= '1' &&
               97 - number(text_slice(t, 0, 8)) % 97 == number(text_slice(t, 8, 2));
}

static bool vat_ch(struct text t) /* E + 9, with MWST, TVA or IVA behind */
{
        static const uint8_t weights[] = {5, 4, 3, 2, 7, 6, 5, 4};
        struct text d = text_slice(t, 1, 9);

        return t.length >= 10 && t.data[0] == 'E' && text_is_digits(d) &&
               (11 - weighted_sum(d, weights, 8) % 11) % 11 == digit(d, 8);
}

static bool vat_de(struct text t)
{
        return t.length == 9 && text_is_digits(t) && t.data[0] != '0' && passes_mod_11_10(t);
}

static bool vat_dk(struct text t)
{
        static const uint8_t weights[] = {2, 7, 6, 5, 4, 3, 2, 1};

        return t.length == 8 && text_is_digits(t) && weighted_sum(t, weights, 8) % 11 == 0;
}

/* NIF of companies and persons, NIE of foreigners. */
static bool vat_es(struct text t)
{
        static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE", controls[] = "JABCDEFGHI";
        struct text middle = text_slice(t, 1, 7);
        uint32_t sum = 0;

        if (t.length != 9 || !text_is_digits(middle))
                return false;
        if (ascii_is_digit(t.data[0]))
                return letters[number(text_slice(t, 0, 8)) % 23] == t.data[8];
        if (t.data[0] >= 'X' && t.data[0] <= 'Z')
                return letters[((uint64_t)(t.data[0] - 'X') * 10000000 + number(middle)) % 23] == t.data[8];
        if (strchr("KLM", t.data[0]))
                return letters[number(middle) % 23] == t.data[8];
        for (uint32_t i = 0; i < 7; i++) {
                uint32_t v = digit(middle, i) * (i % 2 == 0 ? 2 : 1);

                sum += v > 9 ? v - 9 : v;
        }
        sum = (10 - sum % 10) % 10;
        return strchr("ABCDEFGHJNPQRSUVW", t.data[0]) && (t.data[8] == (char)('0' + sum) || t.data[8] == controls[sum]);
}

static bool vat_fi(struct text t)
{
        static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1};

        return t.length == 8 && text_is_digits(t) && weighted_sum(t, weights, 8) % 11 == 0;
}

/* Two characters and the SIREN; with two digits the key is (12 + 3 * (SIREN mod 97)) mod 97. */
static bool vat_fr(struct text t)
{
        struct text siren = text_slice(t, 2, 9);

        if (t.length != 11 || !text_is_digits(siren) || !passes_luhn(siren))
                return false;
        if (!text_is_digits(text_slice(t, 0, 2)))
                return true;
        return (12 + 3 * (number(siren) % 97)) % 97 == number(text_slice(t, 0, 2));
}

static bool vat_gb(struct text t)
{
        static const uint8_t weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 1};
        uint32_t rest;

        if ((t.length != 9 && t.length != 12) || !text_is_digits(t))
                return false;
        rest = (weighted_sum(t, weights, 7) + (uint32_t)number(text_slice(t, 7, 2))) % 97;
        return rest == 0 || rest == 42; /* the second series, numbers from 2010 on */
}

static bool vat_it(struct text t)
{
        return t.length == 11 && text_is_digits(t) && passes_luhn(t);
}

static bool vat_lu(struct text t)
{
        return t.length == 8 && text_is_digits(t) && number(text_slice(t, 0, 6)) % 89 == number(text_slice(t, 6, 2));
}

/* 9 digits, B, 2: eleven-test of legal persons, or mod 97 of the whole for sole traders since 2020. */
static bool vat_nl(struct text t)
{
        static const uint8_t weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
        struct text d = text_slice(t, 0, 9);
        char whole[14];

        if (t.length != 12 || !text_is_digits(d) || t.data[9] != 'B' || !text_is_digits(text_slice(t, 10, 2)))
                return false;
        if (weighted_sum(d, weights, 8) % 11 == digit(d, 8))
                return true;
        memcpy(whole, "NL", 2);
        memcpy(whole + 2, t.data, 12);
        return mod_97((struct text){.data = whole, .length = 14}) == 1;
}

static bool vat_pl(struct text t)
{
        static const uint8_t weights[] = {6, 5, 7, 2, 3, 4, 5, 6, 7};

        return t.length == 10 && text_is_digits(t) && weighted_sum(t, weights, 9) % 11 == digit(t, 9);
}

static bool vat_pt(struct text t)
{
        static const uint8_t weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
        uint32_t check;

        if (t.length != 9 || !text_is_digits(t) || t.data[0] == '0')
                return false;
        check = 11 - weighted_sum(t, weights, 8) % 11;
        return (check >= 10 ? 0 : check) == digit(t, 8);
}

/* Lengths where only the form is known; the check is NULL there. */
static const struct vat_rule {
        char country[3];
        uint8_t length_min;
        uint8_t length_max;
        bool (*check)(struct text rest);
} vat_rules[] = {
        {"AT", 9, 9, vat_at},   {"BE", 10, 10, vat_be}, {"CH", 10, 14, vat_ch}, {"DE", 9, 9, vat_de},
        {"DK", 8, 8, vat_dk},   {"ES", 9, 9, vat_es},   {"FI", 8, 8, vat_fi},   {"FR", 11, 11, vat_fr},
        {"GB", 9, 12, vat_gb},  {"XI", 9, 12, vat_gb},  {"IT", 11, 11, vat_it}, {"LU", 8, 8, vat_lu},
        {"NL", 12, 12, vat_nl}, {"PL", 10, 10, vat_pl}, {"PT", 9, 9, vat_pt},   {"BG", 9, 10, NULL},
        {"CY", 9, 9, NULL},     {"CZ", 8, 10, NULL},    {"EE", 9, 9, NULL},     {"EL", 9, 9, NULL},
        {"HR", 11, 11, NULL},   {"HU", 8, 8, NULL},     {"IE", 8, 9, NULL},     {"LT", 9, 12, NULL},
        {"LV", 11, 11, NULL},   {"MT", 8, 8, NULL},     {"RO", 2, 10, NULL},    {"SE", 12, 12, NULL},
        {"SI", 8, 8, NULL},     {"SK", 10, 10, NULL},   {"NO", 9, 12, NULL},
};

static const struct vat_rule *find_vat_rule(const char *country)
{
        for (size_t i = 0; i < sizeof(vat_rules) / sizeof(vat_rules[0]); i++)
                if (memcmp(vat_rules[i].country, country, 2) == 0)
                        return &vat_rules[i];
        return NULL;
}

/* Belgian numbers lost their leading zero often; Greek ones are written with either code. */
static struct text canonical_vat(struct work *work, struct text code)
{
        if (text_starts_with(code, TEXT("BE")) && code.length == 11 && text_is_digits(text_slice(code, 2, 9)))
                return arena_printf(work->arena, "BE0%.*s", TEXT_ARG(text_slice(code, 2, 9)));
        if (text_starts_with(code, TEXT("GR")))
                return arena_printf(work->arena, "EL%.*s", TEXT_ARG(text_slice(code, 2, code.length)));
        return code;
}

/* A VAT number without country takes that of the record, where it then passes the check. */
static struct canonical check_vat(struct work *work, struct text code, bool *validated)
{
        struct canonical result = {.value = canonical_vat(work, code)};
        const struct vat_rule *rule = NULL;
        struct text rest = text_slice(result.value, 2, result.value.length);

        if (code.length > 2 && ascii_is_upper(code.data[0]) && ascii_is_upper(code.data[1]))
                rule = find_vat_rule(result.value.data);
        if (!rule && work->country[0]) {
                struct text with =
                        canonical_vat(work, arena_printf(work->arena, "%s%.*s", work->country, TEXT_ARG(code)));

                rule = find_vat_rule(with.data);
                if (!rule || !rule->check || !rule->check(text_slice(with, 2, with.length)))
                        return result;
                *validated = true;
                result.value = with;
                return result;
        }
        if (!rule)
                return result;
        if (rest.length >= 8 && is_repeated_or_run(rest)) {
                result.flags = SLOT_FAKE;
        } else if (rest.length < rule->length_min || rest.length > rule->length_max) {
                result.flags = SLOT_INVALID;
        } else if (rule->check) {
                *validated = rule->check(rest);
                result.flags = *validated ? 0 : SLOT_INVALID;
        }
        return result;
}

/* SIREN (9) and SIRET (14). A leading zero that a spreadsheet took away is put back where the check digit then fits,
 * and a SIRET in the field for the SIREN gives its SIREN. */
static struct canonical check_register(struct work *work, struct text code, uint32_t length, bool *validated)
{
        struct text number = code;

        if (code.length + 1 == length && text_is_digits(code))
                number = arena_printf(work->arena, "0%.*s", TEXT_ARG(code));
        else if (length == 9 && is_siret(code))
                number = text_slice(code, 0, 9);
        *validated = length == 9 ? is_siren(number) : is_siret(number);
        return (struct canonical){.value = *validated ? number : code, .flags = *validated ? 0 : SLOT_INVALID};
}

static struct canonical check_lei(struct text code, bool *validated)
{
        *validated = code.length == 20 && mod_97(code) == 1;
        return (struct canonical){.value = code, .flags = *validated ? 0 : SLOT_INVALID};
}

static struct canonical check_national_id(const struct work *work, struct text code)
{
        struct canonical result = {.value = code};

        if (code.length != 9 || !text_is_digits(code))
                return result;
        if (text_equal(code, TEXT("078051120")) || text_equal(code, TEXT("219099999")))
                result.flags = SLOT_FAKE;
        else if (memcmp(work->country, "US", 2) == 0 &&
                 (text_starts_with(code, TEXT("000")) || text_starts_with(code, TEXT("666")) || code.data[0] == '9' ||
                  text_equal(text_slice(code, 3, 2), TEXT("00")) || text_ends_with(code, TEXT("0000"))))
                result.flags = SLOT_INVALID;
        return result;
}

struct canonical identifier_standardise(struct work *work, uint16_t attribute, struct text raw, bool *validated)
{
        struct text code = fold_code(work->standard->folder, work->arena, raw);

        *validated = false;
        if (misc_is_placeholder(work, raw) || is_repeated_or_run(code))
                return (struct canonical){.value = code.length > 0 ? code : fold_display(work->arena, raw),
                                          .flags = SLOT_FAKE};
        if (code.length == 0 || code.length > IDENTIFIER_MAX)
                return (struct canonical){.value = fold_display(work->arena, raw), .flags = SLOT_INVALID};
        switch (attribute) {
        case ATTRIBUTE_SIREN:
                return check_register(work, code, 9, validated);
        case ATTRIBUTE_SIRET:
                return check_register(work, code, 14, validated);
        case ATTRIBUTE_VAT_ID:
                return check_vat(work, code, validated);
        case ATTRIBUTE_LEI:
                return check_lei(code, validated);
        case ATTRIBUTE_DUNS:
                return (struct canonical){.value = code,
                                          .flags = code.length == 9 && text_is_digits(code) ? 0 : SLOT_INVALID};
        case ATTRIBUTE_NATIONAL_ID:
                return check_national_id(work, code);
        default:
                return (struct canonical){.value = code};
        }
}

/* Many systems have one field for tax numbers of every kind: a VAT number in it is one, if it passes its check. */
static void add_vat_in_tax_id(struct work *work, struct text code)
{
        const struct vat_rule *rule = NULL;

        if (code.length > 4 && ascii_is_upper(code.data[0]) && ascii_is_upper(code.data[1]))
                rule = find_vat_rule(code.data);
        if (rule && rule->check && rule->check(text_slice(code, 2, code.length)))
                identifier_add(work, ATTRIBUTE_VAT_ID, code, true);
}

void identifier_add(struct work *work, uint16_t attribute, struct text canonical, bool validated)
{
        static const struct {
                uint16_t attribute;
                uint8_t kind;
        } kinds[] = {
                {ATTRIBUTE_SIREN, FEATURE_SIREN},
                {ATTRIBUTE_SIRET, FEATURE_SIRET},
                {ATTRIBUTE_VAT_ID, FEATURE_VAT_ID},
                {ATTRIBUTE_LEI, FEATURE_LEI},
                {ATTRIBUTE_DUNS, FEATURE_DUNS},
                {ATTRIBUTE_TAX_ID, FEATURE_TAX_ID},
                {ATTRIBUTE_PASSPORT, FEATURE_PASSPORT},
                {ATTRIBUTE_NATIONAL_ID, FEATURE_NATIONAL_ID},
                {ATTRIBUTE_DRIVERS_LICENSE, FEATURE_DRIVERS_LICENSE},
        };
        struct feature feature = {.text = canonical, .flags = validated ? FEATURE_VALIDATED : 0};

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
                if (kinds[i].attribute == attribute)
                        feature.kind = kinds[i].kind;
        if (feature.kind == FEATURE_NONE)
                return;
        if (attribute == ATTRIBUTE_TAX_ID)
                add_vat_in_tax_id(work, canonical);
        if (validated && attribute == ATTRIBUTE_SIRET)
                feature.alias = text_slice(canonical, 0, 9);
        if (validated && attribute == ATTRIBUTE_VAT_ID && text_starts_with(canonical, TEXT("FR")))
                feature.alias = text_slice(canonical, 4, 9);
        feature_add(work, feature);
}
