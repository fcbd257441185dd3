/* Keys that persons and companies share: single values and addresses.
 *
 * A value that is an identity by itself (identifier, e-mail, telephone, domain) is a key, flagged so that the engine
 * can tell when it has become generic. Beside it stand weaker forms that survive a typo: halves of an identifier, the
 * end of a telephone number, the local part of an address.
 */
#include "block/keys.h"

#define VALUES_MAX 8
#define PHONE_END 7
#define ID_HALF_LEAST 3 /* characters of half an identifier */
#define LOCAL_LEAST 5
#define LOCAL_MOST 64

static const struct {
        enum feature_kind kind;
        bool halves;
        bool strong; /* may recognise a deleted record's entity */
} value_kinds[] = {
        {FEATURE_EMAIL, false, true},      {FEATURE_PHONE, false, false},  {FEATURE_DOMAIN, false, false},
        {FEATURE_SIREN, false, true},      {FEATURE_SIRET, true, true},    {FEATURE_VAT_ID, true, true},
        {FEATURE_LEI, true, true},         {FEATURE_DUNS, true, true},     {FEATURE_TAX_ID, true, true},
        {FEATURE_NATIONAL_ID, true, true}, {FEATURE_PASSPORT, true, true}, {FEATURE_DRIVERS_LICENSE, true, true},
};

static void add_halves(struct key_list *list, const struct feature *feature)
{
        uint32_t half = feature->text.length / 2;
        if (half < ID_HALF_LEAST)
                return;
        struct text kind = text_from(feature_kind_name(feature->kind));
        struct text first[] = {kind, TEXT("<"), text_slice(feature->text, 0, half)};
        struct text last[] = {kind, TEXT(">"), text_slice(feature->text, half, feature->text.length)};
        key_add(list, RECIPE_ID_HALF, 0, first, 3);
        key_add(list, RECIPE_ID_HALF, 0, last, 3);
}

static void add_value(struct key_list *list, const struct feature *feature, bool strong)
{
        struct text parts[] = {text_from(feature_kind_name(feature->kind)), feature->text};
        key_add(list, RECIPE_VALUE, BLOCK_VALUE | (strong ? BLOCK_GHOST : 0), parts, 2);
}

static void add_siren(struct key_list *list, const struct feature *feature)
{
        /* the SIREN inside a SIRET or VAT number meets a bare SIREN */
        struct text parts[] = {text_from(feature_kind_name(FEATURE_SIREN)), feature->alias};
        if (feature->kind == FEATURE_SIRET || feature->kind == FEATURE_VAT_ID)
                key_add(list, RECIPE_VALUE, BLOCK_GHOST, parts, 2);
}

static void add_phone_end(struct key_list *list, const struct feature *phone)
{
        if (phone->text.length <= PHONE_END)
                return;
        struct text parts[] = {text_slice(phone->text, phone->text.length - PHONE_END, PHONE_END)};
        key_add(list, RECIPE_PHONE_END, 0, parts, 1);
}

/* Letters and digits alone: providers ignore dots. */
static void add_email_local(struct key_list *list, const struct feature *email)
{
        int64_t at = text_find_byte(email->text, '@', 0);
        char local[LOCAL_MOST];
        uint32_t length = 0;
        if (at < LOCAL_LEAST || email->sub == 1)
                return;
        for (uint32_t i = 0; i < (uint32_t)at && length < sizeof(local); i++) {
                char c = email->text.data[i];
                if (c != '.' && c != '-' && c != '_')
                        local[length++] = c;
        }
        struct text parts[] = {{.data = local, .length = length}};
        key_add(list, RECIPE_EMAIL_LOCAL, 0, parts, 1);
}

static void add_addresses(const struct features *features, struct key_list *list)
{
        const struct feature *numbers[VALUES_MAX];
        const struct feature *streets[VALUES_MAX];
        const struct feature *places[2 * VALUES_MAX];
        uint32_t number_count = key_values(features, FEATURE_HOUSE_NUMBER, numbers, VALUES_MAX, true);
        uint32_t street_count = key_values(features, FEATURE_STREET, streets, VALUES_MAX, true);
        uint32_t place_count = key_values(features, FEATURE_POSTAL_CODE, places, VALUES_MAX, true);
        uint32_t postcode_count = place_count;
        place_count += key_values(features, FEATURE_CITY, places + place_count, VALUES_MAX, true);
        for (uint32_t i = 0; i < number_count; i++) {
                for (uint32_t j = 0; j < street_count; j++) {
                        struct text house[] = {streets[j]->text, numbers[i]->text};
                        struct text sounds[] = {streets[j]->sound, numbers[i]->text, TEXT("sound")};
                        if (streets[j]->group != numbers[i]->group)
                                continue;
                        key_add(list, RECIPE_HOUSE, 0, house, 2);
                        key_add(list, RECIPE_HOUSE, 0, sounds, 3);
                }
                for (uint32_t j = 0; j < postcode_count; j++) {
                        struct text parts[] = {places[j]->text, numbers[i]->text};
                        if (places[j]->group == numbers[i]->group)
                                key_add(list, RECIPE_HOUSE_POSTCODE, 0, parts, 2);
                }
        }
        for (uint32_t i = 0; i < street_count; i++) {
                for (uint32_t j = 0; j < postcode_count; j++) {
                        struct text parts[] = {streets[i]->text, places[j]->text};
                        if (streets[i]->group == places[j]->group)
                                key_add(list, RECIPE_STREET_POSTCODE, 0, parts, 2);
                }
        }
        const struct feature *boxes[VALUES_MAX];
        uint32_t box_count = key_values(features, FEATURE_PO_BOX, boxes, VALUES_MAX, true);
        for (uint32_t i = 0; i < box_count; i++) {
                for (uint32_t j = 0; j < place_count; j++) {
                        struct text parts[] = {boxes[i]->text, places[j]->text};
                        if (boxes[i]->group == places[j]->group)
                                key_add(list, RECIPE_PO_BOX, 0, parts, 2);
                }
        }
}

void block_values(const struct features *features, struct key_list *list)
{
        for (size_t k = 0; k < sizeof(value_kinds) / sizeof(*value_kinds); k++) {
                const struct feature *values[VALUES_MAX];
                uint32_t count = key_values(features, value_kinds[k].kind, values, VALUES_MAX, true);
                for (uint32_t i = 0; i < count; i++) {
                        add_value(list, values[i], value_kinds[k].strong);
                        add_siren(list, values[i]);
                        if (value_kinds[k].halves)
                                add_halves(list, values[i]);
                        if (values[i]->kind == FEATURE_PHONE)
                                add_phone_end(list, values[i]);
                        if (values[i]->kind == FEATURE_EMAIL)
                                add_email_local(list, values[i]);
                }
        }
        add_addresses(features, list);
}
