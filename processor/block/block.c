/* From features to a bounded, sorted set of keys.
 *
 * A recipe's key is a hash over the type, the recipe and its parts, so that equal texts of different recipes never
 * meet. Which recipes a type has is in person.c and organization.c; what both share, the keys of single values and of
 * addresses, in values.c. A node that would give more than BLOCK_KEYS_MAX keeps those of the most selective recipes,
 * ties by hash, so the choice depends on nothing but the features.
 */
#include "block/block.h"

#include "base/hash.h"
#include "block/keys.h"

#include <stdlib.h>
#include <string.h>

/* A node with too many keys keeps those of the lower ranks: first what a single value gives, then names crossed with
 * what is precise, then with what is broad. Ranks may change freely; only which keys a crowded node keeps depends on
 * them. */
static const uint8_t ranks[RECIPE_COUNT] = {
        [RECIPE_NONE] = 0,
        [RECIPE_VALUE] = 1,
        [RECIPE_PHONE_END] = 7,
        [RECIPE_ID_HALF] = 2,
        [RECIPE_EMAIL_LOCAL] = 8,
        [RECIPE_HOUSE] = 3,
        [RECIPE_HOUSE_POSTCODE] = 9,
        [RECIPE_PO_BOX] = 10,
        [RECIPE_BIRTH_GIVEN] = 4,
        [RECIPE_BIRTH_FAMILY] = 5,
        [RECIPE_NAMES] = 6,
        [RECIPE_GIVEN_YEAR] = 11,
        [RECIPE_FAMILY_YEAR] = 12,
        [RECIPE_BIRTH_PARTS] = 22,
        [RECIPE_FAMILY_POSTCODE] = 15,
        [RECIPE_GIVEN_POSTCODE] = 16,
        [RECIPE_FAMILY_CITY] = 17,
        [RECIPE_GIVEN_STREET] = 23,
        [RECIPE_FAMILY_STREET] = 24,
        [RECIPE_GIVEN_EMPLOYER] = 25,
        [RECIPE_FAMILY_EMPLOYER] = 26,
        [RECIPE_NAME_PREFIXES] = 27,
        [RECIPE_FAMILY_INITIAL] = 28,
        [RECIPE_BIRTH] = 29,
        [RECIPE_FAMILY] = 30,
        [RECIPE_ORG_NAME] = 31,
        [RECIPE_ORG_PAIR] = 32,
        [RECIPE_ORG_POSTCODE] = 33,
        [RECIPE_ORG_CITY] = 34,
        [RECIPE_ORG_TOKEN] = 35,
        [RECIPE_ORG_SOUND] = 36,
        [RECIPE_ORG_STREET] = 37,
        [RECIPE_ORG_ACRONYM] = 38,
        [RECIPE_ORG_START] = 39,
        [RECIPE_STREET_POSTCODE] = 40,
        [RECIPE_GIVEN_DAY] = 13,
        [RECIPE_FAMILY_DAY] = 14,
        [RECIPE_NAME_ENDS] = 21,
        [RECIPE_NAME_BIRTH_PLACE] = 19,
        [RECIPE_GIVEN_CITY] = 18,
        [RECIPE_NAME_SECTOR] = 20,
        [RECIPE_RULE] = 0,
        [RECIPE_ORG_WORD_SOUND] = 41,
        [RECIPE_ORG_WORD_START] = 42,
};

static uint64_t hash_parts(enum record_type type, enum block_recipe recipe, const struct text *parts, uint32_t count)
{
        uint64_t hash = hash64_mix(recipe, type);
        for (uint32_t i = 0; i < count; i++)
                hash = hash64_mix(hash, hash64_text(parts[i], i));
        return hash ? hash : 1; /* 0 means "no key" */
}

void key_add(struct key_list *list, enum block_recipe recipe, uint8_t flags, const struct text *parts,
             uint32_t part_count)
{
        if (list->count == sizeof(list->items) / sizeof(*list->items) || list->left_out >> recipe & 1)
                return;
        for (uint32_t i = 0; i < part_count; i++)
                if (!parts[i].length)
                        return;
        list->items[list->count++] = (struct block_key){.hash = hash_parts(list->type, recipe, parts, part_count),
                                                        .recipe = recipe,
                                                        .flags = flags};
}

uint32_t key_values(const struct features *features, enum feature_kind kind, const struct feature **out, uint32_t max,
                    bool weak)
{
        uint32_t count = 0;
        for (uint32_t i = features->first[kind]; i < features->first[kind + 1] && count < max; i++)
                if (weak || !(features->items[i].flags & (FEATURE_PARTICLE | FEATURE_INITIAL)))
                        out[count++] = &features->items[i];
        return count;
}

uint64_t block_value_key(enum record_type type, const struct feature *feature)
{
        switch (feature->kind) {
        case FEATURE_EMAIL:
        case FEATURE_PHONE:
        case FEATURE_DOMAIN:
        case FEATURE_SIREN:
        case FEATURE_SIRET:
        case FEATURE_VAT_ID:
        case FEATURE_LEI:
        case FEATURE_DUNS:
        case FEATURE_TAX_ID:
        case FEATURE_NATIONAL_ID:
        case FEATURE_PASSPORT:
        case FEATURE_DRIVERS_LICENSE: {
                struct text parts[] = {text_from(feature_kind_name(feature->kind)), feature->text};
                return hash_parts(type, RECIPE_VALUE, parts, 2);
        }
        default:
                return 0;
        }
}

static int compare_recipes(const void *a, const void *b)
{
        const struct block_key *left = a;
        const struct block_key *right = b;
        if (left->recipe != right->recipe)
                return ranks[left->recipe] < ranks[right->recipe] ? -1 : 1;
        return (left->hash > right->hash) - (left->hash < right->hash);
}

static int compare_hashes(const void *a, const void *b)
{
        const struct block_key *left = a;
        const struct block_key *right = b;
        return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Values that a rule of the configuration joins by. */
static void add_rules(const struct rule_set *rules, const struct features *features, struct key_list *list)
{
        for (uint32_t i = 0; i < rules->count; i++) {
                uint64_t keys[RULE_KEYS_MAX];
                uint32_t count = rule_keys(&rules->items[i], features, keys);

                for (uint32_t j = 0; j < count; j++) {
                        struct text part = {.data = (const char *)&keys[j], .length = sizeof(keys[j])};

                        key_add(list, RECIPE_RULE, 0, &part, 1);
                }
        }
}

void block_derive(const struct model *model, const struct features *features, struct block_keys *keys)
{
        struct key_list list;
        list.count = 0;
        list.type = features->type;
        list.left_out = model->strata[features->type].recipes_left_out;
        keys->count = 0;
        if (model->rules)
                add_rules(model->rules, features, &list);
        block_values(features, &list);
        if (features->type == TYPE_PERSON)
                block_person(features, &list);
        else
                block_organization(model, features, &list);
        if (!list.count)
                return;
        qsort(list.items, list.count, sizeof(*list.items), compare_recipes);
        for (uint32_t i = 0; i < list.count && keys->count < BLOCK_KEYS_MAX; i++)
                if (i == 0 || list.items[i].hash != list.items[i - 1].hash)
                        keys->items[keys->count++] = list.items[i];
        qsort(keys->items, keys->count, sizeof(*keys->items), compare_hashes);
}
