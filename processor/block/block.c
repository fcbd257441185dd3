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

static const char *const recipe_names[RECIPE_COUNT] = {
        [RECIPE_NONE] = "none",
        [RECIPE_VALUE] = "one value: identifier, e-mail, telephone or domain",
        [RECIPE_PHONE_END] = "last seven digits of a telephone",
        [RECIPE_ID_HALF] = "half of an identifier",
        [RECIPE_EMAIL_LOCAL] = "local part of an e-mail address",
        [RECIPE_HOUSE] = "street + house number",
        [RECIPE_HOUSE_POSTCODE] = "house number + postcode",
        [RECIPE_PO_BOX] = "PO box + place",
        [RECIPE_BIRTH_GIVEN] = "birth date + initial of a given name",
        [RECIPE_BIRTH_FAMILY] = "birth date + initial of a family name",
        [RECIPE_NAMES] = "two names, sound",
        [RECIPE_GIVEN_YEAR] = "given name + birth year and month",
        [RECIPE_FAMILY_YEAR] = "family name, sound + birth year",
        [RECIPE_BIRTH_PARTS] = "two parts of the birth date + initials",
        [RECIPE_FAMILY_POSTCODE] = "family name, sound + postcode",
        [RECIPE_GIVEN_POSTCODE] = "given name + postcode",
        [RECIPE_FAMILY_CITY] = "family name + city",
        [RECIPE_GIVEN_STREET] = "given name + street",
        [RECIPE_FAMILY_STREET] = "family name + street",
        [RECIPE_GIVEN_EMPLOYER] = "given name + employer",
        [RECIPE_FAMILY_EMPLOYER] = "family name + employer",
        [RECIPE_NAME_PREFIXES] = "beginnings of two names",
        [RECIPE_FAMILY_INITIAL] = "family name + initial",
        [RECIPE_BIRTH] = "birth date",
        [RECIPE_FAMILY] = "family name",
        [RECIPE_ORG_NAME] = "company name",
        [RECIPE_ORG_PAIR] = "two rare words of the name",
        [RECIPE_ORG_POSTCODE] = "rare word of the name + postcode",
        [RECIPE_ORG_CITY] = "rare word of the name + city",
        [RECIPE_ORG_TOKEN] = "rare word of the name",
        [RECIPE_ORG_SOUND] = "rare word of the name, sound",
        [RECIPE_ORG_STREET] = "word of the name + street",
        [RECIPE_ORG_ACRONYM] = "acronym",
        [RECIPE_ORG_START] = "beginning of the name",
        [RECIPE_STREET_POSTCODE] = "street + postcode",
};

const char *block_recipe_name(uint8_t recipe)
{
        return recipe < RECIPE_COUNT ? recipe_names[recipe] : "unknown";
}

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
        if (list->count == sizeof(list->items) / sizeof(*list->items))
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
                return left->recipe < right->recipe ? -1 : 1;
        return (left->hash > right->hash) - (left->hash < right->hash);
}

static int compare_hashes(const void *a, const void *b)
{
        const struct block_key *left = a;
        const struct block_key *right = b;
        return (left->hash > right->hash) - (left->hash < right->hash);
}

void block_derive(const struct model *model, const struct features *features, struct block_keys *keys)
{
        struct key_list list;
        list.count = 0;
        list.type = features->type;
        keys->count = 0;
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
