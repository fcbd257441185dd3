/* From a column's name to an attribute.
 *
 * A name is folded (lower case, Latin accents off, everything but Latin and Cyrillic letters and digits out) and looked
 * up whole. If it is unknown, words that only say which value it is are taken off, front and back, until the rest is
 * known: "work_phone_2" is "phone" with the words "work" and "2". The table has the exceptions, so whole names win over
 * their parts. At most IDENTITY_WORDS_MAX words come off, which bounds the search.
 */
#include "config/identity.h"

#include "config/identity_table.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define IDENTITY_WORDS_MAX 3

/* A word beside the name of an attribute: a label for attributes that may have several values; or noise, which is
 * dropped. The contact's name in a company's row is not the company's name, so some words are noise for one type only.
 */
struct word {
        struct text word;
        struct text label;
        bool noise_of_person;
        bool noise_of_organization;
};

/* clang-format off */
static const struct word words[] = {
        {TEXT_INIT("billing"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("billto"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("bill"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("invoicing"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("invoice"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("facturation"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("rechnungs"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("facturacion"), TEXT_INIT("billing"), false, false},
        {TEXT_INIT("shipping"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("shipto"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("ship"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("delivery"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("livraison"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("liefer"), TEXT_INIT("shipping"), false, false},
        {TEXT_INIT("mailing"), TEXT_INIT("mailing"), false, false},
        {TEXT_INIT("postal"), TEXT_INIT("mailing"), false, false},
        {TEXT_INIT("correspondence"), TEXT_INIT("mailing"), false, false},
        {TEXT_INIT("home"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("private"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("personal"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("domicile"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("perso"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("privat"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("residential"), TEXT_INIT("home"), false, false},
        {TEXT_INIT("work"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("office"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("business"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("bureau"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("professional"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("pro"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("company"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("organization"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("organisation"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("employer"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("firm"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("supplier"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("vendor"), TEXT_INIT("work"), false, true},
        {TEXT_INIT("mobile"), TEXT_INIT("mobile"), false, false},
        {TEXT_INIT("cell"), TEXT_INIT("mobile"), false, false},
        {TEXT_INIT("other"), TEXT_INIT("other"), false, false},
        {TEXT_INIT("alternative"), TEXT_INIT("other"), false, false},
        {TEXT_INIT("alternate"), TEXT_INIT("other"), false, false},
        {TEXT_INIT("alt"), TEXT_INIT("other"), false, false},
        {TEXT_INIT("secondary"), TEXT_INIT("secondary"), false, false},
        {TEXT_INIT("second"), TEXT_INIT("secondary"), false, false},
        {TEXT_INIT("registered"), TEXT_INIT("registered"), false, false},
        {TEXT_INIT("legal"), TEXT_INIT("registered"), false, false},
        {TEXT_INIT("headquarters"), TEXT_INIT("registered"), false, false},
        {TEXT_INIT("hq"), TEXT_INIT("registered"), false, false},
        {TEXT_INIT("siege"), TEXT_INIT("registered"), false, false},
        {TEXT_INIT("previous"), TEXT_INIT("previous"), false, false},
        {TEXT_INIT("former"), TEXT_INIT("previous"), false, false},
        {TEXT_INIT("old"), TEXT_INIT("previous"), false, false},
        {TEXT_INIT("temporary"), TEXT_INIT("temporary"), false, false},
        {TEXT_INIT("permanent"), TEXT_INIT("permanent"), false, false},
        {TEXT_INIT("assistant"), TEXT_INIT("assistant"), false, false},
        {TEXT_INIT("primary"), TEXT_INIT(""), true, true},
        {TEXT_INIT("main"), TEXT_INIT(""), true, true},
        {TEXT_INIT("principal"), TEXT_INIT(""), true, true},
        {TEXT_INIT("current"), TEXT_INIT(""), true, true},
        {TEXT_INIT("default"), TEXT_INIT(""), true, true},
        {TEXT_INIT("customer"), TEXT_INIT(""), true, true},
        {TEXT_INIT("client"), TEXT_INIT(""), true, true},
        {TEXT_INIT("kunden"), TEXT_INIT(""), true, true},
        {TEXT_INIT("account"), TEXT_INIT(""), true, true},
        {TEXT_INIT("party"), TEXT_INIT(""), true, true},
        {TEXT_INIT("partner"), TEXT_INIT(""), true, true},
        {TEXT_INIT("contact"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("person"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("user"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("member"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("employee"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("patient"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("applicant"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("subscriber"), TEXT_INIT("contact"), true, false},
        {TEXT_INIT("value"), TEXT_INIT(""), true, true},
        {TEXT_INIT("geschaeftlich"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("geschaftlich"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("dienstlich"), TEXT_INIT("work"), false, false},
        {TEXT_INIT("address"), TEXT_INIT(""), true, true},
        {TEXT_INIT("adresse"), TEXT_INIT(""), true, true},
};
/* clang-format on */

struct search {
        struct text field;
        bool organization;
        const struct identity_row *row;
        struct text label; /* the only label word, or the last found */
        uint32_t label_count;
};

/* Letters of U+00C0..U+00FF (UTF-8: C3, and this index + 0x80), without their accents; 0: not a letter of ours. */
static const char latin[64] = {
        'a', 'a', 'a', 'a', 'a', 'a', 'a', 'c', 'e', 'e', 'e', 'e', 'i', 'i', 'i', 'i', 'd', 'n', 'o', 'o', 'o', 'o',
        'o', 0,   'o', 'u', 'u', 'u', 'u', 'y', 0,   's', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'c', 'e', 'e', 'e', 'e',
        'i', 'i', 'i', 'i', 'd', 'n', 'o', 'o', 'o', 'o', 'o', 0,   'o', 'u', 'u', 'u', 'u', 'y', 0,   'y',
};

/* The same of U+0100..U+013F (C4) and U+0140..U+017F (C5). */
static const char extended[2][65] = {
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll",
        "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs",
};

/* Folds the two bytes at @at into @out: a Latin letter without its accent (ss for sharp s), or a Cyrillic one in lower
 * case. The number of bytes; 0 where it is no letter. */
static uint32_t fold_letter(const char *at, char out[2])
{
        uint8_t lead = (uint8_t)at[0], next = (uint8_t)at[1];

        if ((next & 0xC0) != 0x80)
                return 0;
        if (lead == 0xC3 || lead == 0xC4 || lead == 0xC5) {
                out[0] = lead == 0xC3 ? latin[next & 0x3F] : extended[lead - 0xC4][next & 0x3F];
                out[1] = 's';
                return out[0] == 0 ? 0 : lead == 0xC3 && out[0] == 's' ? 2 : 1;
        }
        if ((lead == 0xD0 && next == 0x81) || (lead == 0xD1 && next == 0x91)) { /* yo, which most people write as ye */
                lead = 0xD0;
                next = 0xB5;
        } else if (lead == 0xD0 && next >= 0x90 && next <= 0x9F) {
                next += 0x20;
        } else if (lead == 0xD0 && next >= 0xA0 && next <= 0xAF) {
                lead = 0xD1;
                next -= 0x20;
        } else if (!(lead == 0xD0 && next >= 0xB0) && !(lead == 0xD1 && next <= 0x8F)) {
                return 0;
        }
        out[0] = (char)lead;
        out[1] = (char)next;
        return 2;
}

/* Folds @field; false for names that are too long to be one. */
static bool fold_name(struct text field, char out[NAME_MAX_BYTES + 1], uint32_t *length)
{
        uint32_t n = 0;
        for (uint32_t i = 0; i < field.length; i++) {
                uint8_t c = (uint8_t)field.data[i];
                char folded[2] = {0};
                uint32_t count = 0;
                if (c >= 'A' && c <= 'Z')
                        folded[0] = (char)(c + ('a' - 'A')), count = 1;
                else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
                        folded[0] = (char)c, count = 1;
                else if (c >= 0xC3 && i + 1 < field.length)
                        count = fold_letter(field.data + i++, folded);
                if (n + count > NAME_MAX_BYTES)
                        return false;
                memcpy(out + n, folded, count);
                n += count;
        }
        out[n] = '\0';
        *length = n;
        return n > 0;
}

static int compare_row(const void *key, const void *row)
{
        return text_compare(*(const struct text *)key, ((const struct identity_row *)row)->name);
}

static const struct identity_row *find_row(struct text name)
{
        return bsearch(&name, identity_rows, identity_row_count, sizeof(identity_rows[0]), compare_row);
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* The run of digits at the end of @field, or its first run if it does not end in one. */
static struct text digits_of(struct text field)
{
        uint32_t end = field.length;
        uint32_t start = end;
        while (start > 0 && is_digit(field.data[start - 1]))
                start--;
        if (start == end) {
                for (start = 0; start < field.length && !is_digit(field.data[start]);)
                        start++;
                for (end = start; end < field.length && is_digit(field.data[end]);)
                        end++;
        }
        return text_slice(field, start, end - start);
}

static bool search_name(struct search *search, struct text name, uint32_t depth);

static bool search_rest(struct search *search, struct text rest, uint32_t depth, struct text label)
{
        if (rest.length == 0 || !search_name(search, rest, depth + 1))
                return false;
        if (label.length > 0) {
                search->label = label;
                search->label_count++;
        }
        return true;
}

/* Finds @name, whole or with words taken off; fills row and label. */
static bool search_name(struct search *search, struct text name, uint32_t depth)
{
        search->row = find_row(name);
        if (search->row)
                return true;
        if (depth == IDENTITY_WORDS_MAX)
                return false;

        uint32_t head = 0;
        uint32_t tail = name.length;
        while (head < name.length && is_digit(name.data[head]))
                head++;
        while (tail > head && is_digit(name.data[tail - 1]))
                tail--;
        if (head > 0 || tail < name.length)
                return search_rest(search, text_slice(name, head, tail - head), depth, digits_of(search->field));

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                struct text word = words[i].word;
                bool noise = search->organization ? words[i].noise_of_organization : words[i].noise_of_person;
                struct text label = noise ? TEXT_NONE : words[i].label;
                if (word.length >= name.length)
                        continue;
                /* The first letter decides nearly always, and costs no call. */
                if (word.data[0] == name.data[0] && text_starts_with(name, word) &&
                    search_rest(search, text_slice(name, word.length, name.length), depth, label))
                        return true;
                if (word.data[0] == name.data[name.length - word.length] && text_ends_with(name, word) &&
                    search_rest(search, text_slice(name, 0, name.length - word.length), depth, label))
                        return true;
        }
        return false;
}

/* The row that @field stands for under @type, and its label. False for unknown names. */
static bool resolve(struct text field, enum record_type type, struct search *search)
{
        char folded[NAME_MAX_BYTES + 1];
        uint32_t length;
        *search = (struct search){.field = field, .organization = type == TYPE_ORGANIZATION};
        if (!fold_name(field, folded, &length))
                return false;
        if (!search_name(search, (struct text){.data = folded, .length = length}, 0))
                return false;
        if (search->row->label[0]) {
                search->label = text_from(search->row->label);
                search->label_count++;
        }
        /* "home_phone_2": two words make the whole name the label, so that it stays apart from "home_phone". */
        if (search->label_count > 1)
                search->label = field;
        return true;
}

static uint16_t row_attribute(const struct search *search)
{
        return search->organization ? search->row->organization : search->row->person;
}

/* An attribute that the configuration added, or "attribute:label" with its exact name. */
static uint16_t find_exact(const struct config *config, struct text field, struct text *label)
{
        const struct vocabulary *vocabulary = &config->vocabulary;
        int64_t colon = text_find_byte(field, ':', 0);
        if (colon >= 0) {
                uint16_t attribute = vocabulary_find(vocabulary, text_slice(field, 0, (uint32_t)colon));
                if (attribute != ATTRIBUTE_NONE && vocabulary->attributes[attribute].multiple)
                        *label = text_slice(field, (uint32_t)colon + 1, field.length);
                return attribute;
        }
        for (uint32_t i = ATTRIBUTE_BUILTIN_COUNT; i < vocabulary->count; i++) {
                if (text_equal_ascii_case(field, text_from(vocabulary->attributes[i].name)))
                        return (uint16_t)i;
        }
        return ATTRIBUTE_NONE;
}

uint16_t config_identity_attribute(const struct config *config, struct text field, enum record_type type_hint,
                                   struct text *label)
{
        struct search search;
        *label = TEXT_NONE;
        uint16_t attribute = find_exact(config, field, label);
        if (attribute != ATTRIBUTE_NONE)
                return attribute;
        if (!resolve(field, type_hint, &search))
                return ATTRIBUTE_NONE;
        attribute = row_attribute(&search);
        if (search.label.length == 0 || attribute == ATTRIBUTE_NONE)
                return attribute;
        if (config->vocabulary.attributes[attribute].multiple)
                *label = search.label;
        else if (!text_equal(search.label, TEXT("1")))
                return ATTRIBUTE_NONE; /* a second value of what has one: "name2" is not the name */
        return attribute;
}

enum identity_join config_identity_join(struct text field)
{
        struct search search;
        return resolve(field, TYPE_PERSON, &search) ? search.row->join : IDENTITY_WHOLE;
}

/* What a field says about the type: positive for a person. */
static int vote(struct text field)
{
        struct search search;
        if (!resolve(field, TYPE_PERSON, &search))
                return 0;
        uint16_t person = search.row->person;
        uint16_t organization = search.row->organization;
        switch (person) {
        case ATTRIBUTE_GIVEN_NAME:
        case ATTRIBUTE_FAMILY_NAME:
                return organization == person ? 10 : 0; /* "nom" and "nombre" may be a company's */
        case ATTRIBUTE_MIDDLE_NAME:
        case ATTRIBUTE_BIRTH_DATE:
        case ATTRIBUTE_BIRTH_PLACE:
        case ATTRIBUTE_GENDER:
        case ATTRIBUTE_NATIONAL_ID:
        case ATTRIBUTE_PASSPORT:
        case ATTRIBUTE_DRIVERS_LICENSE:
                return 2;
        case ATTRIBUTE_FULL_NAME:
                return organization == ATTRIBUTE_NAME ? 0 : 2;
        case ATTRIBUTE_EMPLOYER:
                if (organization == ATTRIBUTE_EMPLOYER)
                        return 1;
                return organization == ATTRIBUTE_LEGAL_NAME ? -2 : -1;
        case ATTRIBUTE_JOB_TITLE:
        case ATTRIBUTE_NAME_SUFFIX:
        case ATTRIBUTE_EMPLOYER_REF:
        case ATTRIBUTE_CONSENT_EMAIL:
        case ATTRIBUTE_CONSENT_PHONE:
        case ATTRIBUTE_CONSENT_MARKETING:
                return 1;
        case ATTRIBUTE_STATUS:
        case ATTRIBUTE_NAME:
                return 0;
        default:
                return organization > ATTRIBUTE_NAME && organization < ATTRIBUTE_BUILTIN_COUNT ? -2 : 0;
        }
}

enum record_type config_identity_type(const struct text *names, uint32_t count)
{
        int votes = 0;
        for (uint32_t i = 0; i < count && i < 4096; i++)
                votes += vote(names[i]);
        return votes < 0 ? TYPE_ORGANIZATION : TYPE_PERSON;
}
