/* recipes.h: the recipes of blocking keys by name, so that a model can say which of them it does without.
 *
 * What a recipe makes of a record is block's knowledge (block/person.c, organization.c, values.c).
 */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers are part of the keys; append only. Which of them a node with too many keys keeps: block/block.c. */
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
        RECIPE_ORG_WORD_SOUND,
        RECIPE_ORG_WORD_START,
        RECIPE_COUNT,
};

const char *model_recipe_name(uint32_t recipe); /* "family name, sound + birth year"; "unknown" beyond the last */

/* True of a recipe that a model may leave out. The others hold what stands for a value (a key over its cap makes it
 * generic), what a rule asks for, or what recognises the entity of a deleted record. */
bool model_recipe_is_optional(uint32_t recipe);

/* RECIPE_COUNT: there is none of this name. */
uint32_t model_recipe_find(struct text name);
