/* Keys of companies: the rare words of the name, crossed with each other and with the address.
 *
 * Which words are rare is the model's knowledge. The rarest four are crossed in pairs; each is also a key of its own,
 * which serves for truly rare words and falls to the cap for the others.
 */
#include "block/keys.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 24
#define RARE_MAX 4
#define MISSPELT_MAX 3   /* of the rarest words */
#define MISSPELT_LEAST 4 /* letters */
#define WORD_START 3     /* letters */
#define VALUES_MAX 4
#define START 5
#define ACRONYM_LEAST 3
#define RARE_LEAST_MBIT 5000 /* words below are too common to be a key of their own */

struct rare_token {
        const struct feature *feature;
        int32_t rarity_mbit;
};

static int compare_rarity(const void *a, const void *b)
{
        const struct rare_token *left = a;
        const struct rare_token *right = b;
        if (left->rarity_mbit != right->rarity_mbit)
                return left->rarity_mbit > right->rarity_mbit ? -1 : 1;
        return text_compare(left->feature->text, right->feature->text);
}

static uint32_t rarest_tokens(const struct model *model, const struct features *features, struct rare_token *out)
{
        const struct feature *tokens[TOKENS_MAX];
        uint32_t count = key_values(features, FEATURE_ORG_TOKEN, tokens, TOKENS_MAX, false);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < count; i++) {
                bool repeated = false;
                for (uint32_t j = 0; j < kept; j++)
                        repeated |= text_equal(out[j].feature->text, tokens[i]->text);
                if (!repeated)
                        out[kept++] = (struct rare_token){tokens[i], model_rarity_mbit(model, FREQUENCY_ORG_TOKEN,
                                                                                       tokens[i]->text, NULL)};
        }
        if (kept > 1)
                qsort(out, kept, sizeof(*out), compare_rarity);
        return kept;
}

/* A word crossed with what a slip of the keyboard leaves of another: its sound, which has no vowels and no doubled
 * letters, and its beginning. Where names are all there is, both words may be too common to be keys of their own. */
static void add_misspelt(const struct rare_token *tokens, uint32_t count, struct key_list *list)
{
        for (uint32_t i = 0; i < count && i < MISSPELT_MAX; i++) {
                for (uint32_t j = 0; j < count && j < MISSPELT_MAX; j++) {
                        const struct feature *word = tokens[i].feature, *other = tokens[j].feature;
                        if (i == j || other->text.length < MISSPELT_LEAST)
                                continue;
                        struct text sounds[] = {word->text, other->sound};
                        struct text starts[] = {word->text, text_slice(other->text, 0, WORD_START)};
                        key_add(list, RECIPE_ORG_WORD_SOUND, 0, sounds, 2);
                        key_add(list, RECIPE_ORG_WORD_START, 0, starts, 2);
                }
        }
}

static void add_words(const struct features *features, const struct rare_token *tokens, uint32_t count,
                      struct key_list *list)
{
        static const struct {
                enum feature_kind kind;
                enum block_recipe recipe;
        } crossings[] = {
                {FEATURE_POSTAL_CODE, RECIPE_ORG_POSTCODE},
                {FEATURE_CITY, RECIPE_ORG_CITY},
                {FEATURE_STREET, RECIPE_ORG_STREET},
        };
        for (uint32_t i = 0; i < count && i < RARE_MAX; i++) {
                struct text word = tokens[i].feature->text;
                for (uint32_t j = i + 1; j < count && j < RARE_MAX; j++) {
                        struct text other = tokens[j].feature->text;
                        bool ordered = text_compare(word, other) <= 0;
                        struct text parts[] = {ordered ? word : other, ordered ? other : word};
                        key_add(list, RECIPE_ORG_PAIR, BLOCK_GHOST, parts, 2);
                }
                for (size_t k = 0; k < sizeof(crossings) / sizeof(*crossings); k++) {
                        const struct feature *values[VALUES_MAX];
                        uint32_t value_count = key_values(features, crossings[k].kind, values, VALUES_MAX, true);
                        for (uint32_t j = 0; j < value_count; j++) {
                                struct text parts[] = {word, values[j]->text};
                                key_add(list, crossings[k].recipe, BLOCK_GHOST, parts, 2);
                        }
                }
                if (tokens[i].rarity_mbit < RARE_LEAST_MBIT)
                        continue;
                struct text parts[] = {word};
                struct text sounds[] = {tokens[i].feature->sound};
                key_add(list, RECIPE_ORG_TOKEN, 0, parts, 1);
                key_add(list, RECIPE_ORG_SOUND, 0, sounds, 1);
        }
}

/* The initials of a whole name, and a short one-word name, under one recipe: "IBM" meets "International Business
 * Machines". */
static void add_acronym(struct text whole, struct key_list *list)
{
        char initials[TOKENS_MAX];
        uint32_t count = 0;
        for (uint32_t i = 0; i < whole.length && count < TOKENS_MAX; i++)
                if (whole.data[i] != ' ' && (i == 0 || whole.data[i - 1] == ' '))
                        initials[count++] = whole.data[i];
        struct text acronym[] = {{.data = initials, .length = count}};
        struct text name[] = {whole};
        if (count >= ACRONYM_LEAST)
                key_add(list, RECIPE_ORG_ACRONYM, 0, acronym, 1);
        else if (count == 1 && whole.length >= ACRONYM_LEAST && whole.length <= 6)
                key_add(list, RECIPE_ORG_ACRONYM, 0, name, 1);
}

void block_organization(const struct model *model, const struct features *features, struct key_list *list)
{
        struct rare_token tokens[TOKENS_MAX];
        uint32_t count = rarest_tokens(model, features, tokens);
        const struct feature *wholes[VALUES_MAX];
        uint32_t whole_count = key_values(features, FEATURE_ORG_WHOLE, wholes, VALUES_MAX, true);
        for (uint32_t i = 0; i < whole_count; i++) {
                struct text parts[] = {wholes[i]->text};
                key_add(list, RECIPE_ORG_NAME, BLOCK_GHOST, parts, 1);
                add_acronym(wholes[i]->text, list);
                const struct feature *postcodes[VALUES_MAX];
                uint32_t postcode_count = key_values(features, FEATURE_POSTAL_CODE, postcodes, VALUES_MAX, true);
                for (uint32_t j = 0; j < postcode_count; j++) {
                        struct text start[] = {text_slice(wholes[i]->text, 0, START), postcodes[j]->text};
                        key_add(list, RECIPE_ORG_START, 0, start, 2);
                }
        }
        add_words(features, tokens, count, list);
        add_misspelt(tokens, count, list);
}
