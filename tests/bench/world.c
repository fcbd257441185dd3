/* People and companies from dice.
 *
 * How often values are shared decides the cost of matching, so it is as in life: the commonest family name of a country
 * belongs to less than one person in a hundred, most to a handful (a long tail of composed names), a city has many
 * postal codes. Duplicates differ as they do in practice: capitals, initials, one typing error, another telephone
 * number, an old address, an empty field.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

struct dice dice_from(uint64_t seed, uint64_t a, uint64_t b)
{
        struct dice dice = {.state = seed ^ a * 0x9e3779b97f4a7c15ULL};

        dice.state = dice_roll(&dice) ^ b * 0xd1b54a32d192ed03ULL;
        dice_roll(&dice);
        return dice;
}

uint64_t dice_roll(struct dice *dice)
{
        uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
        return z ^ z >> 31;
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
        return (uint32_t)((dice_roll(dice) >> 32) * limit >> 32);
}

bool dice_percent(struct dice *dice, uint32_t percent)
{
        return dice_below(dice, 100) < percent;
}

static uint32_t list_length(const char *const *list)
{
        uint32_t length = 0;

        while (list[length] != NULL)
                length++;
        return length;
}

static const char *pick(struct dice *dice, const char *const *list)
{
        return list[dice_below(dice, list_length(list))];
}

/* Prefers the beginning of the list: the smaller of two numbers. The first of 80 names is drawn in 2.5 % of cases. */
static const char *pick_ranked(struct dice *dice, const char *const *list)
{
        uint32_t length = list_length(list);
        uint32_t first = dice_below(dice, length);
        uint32_t second = dice_below(dice, length);

        return list[first < second ? first : second];
}

static enum culture pick_culture(struct dice *dice)
{
        static const uint8_t percents[CULTURE_COUNT] = {40, 25, 10, 12, 8, 5};
        uint32_t roll = dice_below(dice, 100);
        int culture = 0;

        while (roll >= percents[culture])
                roll -= percents[culture++];
        return (enum culture)culture;
}

static void family_name(struct dice *dice, const struct culture_lists *lists, char *out, size_t size)
{
        if (dice_percent(dice, 30))
                snprintf(out, size, "%s", pick_ranked(dice, lists->family));
        else
                snprintf(out, size, "%s%s%s", pick(dice, lists->family_start), pick(dice, lists->family_middle),
                         pick(dice, lists->family_end));
}

/* A number that people in that country could have; @mobile where the plan tells mobiles apart. */
static void phone_number(struct dice *dice, enum culture culture, bool mobile, char out[24])
{
        uint32_t a = dice_below(dice, 10000);
        uint32_t b = dice_below(dice, 10000);

        switch (culture) {
        case FRENCH:
                snprintf(out, 24, "+33%u%04u%04u", mobile ? 6 : 1 + dice_below(dice, 5), a, b);
                break;
        case AMERICAN: {
                static const uint16_t areas[] = {212, 213, 312, 404, 415, 512, 617, 702,
                                                 713, 206, 303, 305, 602, 614, 919};

                snprintf(out, 24, "+1%u%u%04u", areas[dice_below(dice, 15)], 220 + a % 770, b);
                break;
        }
        case BRITISH:
                if (mobile)
                        snprintf(out, 24, "+447%u%04u%04u", 4 + a % 5, a, b);
                else
                        snprintf(out, 24, "+4420%u%03u%04u", 7 + a % 2, 100 + a % 900, b);
                break;
        case GERMAN:
                if (mobile)
                        snprintf(out, 24, "+49151%04u%04u", 1000 + a % 9000, b);
                else
                        snprintf(out, 24, "+4930%04u%04u", 2000 + a % 7000, b);
                break;
        case SPANISH:
                snprintf(out, 24, "+34%u%04u%04u", mobile ? 6 : 9, 1000 + a % 8000, b);
                break;
        default:
                snprintf(out, 24, "+7%u%03u%04u", mobile ? 916 : 495, 100 + a % 900, b);
                break;
        }
}

/* Another postal code of the same city: other last digits, or another inward code in Britain. */
static void vary_postal_code(struct dice *dice, char *postal_code)
{
        static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ";
        size_t length = strlen(postal_code);

        if (strchr(postal_code, ' ') != NULL) {
                postal_code[length - 3] = (char)('0' + dice_below(dice, 10));
                postal_code[length - 2] = letters[dice_below(dice, 20)];
                postal_code[length - 1] = letters[dice_below(dice, 20)];
                return;
        }
        postal_code[length - 2] = (char)('0' + dice_below(dice, 4));
        postal_code[length - 1] = (char)('0' + dice_below(dice, 10));
}

static void address(struct dice *dice, const struct culture_lists *lists, char *street, char *postal_code, char *city)
{
        const char *pattern = pick(dice, lists->streets);
        const char *place = pick_ranked(dice, lists->cities);
        const char *blank = strchr(place, ' ');
        const char *hole = strstr(pattern, "%s");
        char name[64];

        family_name(dice, lists, name, sizeof(name));
        snprintf(street, WORLD_TEXT, "%u %.*s%s%s", 1 + dice_below(dice, 220), (int)(hole - pattern), pattern, name,
                 hole + 2);
        snprintf(postal_code, 16, "%.*s", (int)(blank - place), place);
        snprintf(city, 48, "%s", blank + 1);
        for (char *underscore = strchr(postal_code, '_'); underscore != NULL; underscore = strchr(postal_code, '_'))
                *underscore = ' ';
        vary_postal_code(dice, postal_code);
}

/* Lower-case ASCII letters of @text; accented Latin letters lose their accent, other scripts vanish. */
static void ascii_letters(const char *text, char *out, size_t size)
{
        static const char *const folds[] = {"éèêëÉÈ", "e", "àâäáÀ", "a", "îïí", "i", "ôöóÖ", "o",
                                            "ùûüúÜ",  "u", "çÇ",    "c", "ñ",   "n", "ß",    "s"};
        size_t length = 0;

        for (const char *at = text; *at != '\0' && length + 1 < size; at++) {
                if (*at >= 'A' && *at <= 'Z')
                        out[length++] = (char)(*at + 32);
                else if ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9'))
                        out[length++] = *at;
                else if ((uint8_t)*at == 0xc3) {
                        for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i += 2) {
                                for (const char *letter = folds[i]; *letter != '\0'; letter += 2) {
                                        if (letter[1] == at[1])
                                                out[length++] = folds[i + 1][0];
                                }
                        }
                        at++;
                }
        }
        out[length] = '\0';
}

/* The check digit that makes the Luhn sum of @digits and itself a multiple of ten (ISO/IEC 7812-1, annex B). */
static char luhn_digit(const char *digits, size_t length)
{
        uint32_t sum = 0;

        for (size_t i = 0; i < length; i++) {
                uint32_t digit = (uint32_t)(digits[length - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);

                sum += digit > 9 ? digit - 9 : digit;
        }
        return (char)('0' + (10 - sum % 10) % 10);
}

static const char *latin_name(enum culture culture)
{
        return culture == RUSSIAN ? "vostok" : "";
}

void world_company(uint64_t seed, uint32_t number, struct company *company)
{
        struct dice dice = dice_from(seed, 1, number);
        const struct culture_lists *lists;
        char letters[WORLD_TEXT];
        char name[64];

        memset(company, 0, sizeof(*company));
        company->culture = pick_culture(&dice);
        lists = &culture_lists[company->culture];
        family_name(&dice, lists, name, sizeof(name));
        snprintf(company->name, sizeof(company->name), "%.40s %.40s", pick(&dice, lists->trades), name);
        snprintf(company->form, sizeof(company->form), "%s", pick_ranked(&dice, lists->forms));
        ascii_letters(company->name, letters, sizeof(letters));
        snprintf(company->domain, sizeof(company->domain), "%.10s%.60s%u.%s", latin_name(company->culture), letters,
                 number % 97, lists->domain);
        address(&dice, lists, company->street, company->postal_code, company->city);
        phone_number(&dice, company->culture, false, company->phone);
        if (company->culture == FRENCH) {
                snprintf(company->siren, sizeof(company->siren), "%08u",
                         30000000 + (uint32_t)(number * 48271ULL % 60000000));
                company->siren[8] = luhn_digit(company->siren, 8);
                snprintf(company->siret, sizeof(company->siret), "%s%04u", company->siren, 1 + dice_below(&dice, 9));
                company->siret[13] = luhn_digit(company->siret, 13);
        }
}

void world_person(uint64_t seed, uint32_t number, uint32_t company_count, struct person *person)
{
        struct dice dice = dice_from(seed, 2, number);
        const struct culture_lists *lists;
        struct company company;
        char given[48];
        char family[64];

        memset(person, 0, sizeof(*person));
        person->company = company_count > 0 ? dice_below(&dice, company_count) : 0;
        world_company(seed, person->company, &company);
        person->culture = dice_percent(&dice, 85) ? company.culture : pick_culture(&dice);
        lists = &culture_lists[person->culture];
        snprintf(person->given, sizeof(person->given), "%s", pick_ranked(&dice, lists->given));
        family_name(&dice, lists, person->family, sizeof(person->family));
        ascii_letters(person->given, given, sizeof(given));
        ascii_letters(person->family, family, sizeof(family));
        if (given[0] == '\0')
                snprintf(given, sizeof(given), "u%u", number);
        if (dice_percent(&dice, 60))
                snprintf(person->email, sizeof(person->email), "%.20s.%.25s%u@%.40s", given, family, number % 53,
                         company.domain);
        else
                snprintf(person->email, sizeof(person->email), "%.20s%.25s%u@%s", given, family, number % 9973,
                         pick_ranked(&dice, mail_providers));
        phone_number(&dice, person->culture, false, person->phone);
        phone_number(&dice, person->culture, true, person->mobile);
        address(&dice, lists, person->street, person->postal_code, person->city);
        snprintf(person->title, sizeof(person->title), "%s", pick(&dice, lists->titles));
        snprintf(person->birth_date, sizeof(person->birth_date), "%04u-%02u-%02u", 1945 + dice_below(&dice, 60),
                 1 + dice_below(&dice, 12), 1 + dice_below(&dice, 28));
}

/* --- what a record says */

/* One typing error in an ASCII letter of @text: two letters exchanged, one lost, or one replaced. */
static void misspell(struct dice *dice, char *text)
{
        size_t length = strlen(text);
        size_t at;

        if (length < 4)
                return;
        at = 1 + dice_below(dice, (uint32_t)length - 2);
        if (text[at] < 'a' || text[at] > 'z' || text[at + 1] < 'a' || text[at + 1] > 'z')
                return;
        switch (dice_below(dice, 3)) {
        case 0: {
                char kept = text[at];

                text[at] = text[at + 1];
                text[at + 1] = kept;
                break;
        }
        case 1:
                memmove(text + at, text + at + 1, length - at);
                break;
        default:
                text[at] = (char)('a' + dice_below(dice, 26));
                break;
        }
}

static void upper_ascii(char *text)
{
        for (; *text != '\0'; text++) {
                if (*text >= 'a' && *text <= 'z')
                        *text = (char)(*text - 32);
        }
}

/* National or international form, with separators as people type them. */
static void format_phone(struct dice *dice, enum culture culture, char phone[24])
{
        char digits[24];

        if (phone[0] == '\0' || dice_percent(dice, 40))
                return;
        snprintf(digits, sizeof(digits), "%s", phone);
        if (culture == FRENCH)
                snprintf(phone, 24, "0%c %.2s %.2s %.2s %.2s", digits[3], digits + 4, digits + 6, digits + 8,
                         digits + 10);
        else if (culture == AMERICAN)
                snprintf(phone, 24, "(%.3s) %.3s-%.4s", digits + 2, digits + 5, digits + 8);
        else
                snprintf(phone, 24, "%.3s %.3s %.15s", digits, digits + 3, digits + 6);
}

void world_view_company(struct company *company, uint64_t record_seed, struct edits edits)
{
        struct dice dice = dice_from(record_seed, 3, 0);
        struct dice edited_phone = dice_from(record_seed, 10, edits.phone);
        struct dice edited_address = dice_from(record_seed, 11, edits.address);

        if (dice_percent(&dice, 6))
                misspell(&dice, company->name);
        if (dice_percent(&dice, 30))
                company->form[0] = '\0';
        if (dice_percent(&dice, 25))
                company->siren[0] = '\0';
        if (dice_percent(&dice, 30))
                company->phone[0] = '\0';
        if (dice_percent(&dice, 40))
                company->domain[0] = '\0';
        if (edits.phone > 0)
                phone_number(&edited_phone, company->culture, false, company->phone);
        if (edits.address > 0)
                address(&edited_address, &culture_lists[company->culture], company->street, company->postal_code,
                        company->city);
        format_phone(&dice, company->culture, company->phone);
}

void world_view_person(struct person *person, uint64_t record_seed, struct edits edits, bool upper_case)
{
        const struct culture_lists *lists = &culture_lists[person->culture];
        struct dice dice = dice_from(record_seed, 5, 0);
        struct dice edited_phone = dice_from(record_seed, 10, edits.phone);
        struct dice edited_address = dice_from(record_seed, 11, edits.address);
        struct dice edited_email = dice_from(record_seed, 12, edits.email);
        struct dice edited_title = dice_from(record_seed, 13, edits.title);

        if (dice_percent(&dice, 8))
                misspell(&dice, person->family);
        if (dice_percent(&dice, 5))
                misspell(&dice, person->given);
        if (dice_percent(&dice, 6) && person->culture != RUSSIAN && (uint8_t)person->given[0] < 0x80)
                snprintf(person->given + 1, sizeof(person->given) - 1, ".");
        if (dice_percent(&dice, 30) && edits.email == 0)
                person->email[0] = '\0';
        if (dice_percent(&dice, 35) && edits.phone == 0)
                person->phone[0] = '\0';
        if (dice_percent(&dice, 40))
                person->mobile[0] = '\0';
        if (dice_percent(&dice, 65))
                person->birth_date[0] = '\0';
        if (dice_percent(&dice, 20) && edits.address == 0)
                person->street[0] = person->postal_code[0] = person->city[0] = '\0';
        if (dice_percent(&dice, 10) || edits.address > 0)
                address(&edited_address, lists, person->street, person->postal_code, person->city);
        if (edits.phone > 0)
                phone_number(&edited_phone, person->culture, false, person->phone);
        if (edits.email > 0) {
                char *at = strchr(person->email, '@');

                if (at != NULL) {
                        *at = '\0';
                        snprintf(at, sizeof(person->email) - strlen(person->email), "%u@%s",
                                 dice_below(&edited_email, 90), pick(&edited_email, mail_providers));
                }
        }
        if (edits.title > 0)
                snprintf(person->title, sizeof(person->title), "%s", pick(&edited_title, lists->titles));
        format_phone(&dice, person->culture, person->phone);
        format_phone(&dice, person->culture, person->mobile);
        if (upper_case) {
                upper_ascii(person->family);
                upper_ascii(person->street);
                upper_ascii(person->city);
        }
}
