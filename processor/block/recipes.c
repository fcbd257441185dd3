/* What each recipe builds on, for those who must know by what a pair was chosen (train/). */
#include "block/keys.h"

#define BIT(attribute) (UINT64_C(1) << (attribute))
#define GIVEN (BIT(MODEL_GIVEN) | BIT(MODEL_MIDDLE))
#define FAMILY BIT(MODEL_FAMILY)
#define BIRTH BIT(MODEL_BIRTH_DATE)
#define ADDRESS (BIT(MODEL_STREET) | BIT(MODEL_PLACE))
#define PLACE BIT(MODEL_PLACE)
#define EMPLOYER BIT(MODEL_EMPLOYER)
#define IDENTIFIERS                                                                                                    \
        (BIT(MODEL_SIREN) | BIT(MODEL_SIRET) | BIT(MODEL_VAT_ID) | BIT(MODEL_LEI) | BIT(MODEL_DUNS) |                  \
         BIT(MODEL_TAX_ID) | BIT(MODEL_NATIONAL_ID) | BIT(MODEL_PASSPORT) | BIT(MODEL_DRIVERS_LICENSE))

static const uint64_t recipe_attributes[RECIPE_COUNT] = {
        [RECIPE_VALUE] = IDENTIFIERS | BIT(MODEL_EMAIL) | BIT(MODEL_PHONE) | BIT(MODEL_DOMAIN),
        [RECIPE_PHONE_END] = BIT(MODEL_PHONE),
        [RECIPE_ID_HALF] = IDENTIFIERS,
        [RECIPE_EMAIL_LOCAL] = BIT(MODEL_EMAIL),
        [RECIPE_HOUSE] = ADDRESS,
        [RECIPE_HOUSE_POSTCODE] = ADDRESS,
        [RECIPE_PO_BOX] = ADDRESS,
        [RECIPE_BIRTH_GIVEN] = BIRTH | GIVEN,
        [RECIPE_BIRTH_FAMILY] = BIRTH | FAMILY,
        [RECIPE_NAMES] = GIVEN | FAMILY,
        [RECIPE_GIVEN_YEAR] = GIVEN | BIRTH,
        [RECIPE_FAMILY_YEAR] = FAMILY | BIRTH,
        [RECIPE_BIRTH_PARTS] = BIRTH | GIVEN | FAMILY,
        [RECIPE_FAMILY_POSTCODE] = FAMILY | PLACE,
        [RECIPE_GIVEN_POSTCODE] = GIVEN | PLACE,
        [RECIPE_FAMILY_CITY] = FAMILY | PLACE,
        [RECIPE_GIVEN_STREET] = GIVEN | ADDRESS,
        [RECIPE_FAMILY_STREET] = FAMILY | ADDRESS,
        [RECIPE_GIVEN_EMPLOYER] = GIVEN | EMPLOYER,
        [RECIPE_FAMILY_EMPLOYER] = FAMILY | EMPLOYER,
        [RECIPE_NAME_PREFIXES] = GIVEN | FAMILY,
        [RECIPE_FAMILY_INITIAL] = GIVEN | FAMILY,
        [RECIPE_BIRTH] = BIRTH,
        [RECIPE_FAMILY] = FAMILY,
        [RECIPE_ORG_NAME] = BIT(MODEL_NAME),
        [RECIPE_ORG_PAIR] = BIT(MODEL_NAME),
        [RECIPE_ORG_POSTCODE] = BIT(MODEL_NAME) | PLACE,
        [RECIPE_ORG_CITY] = BIT(MODEL_NAME) | PLACE,
        [RECIPE_ORG_TOKEN] = BIT(MODEL_NAME),
        [RECIPE_ORG_SOUND] = BIT(MODEL_NAME),
        [RECIPE_ORG_STREET] = BIT(MODEL_NAME) | ADDRESS,
        [RECIPE_ORG_ACRONYM] = BIT(MODEL_NAME),
        [RECIPE_ORG_START] = BIT(MODEL_NAME),
        [RECIPE_STREET_POSTCODE] = ADDRESS,
        [RECIPE_GIVEN_DAY] = GIVEN | BIRTH,
        [RECIPE_FAMILY_DAY] = FAMILY | BIRTH,
        [RECIPE_NAME_ENDS] = GIVEN | FAMILY,
        [RECIPE_NAME_BIRTH_PLACE] = BIT(MODEL_BIRTH_PLACE),
        [RECIPE_GIVEN_CITY] = GIVEN | PLACE,
        [RECIPE_NAME_SECTOR] = PLACE,
        [RECIPE_ORG_WORD_SOUND] = BIT(MODEL_NAME),
        [RECIPE_ORG_WORD_START] = BIT(MODEL_NAME),
        [RECIPE_RULE] =
                UINT64_MAX, /* any attribute may be the reason: nothing is learned from what only rules proposed */
};

uint64_t block_recipe_attributes(uint8_t recipe)
{
        return recipe < RECIPE_COUNT ? recipe_attributes[recipe] : 0;
}
