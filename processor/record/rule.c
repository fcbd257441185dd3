/* Values of terms as hashes, and what follows from comparing them.
 *
 * A term's values are hashed one by one: a name as the sum over its words, so that their order is free; the parts of an
 * address one after the other for each address. Two sides are the same where they have a value in common, and different
 * where both have values and none in common. For a difference names are taken word by word, with the roots of nicknames
 * and without initials and particles: "Bill" and "William", "J." and "Jean" are no different names.
 */
#include "record/rule.h"

#include "base/hash.h"

#include <string.h>

#define SEED_RULE 0x647572616e640011ULL

enum form {
        FORM_VALUES,  /* each feature is a value */
        FORM_NAME,    /* all features together are one */
        FORM_DATE,    /* partial dates are missing */
        FORM_ADDRESS, /* of one address */
};

/* What each attribute has in matching. Attributes that are not here are seen by a feature of their own. */
static const struct sight {
        uint16_t attribute;
        enum form form;
        uint8_t kinds[4]; /* FEATURE_NONE ends them */
        uint8_t sub;      /* of FEATURE_ORG_WHOLE */
} sights[] = {
        {ATTRIBUTE_GIVEN_NAME, FORM_NAME, {FEATURE_GIVEN}, 0},
        {ATTRIBUTE_MIDDLE_NAME, FORM_NAME, {FEATURE_MIDDLE}, 0},
        {ATTRIBUTE_FAMILY_NAME, FORM_NAME, {FEATURE_FAMILY}, 0},
        {ATTRIBUTE_FULL_NAME, FORM_NAME, {FEATURE_GIVEN, FEATURE_MIDDLE, FEATURE_FAMILY, FEATURE_NAME_ANY}, 0},
        {ATTRIBUTE_NAME_SUFFIX, FORM_VALUES, {FEATURE_NAME_SUFFIX}, 0},
        {ATTRIBUTE_NAME, FORM_VALUES, {FEATURE_ORG_WHOLE}, 0},
        {ATTRIBUTE_LEGAL_NAME, FORM_VALUES, {FEATURE_ORG_WHOLE}, 1},
        {ATTRIBUTE_BIRTH_DATE, FORM_DATE, {FEATURE_BIRTH_DATE}, 0},
        {ATTRIBUTE_BIRTH_PLACE, FORM_VALUES, {FEATURE_BIRTH_PLACE}, 0},
        {ATTRIBUTE_GENDER, FORM_VALUES, {FEATURE_GENDER}, 0},
        {ATTRIBUTE_JOB_TITLE, FORM_VALUES, {FEATURE_JOB_TITLE}, 0},
        {ATTRIBUTE_EMPLOYER, FORM_VALUES, {FEATURE_EMPLOYER}, 0},
        {ATTRIBUTE_EMAIL, FORM_VALUES, {FEATURE_EMAIL}, 0},
        {ATTRIBUTE_PHONE, FORM_VALUES, {FEATURE_PHONE}, 0},
        {ATTRIBUTE_WEBSITE, FORM_VALUES, {FEATURE_DOMAIN}, 0},
        {ATTRIBUTE_ADDRESS_STREET, FORM_ADDRESS, {FEATURE_STREET, FEATURE_HOUSE_NUMBER}, 0},
        {ATTRIBUTE_ADDRESS_CITY, FORM_ADDRESS, {FEATURE_CITY}, 0},
        {ATTRIBUTE_ADDRESS_POSTAL_CODE, FORM_ADDRESS, {FEATURE_POSTAL_CODE}, 0},
        {ATTRIBUTE_ADDRESS_REGION, FORM_ADDRESS, {FEATURE_REGION}, 0},
        {ATTRIBUTE_ADDRESS_COUNTRY, FORM_ADDRESS, {FEATURE_COUNTRY}, 0},
        {ATTRIBUTE_SIREN, FORM_VALUES, {FEATURE_SIREN}, 0},
        {ATTRIBUTE_SIRET, FORM_VALUES, {FEATURE_SIRET}, 0},
        {ATTRIBUTE_VAT_ID, FORM_VALUES, {FEATURE_VAT_ID}, 0},
        {ATTRIBUTE_LEI, FORM_VALUES, {FEATURE_LEI}, 0},
        {ATTRIBUTE_DUNS, FORM_VALUES, {FEATURE_DUNS}, 0},
        {ATTRIBUTE_TAX_ID, FORM_VALUES, {FEATURE_TAX_ID}, 0},
        {ATTRIBUTE_NATIONAL_ID, FORM_VALUES, {FEATURE_NATIONAL_ID}, 0},
        {ATTRIBUTE_PASSPORT, FORM_VALUES, {FEATURE_PASSPORT}, 0},
        {ATTRIBUTE_DRIVERS_LICENSE, FORM_VALUES, {FEATURE_DRIVERS_LICENSE}, 0},
};

static const struct sight *find_sight(uint16_t attribute)
{
        for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
                if (sights[i].attribute == attribute)
                        return &sights[i];
        }
        return NULL;
}

enum rule_sight rule_sees(const struct vocabulary *vocabulary, uint16_t attribute)
{
        const struct attribute *known = &vocabulary->attributes[attribute];

        if (find_sight(attribute))
                return RULE_SIGHT_FEATURE;
        if (known->hidden || known->kind == KIND_REFERENCE || known->kind == KIND_CONSENT ||
            known->kind == KIND_ADDRESS)
                return RULE_SIGHT_NONE;
        return RULE_SIGHT_OWN;
}

bool rule_is_address(uint16_t attribute)
{
        const struct sight *sight = find_sight(attribute);

        return sight && sight->form == FORM_ADDRESS;
}

const char *rule_verdict_name(enum rule_verdict verdict)
{
        static const char *const names[] =
                {[RULE_NONE] = "none", [RULE_REVIEW] = "review", [RULE_SAME] = "same", [RULE_NEVER] = "never"};

        return names[verdict];
}

/* ---- values -------------------------------------------------------------------------------------------------------
 */

struct values {
        uint64_t hash[RULE_VALUES_MAX];
        uint32_t count;
};

static void add_value(struct values *values, uint64_t hash)
{
        if (values->count < RULE_VALUES_MAX)
                values->hash[values->count++] = hash;
}

static bool is_whole_date(struct text date)
{
        return date.length == 10 && memmem(date.data, date.length, "-00", 3) == NULL;
}

static void add_words(struct values *values, struct text words)
{
        uint32_t start = 0;

        for (uint32_t i = 0; i <= words.length; i++) {
                if (i < words.length && words.data[i] != ' ')
                        continue;
                if (i > start)
                        add_value(values, hash64_text(text_slice(words, start, i - start), SEED_RULE));
                start = i + 1;
        }
}

static void add_plain(struct values *values, const struct sight *sight, const struct features *features)
{
        enum feature_kind kind = sight->kinds[0];

        for (uint32_t i = features->first[kind]; i < features->first[kind + 1]; i++) {
                const struct feature *feature = &features->items[i];

                if ((sight->form == FORM_DATE && !is_whole_date(feature->text)) ||
                    (kind == FEATURE_ORG_WHOLE && feature->sub != sight->sub))
                        continue;
                add_value(values, hash64_text(feature->text, SEED_RULE));
        }
}

/* The whole name, or where @words its words one by one. */
static void add_names(struct values *values, const struct sight *sight, const struct features *features, bool words)
{
        uint64_t sum = 0;
        bool any = false;

        for (size_t k = 0; k < sizeof(sight->kinds) && sight->kinds[k] != FEATURE_NONE; k++) {
                enum feature_kind kind = sight->kinds[k];

                for (uint32_t i = features->first[kind]; i < features->first[kind + 1]; i++) {
                        const struct feature *feature = &features->items[i];

                        sum += hash64_text(feature->text, SEED_RULE);
                        any = true;
                        if (!words || (feature->flags & (FEATURE_INITIAL | FEATURE_PARTICLE)))
                                continue;
                        add_value(values, hash64_text(feature->text, SEED_RULE));
                        add_words(values, feature->alias);
                }
        }
        if (any && !words)
                add_value(values, sum);
}

/* The features of one kind in one address, in any order; false where there is none. */
static bool sum_part(const struct features *features, enum feature_kind kind, uint8_t group, uint64_t *sum)
{
        bool any = false;

        for (uint32_t i = features->first[kind]; i < features->first[kind + 1]; i++) {
                if (features->items[i].group != group)
                        continue;
                *sum += hash64_text(features->items[i].text, SEED_RULE);
                any = true;
        }
        return any;
}

/* All parts of @term in one address; a street's number is a part of it where there is one. */
static bool hash_address(const struct rule_term *term, const struct features *features, uint8_t group, uint64_t *hash)
{
        *hash = SEED_RULE;
        for (uint32_t i = 0; i < term->attribute_count; i++) {
                const struct sight *sight = find_sight(term->attributes[i]);
                uint64_t sum = 0;

                if (!sum_part(features, sight->kinds[0], group, &sum))
                        return false;
                if (sight->kinds[1] != FEATURE_NONE)
                        sum_part(features, sight->kinds[1], group, &sum);
                *hash = hash64_mix(*hash, sum);
        }
        return true;
}

static void add_addresses(struct values *values, const struct rule_term *term, const struct features *features)
{
        uint32_t end = features->first[FEATURE_COUNTRY + 1], groups = 0;

        for (uint32_t i = features->first[FEATURE_HOUSE_NUMBER]; i < end; i++) {
                if (features->items[i].group >= groups)
                        groups = features->items[i].group + 1U;
        }
        for (uint32_t group = 0; group < groups; group++) {
                uint64_t hash;

                if (hash_address(term, features, (uint8_t)group, &hash))
                        add_value(values, hash);
        }
}

static void add_own(struct values *values, const struct rule_term *term, const struct features *features)
{
        for (uint32_t i = features->first[FEATURE_OWN]; i < features->first[FEATURE_OWN + 1]; i++) {
                const struct feature *feature = &features->items[i];

                if (text_equal(feature->sound, term->own))
                        add_value(values, hash64_text(feature->text, SEED_RULE));
        }
}

static void read_values(const struct rule_term *term, const struct features *features, bool words,
                        struct values *values)
{
        const struct sight *sight = find_sight(term->attributes[0]);

        values->count = 0;
        if (!sight)
                add_own(values, term, features);
        else if (sight->form == FORM_ADDRESS)
                add_addresses(values, term, features);
        else if (sight->form == FORM_NAME)
                add_names(values, sight, features, words);
        else
                add_plain(values, sight, features);
}

/* ---- verdicts -----------------------------------------------------------------------------------------------------
 */

static bool have_common(const struct values *a, const struct values *b)
{
        for (uint32_t i = 0; i < a->count; i++) {
                for (uint32_t j = 0; j < b->count; j++) {
                        if (a->hash[i] == b->hash[j])
                                return true;
                }
        }
        return false;
}

static bool holds(const struct rule *rule, const struct features *a, const struct features *b)
{
        struct values left, right;

        for (uint32_t i = 0; i < rule->same_count; i++) {
                read_values(&rule->same[i], a, false, &left);
                read_values(&rule->same[i], b, false, &right);
                if (!have_common(&left, &right))
                        return false;
        }
        for (uint32_t i = 0; i < rule->different_count; i++) {
                read_values(&rule->different[i], a, true, &left);
                read_values(&rule->different[i], b, true, &right);
                if (left.count == 0 || right.count == 0 || have_common(&left, &right))
                        return false;
        }
        return true;
}

const struct rule *rule_decide(const struct rule_set *rules, const struct features *a, const struct features *b)
{
        const struct rule *decided = NULL;

        for (uint32_t i = 0; i < rules->count; i++) {
                const struct rule *rule = &rules->items[i];

                if (rule->type == a->type && (!decided || rule->then > decided->then) && holds(rule, a, b))
                        decided = rule;
        }
        return decided;
}

int32_t rule_posterior(const struct rule_set *rules, const struct rule *rule, int32_t posterior_mbit)
{
        const struct match_zones *zones;

        if (!rule || rule->then == RULE_NEVER)
                return posterior_mbit;
        if (rule->then == RULE_SAME)
                return RULE_SAME_MBIT;
        zones = &rules->zones[rule->type];
        if (posterior_mbit < zones->review_mbit)
                return zones->review_mbit;
        return posterior_mbit < zones->match_mbit ? posterior_mbit : zones->match_mbit - 1;
}

/* ---- keys ---------------------------------------------------------------------------------------------------------
 */

/* Each combination of one value for each term; the first ones where there are too many. */
uint32_t rule_keys(const struct rule *rule, const struct features *features, uint64_t keys[RULE_KEYS_MAX])
{
        uint32_t count = 1;

        if (rule->type != features->type || rule->then == RULE_NEVER || rule->same_count == 0)
                return 0;
        keys[0] = hash64_text(rule->name, SEED_RULE);
        for (uint32_t i = 0; i < rule->same_count; i++) {
                uint64_t before[RULE_KEYS_MAX];
                uint32_t before_count = count;
                struct values values;

                read_values(&rule->same[i], features, false, &values);
                memcpy(before, keys, sizeof(before));
                count = 0;
                for (uint32_t j = 0; j < before_count; j++) {
                        for (uint32_t k = 0; k < values.count && count < RULE_KEYS_MAX; k++)
                                keys[count++] = hash64_mix(before[j], values.hash[k]);
                }
        }
        return count;
}
