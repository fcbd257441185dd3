/* keys.h: collecting keys. Internal to block/. */
#pragma once

#include "block/block.h"
#include "model/weights.h"

/* The numbers are part of the keys; append only. Names, and which recipes a node with too many keys keeps: block.c. */
enum block_recipe {
        RECIPE_NONE,
        RECIPE_VALUE, /* identifier, e-mail, telephone, domain: the value itself */
        RECIPE_PHONE_END,
        RECIPE_ID_HALF,
        RECIPE_EMAIL_LOCAL,
        RECIPE_HOUSE,
        RECIPE_HOUSE_POSTCODE,
        RECIPE_PO_BOX,
        RECIPE_BIRTH_GIVEN,
        RECIPE_BIRTH_FAMILY,
        RECIPE_NAMES,
        RECIPE_GIVEN_YEAR,
        RECIPE_FAMILY_YEAR,
        RECIPE_BIRTH_PARTS,
        RECIPE_FAMILY_POSTCODE,
        RECIPE_GIVEN_POSTCODE,
        RECIPE_FAMILY_CITY,
        RECIPE_GIVEN_STREET,
        RECIPE_FAMILY_STREET,
        RECIPE_GIVEN_EMPLOYER,
        RECIPE_FAMILY_EMPLOYER,
        RECIPE_NAME_PREFIXES,
        RECIPE_FAMILY_INITIAL,
        RECIPE_BIRTH,
        RECIPE_FAMILY,
        RECIPE_ORG_NAME,
        RECIPE_ORG_PAIR,
        RECIPE_ORG_POSTCODE,
        RECIPE_ORG_CITY,
        RECIPE_ORG_TOKEN,
        RECIPE_ORG_SOUND,
        RECIPE_ORG_STREET,
        RECIPE_ORG_ACRONYM,
        RECIPE_ORG_START,
        RECIPE_STREET_POSTCODE,
        RECIPE_GIVEN_DAY,
        RECIPE_FAMILY_DAY,
        RECIPE_NAME_ENDS,
        RECIPE_NAME_BIRTH_PLACE,
        RECIPE_GIVEN_CITY,
        RECIPE_NAME_SECTOR,
        RECIPE_RULE,
        RECIPE_COUNT,
};

struct key_list {
        struct block_key items[512]; /* before the choice of BLOCK_KEYS_MAX */
        uint32_t count;
        enum record_type type;
};

/* Adds the key of @parts (@part_count texts) under @recipe. Ignored where a part is empty or the list is full. */
void key_add(struct key_list *list, enum block_recipe recipe, uint8_t flags, const struct text *parts,
             uint32_t part_count);

/* All the features of one kind, at most @max; returns their number. Particles and initials are left out unless @weak.
 */
uint32_t key_values(const struct features *features, enum feature_kind kind, const struct feature **out, uint32_t max,
                    bool weak);

void block_person(const struct features *features, struct key_list *list); /* person.c */
void block_organization(const struct model *model, const struct features *features,
                        struct key_list *list);                            /* organization.c */
void block_values(const struct features *features, struct key_list *list); /* values.c */
