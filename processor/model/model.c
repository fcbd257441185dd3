/* The model as a whole: names of its parts, rarities, prior odds, the content hash.
 *
 * Prior odds are those of a random pair of the population, not of a candidate: matches grow with n and pairs with n²,
 * so a pair needs one bit more for each doubling. With t matching pairs for each record they are t·n / (n(n-1)/2 −
 * t·n). The population is pinned from outside (model_set_population), never a live count: the score of a pair must not
 * change because a third record arrived.
 */
#include "model/weights.h"

#include "base/hash.h"
#include "model/bits.h"

#include <stdlib.h>
#include <string.h>

static const char *const attribute_names[MODEL_ATTRIBUTE_COUNT] = {
        [MODEL_GIVEN] = "given",
        [MODEL_MIDDLE] = "middle",
        [MODEL_FAMILY] = "family",
        [MODEL_NAME_ORDER] = "name_order",
        [MODEL_NAME_SUFFIX] = "name_suffix",
        [MODEL_NAME_IN_EMAIL] = "name_in_email",
        [MODEL_GENDER] = "gender",
        [MODEL_BIRTH_DATE] = "birth_date",
        [MODEL_BIRTH_PLACE] = "birth_place",
        [MODEL_NAME] = "name",
        [MODEL_FORM] = "legal_form",
        [MODEL_EMAIL] = "email",
        [MODEL_PHONE] = "phone",
        [MODEL_DOMAIN] = "domain",
        [MODEL_STREET] = "street",
        [MODEL_PLACE] = "place",
        [MODEL_SIREN] = "siren",
        [MODEL_SIRET] = "siret",
        [MODEL_VAT_ID] = "vat_id",
        [MODEL_LEI] = "lei",
        [MODEL_DUNS] = "duns",
        [MODEL_TAX_ID] = "tax_id",
        [MODEL_NATIONAL_ID] = "national_id",
        [MODEL_PASSPORT] = "passport",
        [MODEL_DRIVERS_LICENSE] = "drivers_license",
        [MODEL_EMPLOYER] = "employer",
        [MODEL_JOB_TITLE] = "job_title",
        [MODEL_SAME_AS] = "same_as",
};

static const char *const alternative_names[ALTERNATIVE_COUNT] = {
        [ALTERNATIVE_HOUSEHOLD] = "household", [ALTERNATIVE_TWIN] = "twin",
        [ALTERNATIVE_COLLEAGUE] = "colleague", [ALTERNATIVE_FAMILY_FIRM] = "family_firm",
        [ALTERNATIVE_NAMESAKE] = "namesake",   [ALTERNATIVE_BUILDING] = "building",
        [ALTERNATIVE_GROUP] = "group",
};

static const char *const frequency_names[FREQUENCY_KIND_COUNT] = {
        [FREQUENCY_GIVEN] = "given",         [FREQUENCY_FAMILY] = "family",     [FREQUENCY_ORG_TOKEN] = "org_token",
        [FREQUENCY_POSTCODE] = "postcode",   [FREQUENCY_CITY] = "city",         [FREQUENCY_BIRTH_PLACE] = "birth_place",
        [FREQUENCY_JOB_TITLE] = "job_title", [FREQUENCY_EMPLOYER] = "employer",
};

const char *model_attribute_name(enum model_attribute attribute)
{
        return attribute_names[attribute];
}

const char *model_alternative_name(enum model_alternative alternative)
{
        return alternative_names[alternative];
}

const char *model_frequency_name(enum model_frequency_kind kind)
{
        return frequency_names[kind];
}

struct model *model_new(void)
{
        struct model *model = calloc(1, sizeof(*model));
        if (!model)
                abort();
        arena_init(&model->arena);
        return model;
}

void model_free(struct model *model)
{
        if (!model)
                return;
        arena_free(&model->arena);
        free(model);
}

const char *model_hash(const struct model *model)
{
        return model->hash;
}

static void derive_prior(struct model_stratum *stratum)
{
        uint64_t n = stratum->records < 2 ? 2 : (uint64_t)stratum->records;
        if (n > UINT64_C(2000000000))
                n = UINT64_C(
                        2000000000); /* keeps n² within 64 bits; more records than any population of people we serve */
        uint64_t matches = n * (uint64_t)stratum->twins_permille / 1000;
        uint64_t pairs = n * (n - 1) / 2;
        matches = matches < 1 ? 1 : matches;
        uint64_t others = pairs > matches ? pairs - matches : 1;
        stratum->prior_mbit = bits_ratio_mbit(matches, others);
}

void model_set_population(struct model *model, enum record_type type, int64_t records)
{
        if (records <= 0)
                return;
        model->strata[type].records = records < MODEL_POPULATION_LEAST ? MODEL_POPULATION_LEAST : records;
        derive_prior(&model->strata[type]);
}

int32_t model_rarity_mbit(const struct model *model, enum model_frequency_kind kind, struct text value, bool *listed)
{
        const struct model_frequencies *table = &model->frequencies[kind];
        for (uint64_t at = hash64_text(value, kind);; at++) {
                uint32_t slot = table->slots[at & table->slot_mask];
                if (!slot)
                        break;
                if (text_equal(table->items[slot - 1].value, value)) {
                        if (listed)
                                *listed = true;
                        return table->items[slot - 1].rarity_mbit;
                }
        }
        if (listed)
                *listed = false;
        int32_t rarity = table->unlisted_mbit + ((int32_t)value.length - MODEL_TYPICAL_LENGTH) * table->per_byte_mbit;
        rarity = rarity > table->most_mbit ? table->most_mbit : rarity;
        return rarity < table->least_mbit ? table->least_mbit : rarity;
}

int32_t model_weight_mbit(const struct model *model, enum record_type type, enum model_attribute attribute,
                          uint32_t level, enum model_frequency_kind kind, int32_t rarity_mbit)
{
        const struct model_level *entry = &model->strata[type].levels[attribute][level];
        int32_t surplus = rarity_mbit - model->frequencies[kind].average_mbit;
        return entry->weight_mbit + surplus * entry->frequency_permille / 1000;
}

bool model_make_phrase(struct text first, struct text second, char bytes[MODEL_PHRASE_BYTES_MAX], struct text *phrase)
{
        if (!first.length || !second.length || first.length + second.length + 1 > MODEL_PHRASE_BYTES_MAX)
                return false;
        memcpy(bytes, first.data, first.length);
        bytes[first.length] = ' ';
        memcpy(bytes + first.length + 1, second.data, second.length);
        *phrase = (struct text){.data = bytes, .length = first.length + 1 + second.length};
        return true;
}

void model_add_frequency(struct model *model, enum model_frequency_kind kind, struct text value, int32_t rarity_mbit,
                         size_t *capacity)
{
        struct model_frequencies *table = &model->frequencies[kind];
        *ARENA_PUSH(&model->arena, table->items, table->count, *capacity) =
                (struct model_frequency){.value = value, .rarity_mbit = rarity_mbit};
}

/* By value; the commoner of two entries for one value comes first and stays. */
static int compare_frequencies(const void *a, const void *b)
{
        const struct model_frequency *left = a;
        const struct model_frequency *right = b;
        int order = text_compare(left->value, right->value);
        if (order)
                return order;
        return (left->rarity_mbit > right->rarity_mbit) - (left->rarity_mbit < right->rarity_mbit);
}

static void index_frequencies(struct model *model, enum model_frequency_kind kind)
{
        struct model_frequencies *table = &model->frequencies[kind];
        if (table->count)
                qsort(table->items, table->count, sizeof(*table->items), compare_frequencies);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < table->count; i++)
                if (!kept || !text_equal(table->items[kept - 1].value, table->items[i].value))
                        table->items[kept++] = table->items[i];
        table->count = kept;

        uint32_t size = 16;
        while (size < 2 * table->count + 2)
                size *= 2;
        table->slots = arena_calloc(&model->arena, size, sizeof(*table->slots));
        table->slot_mask = size - 1;
        for (uint32_t i = 0; i < table->count; i++) {
                uint64_t at = hash64_text(table->items[i].value, kind);
                while (table->slots[at & table->slot_mask])
                        at++;
                table->slots[at & table->slot_mask] = i + 1;
        }
}

static int derive_weights(struct model_stratum *stratum, enum record_type type, struct error *error)
{
        for (uint32_t attribute = 0; attribute < MODEL_ATTRIBUTE_COUNT; attribute++) {
                struct model_level *levels = stratum->levels[attribute];
                for (uint32_t i = 1; i < stratum->level_count[attribute]; i++) {
                        levels[i].weight_mbit = bits_ratio_mbit(levels[i].m_ppb, levels[i].u_ppb);
                        if (i > 1 && levels[i].weight_mbit > levels[i - 1].weight_mbit)
                                return error_set(error, ERR_USAGE,
                                                 "%s.%s: level \"%s\" weighs more than the better \"%s\"",
                                                 record_type_name(type), attribute_names[attribute], levels[i].name,
                                                 levels[i - 1].name);
                }
        }
        derive_prior(stratum);
        return 0;
}

int model_finish(struct model *model, struct error *error)
{
        for (uint32_t kind = 0; kind < FREQUENCY_KIND_COUNT; kind++)
                index_frequencies(model, kind);
        model->phrases = false;
        for (uint32_t i = 0; i < model->frequencies[FREQUENCY_ORG_TOKEN].count; i++)
                model->phrases |= text_find_byte(model->frequencies[FREQUENCY_ORG_TOKEN].items[i].value, ' ', 0) >= 0;
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                int r = derive_weights(&model->strata[type], type, error);
                if (r < 0)
                        return r;
        }
        BUFFER_CLEANUP struct buffer json = {0};
        model_write_json(model, &json);
        hash128_to_hex(hash128(json.data, json.length, 0), model->hash);
        return 0;
}

void model_set_rules(struct model *model, const struct rule_set *rules)
{
        model->rules = rules->count > 0 ? rules : NULL;
}

/* What weighs the attributes of the vocabulary. */
static const struct {
        uint16_t attribute;
        uint8_t weighed[3]; /* ended by MODEL_ATTRIBUTE_COUNT */
} weighed_attributes[] = {
        {ATTRIBUTE_GIVEN_NAME, {MODEL_GIVEN, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_MIDDLE_NAME, {MODEL_MIDDLE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_FAMILY_NAME, {MODEL_FAMILY, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_FULL_NAME, {MODEL_GIVEN, MODEL_MIDDLE, MODEL_FAMILY}},
        {ATTRIBUTE_NAME_SUFFIX, {MODEL_NAME_SUFFIX, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_GENDER, {MODEL_GENDER, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_BIRTH_DATE, {MODEL_BIRTH_DATE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_BIRTH_PLACE, {MODEL_BIRTH_PLACE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_NAME, {MODEL_NAME, MODEL_FORM, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_LEGAL_NAME, {MODEL_NAME, MODEL_FORM, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_EMAIL, {MODEL_EMAIL, MODEL_NAME_IN_EMAIL, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_PHONE, {MODEL_PHONE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_WEBSITE, {MODEL_DOMAIN, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_ADDRESS_STREET, {MODEL_STREET, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_ADDRESS_CITY, {MODEL_PLACE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_ADDRESS_POSTAL_CODE, {MODEL_PLACE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_ADDRESS_REGION, {MODEL_PLACE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_ADDRESS_COUNTRY, {MODEL_PLACE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_SIREN, {MODEL_SIREN, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_SIRET, {MODEL_SIRET, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_VAT_ID, {MODEL_VAT_ID, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_LEI, {MODEL_LEI, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_DUNS, {MODEL_DUNS, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_TAX_ID, {MODEL_TAX_ID, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_NATIONAL_ID, {MODEL_NATIONAL_ID, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_PASSPORT, {MODEL_PASSPORT, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_DRIVERS_LICENSE, {MODEL_DRIVERS_LICENSE, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_EMPLOYER, {MODEL_EMPLOYER, MODEL_ATTRIBUTE_COUNT}},
        {ATTRIBUTE_JOB_TITLE, {MODEL_JOB_TITLE, MODEL_ATTRIBUTE_COUNT}},
};

void model_set_more_weight(struct model *model, enum record_type type, uint16_t attribute, int32_t more)
{
        for (size_t i = 0; i < sizeof(weighed_attributes) / sizeof(weighed_attributes[0]); i++) {
                for (uint32_t j = 0; weighed_attributes[i].attribute == attribute && j < 3; j++) {
                        if (weighed_attributes[i].weighed[j] == MODEL_ATTRIBUTE_COUNT)
                                break;
                        model->more_weight[type][weighed_attributes[i].weighed[j]] = more;
                        model->adjusted |= more != 0;
                }
        }
}

void model_copy_criteria(const struct model *from, struct model *to)
{
        to->rules = from->rules;
        to->adjusted = from->adjusted;
        memcpy(to->more_weight, from->more_weight, sizeof(to->more_weight));
}
