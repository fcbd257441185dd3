/* Names of recipes, and which a model may leave out. */
#include "model/recipes.h"

static const struct {
        const char *name;
        bool optional;
} recipes[RECIPE_COUNT] = {
        [RECIPE_NONE] = {"none", false},
        [RECIPE_VALUE] = {"one value: identifier, e-mail, telephone or domain", false},
        [RECIPE_PHONE_END] = {"last seven digits of a telephone", true},
        [RECIPE_ID_HALF] = {"half of an identifier", true},
        [RECIPE_EMAIL_LOCAL] = {"local part of an e-mail address", true},
        [RECIPE_HOUSE] = {"street + house number", true},
        [RECIPE_HOUSE_POSTCODE] = {"house number + postcode", true},
        [RECIPE_PO_BOX] = {"PO box + place", true},
        [RECIPE_BIRTH_GIVEN] = {"birth date + initial of a given name", false},
        [RECIPE_BIRTH_FAMILY] = {"birth date + initial of a family name", false},
        [RECIPE_NAMES] = {"two names, sound", false},
        [RECIPE_GIVEN_YEAR] = {"given name + birth year and month", false},
        [RECIPE_FAMILY_YEAR] = {"family name, sound + birth year", false},
        [RECIPE_BIRTH_PARTS] = {"two parts of the birth date + initials", true},
        [RECIPE_FAMILY_POSTCODE] = {"family name, sound + postcode", false},
        [RECIPE_GIVEN_POSTCODE] = {"given name + postcode", false},
        [RECIPE_FAMILY_CITY] = {"family name + city", false},
        [RECIPE_GIVEN_STREET] = {"given name + street", false},
        [RECIPE_FAMILY_STREET] = {"family name + street", false},
        [RECIPE_GIVEN_EMPLOYER] = {"given name + employer", false},
        [RECIPE_FAMILY_EMPLOYER] = {"family name + employer", false},
        [RECIPE_NAME_PREFIXES] = {"beginnings of two names", true},
        [RECIPE_FAMILY_INITIAL] = {"family name + initial", false},
        [RECIPE_BIRTH] = {"birth date", true},
        [RECIPE_FAMILY] = {"family name", true},
        [RECIPE_ORG_NAME] = {"company name", false},
        [RECIPE_ORG_PAIR] = {"two rare words of the name", false},
        [RECIPE_ORG_POSTCODE] = {"rare word of the name + postcode", false},
        [RECIPE_ORG_CITY] = {"rare word of the name + city", false},
        [RECIPE_ORG_TOKEN] = {"rare word of the name", true},
        [RECIPE_ORG_SOUND] = {"rare word of the name, sound", true},
        [RECIPE_ORG_STREET] = {"word of the name + street", false},
        [RECIPE_ORG_ACRONYM] = {"acronym", true},
        [RECIPE_ORG_START] = {"beginning of the name", true},
        [RECIPE_STREET_POSTCODE] = {"street + postcode", true},
        [RECIPE_GIVEN_DAY] = {"given name + day of birth and month or year", true},
        [RECIPE_FAMILY_DAY] = {"family name, sound + day and month of birth", true},
        [RECIPE_NAME_ENDS] = {"a name + the end of another", true},
        [RECIPE_NAME_BIRTH_PLACE] = {"name + birth place", false},
        [RECIPE_GIVEN_CITY] = {"given name + city", false},
        [RECIPE_NAME_SECTOR] = {"name + postal sector", true},
        [RECIPE_RULE] = {"what a rule asks for", false},
        [RECIPE_ORG_WORD_SOUND] = {"rare word of the name + the sound of another", true},
        [RECIPE_ORG_WORD_START] = {"rare word of the name + the beginning of another", true},
};

const char *model_recipe_name(uint32_t recipe)
{
        return recipe < RECIPE_COUNT ? recipes[recipe].name : "unknown";
}

bool model_recipe_is_optional(uint32_t recipe)
{
        return recipe < RECIPE_COUNT && recipes[recipe].optional;
}

uint32_t model_recipe_find(struct text name)
{
        uint32_t recipe = 0;
        while (recipe < RECIPE_COUNT && !text_equal(name, text_from(recipes[recipe].name)))
                recipe++;
        return recipe;
}
