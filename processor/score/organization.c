/* A company's name as weighted tokens.
 *
 * Shared tokens earn their rarity, in falling order, each further one a fixed share of its own (the words of a phrase
 * come together: "chamber of commerce and industry" is one fact, not four). Distinctive tokens left over on both sides
 * contradict: "Universal Exports India" is not "Universal Exports Singapore". Left over on one side only they cost
 * little: a branch, a city, a department.
 *
 * Tokens also fit by an abbreviation that standardising expands (alias), a typo, a prefix ("dev" for "developmental"),
 * by being written together ("van buren", "vanburen"), or as an acronym of the other side's words; they then earn a
 * share.
 */
#include "score/compare.h"
#include "score/evidence.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 24
#define JOINED_MAX 80
#define ACRONYM_LEAST 3     /* letters */
#define LONG_WORD 7         /* letters: few words of such a length are a slip away from another */
#define ASIDE_SHARE 4       /* what stands beside an equal institution on one side costs a quarter of other words */
#define LITTLE_PERMILLE 150 /* share of its rarity that a word of a department or an address counts */

struct org_token {
        struct text text;
        struct text alias;
        uint8_t position;
        bool particle; /* of, the: no word of an acronym */
        bool doubtful; /* a country, another name: left off as easily as written */
        bool little;   /* of a department or an address */
        int32_t rarity_mbit;
        bool paired;
};

struct org_side {
        struct org_token tokens[TOKENS_MAX];
        uint32_t count;
};

/* Rarities of what is shared, for the damped sum. */
struct shared {
        int32_t rarity_mbit[TOKENS_MAX];
        uint32_t count;
};

static struct org_token *token_at(struct org_side *side, uint32_t position)
{
        for (uint32_t i = 0; i < side->count; i++)
                if (side->tokens[i].position == position)
                        return &side->tokens[i];
        return NULL;
}

/* Words that come together are one fact: behind "Buenos", "Aires" is no news. Where the model lists two neighbours as a
 * phrase, the second counts what the phrase is rarer than the first (the chain rule: r(ab) = r(a) + r(b given a)). */
static void count_phrases(const struct comparison *c, struct org_side *side)
{
        int32_t alone_mbit[TOKENS_MAX];
        for (uint32_t i = 0; i < side->count; i++)
                alone_mbit[i] = side->tokens[i].rarity_mbit;
        for (uint32_t i = 0; i < side->count; i++) {
                struct org_token *token = &side->tokens[i];
                const struct org_token *before = token->position ? token_at(side, token->position - 1U) : NULL;
                char phrase[MODEL_PHRASE_BYTES_MAX];
                struct text text;
                bool listed;
                if (!before || !model_make_phrase(before->text, token->text, phrase, &text))
                        continue;
                int32_t together = model_rarity_mbit(c->model, FREQUENCY_ORG_TOKEN, text, &listed);
                int32_t more = together - alone_mbit[before - side->tokens];
                if (listed && more < token->rarity_mbit)
                        token->rarity_mbit = more > 0 ? more : 0;
        }
}

static void collect_tokens(const struct comparison *c, const struct score_side *side, struct org_side *out)
{
        uint32_t at = 0;
        const struct feature *feature;
        out->count = 0;
        while ((feature = side_next(side, FEATURE_ORG_TOKEN, &at)) && out->count < TOKENS_MAX) {
                struct org_token *token = &out->tokens[out->count];
                bool repeated = !feature->text.length;
                for (uint32_t i = 0; i < out->count; i++)
                        repeated |= text_equal(out->tokens[i].text, feature->text);
                if (repeated)
                        continue;
                token->text = feature->text;
                token->alias = feature->alias;
                token->position = feature->sub;
                token->particle = feature->flags & FEATURE_PARTICLE;
                token->doubtful = feature->flags & FEATURE_UNCERTAIN;
                token->little = token->particle && token->doubtful;
                token->rarity_mbit = model_rarity_mbit(c->model, FREQUENCY_ORG_TOKEN, feature->text, NULL);
                if (token->little)
                        token->rarity_mbit = token->rarity_mbit * LITTLE_PERMILLE / 1000;
                token->paired = false;
                out->count++;
        }
        if (c->model->phrases)
                count_phrases(c, out);
}

static int32_t min_rarity(const struct org_token *a, const struct org_token *b)
{
        return a->rarity_mbit < b->rarity_mbit ? a->rarity_mbit : b->rarity_mbit;
}

/* Which share of its rarity a pair of tokens earns, in thousandths; 0: they do not fit. */
static int32_t fit_permille(const struct org_token *a, const struct org_token *b)
{
        if (text_equal(a->text, b->text))
                return 1000;
        if (has_word(a->alias, b->text) || has_word(b->alias, a->text))
                return 900;
        uint32_t shorter = a->text.length < b->text.length ? a->text.length : b->text.length;
        uint32_t longer = a->text.length + b->text.length - shorter;
        if (shorter < 3 || a->text.data[0] != b->text.data[0])
                return 0;
        uint32_t typos = shorter >= 9 ? 2 : shorter >= 5 ? 1 : 0;
        if (typos && longer - shorter <= typos && edit_distance(a->text, b->text, typos) <= typos)
                return shorter >= LONG_WORD ? 800 : 700;
        if (text_starts_with(a->text, b->text) || text_starts_with(b->text, a->text))
                return 600;
        return shorter >= 6 && jaro_winkler_permille(a->text, b->text) >= 920 ? 600 : 0;
}

static void share(struct shared *shared, int32_t rarity_mbit)
{
        if (shared->count < TOKENS_MAX)
                shared->rarity_mbit[shared->count++] = rarity_mbit;
}

static void pair_equal(struct org_side *a, struct org_side *b, struct shared *shared)
{
        for (uint32_t i = 0; i < a->count; i++)
                for (uint32_t j = 0; j < b->count && !a->tokens[i].paired; j++)
                        if (!b->tokens[j].paired && text_equal(a->tokens[i].text, b->tokens[j].text)) {
                                a->tokens[i].paired = true;
                                b->tokens[j].paired = true;
                                share(shared, min_rarity(&a->tokens[i], &b->tokens[j]));
                        }
}

/* Pairs what is left of the tokens, best fit first; equal fits by the rarer and then by the texts, whichever side they
 * are on. */
static void pair_similar(struct org_side *a, struct org_side *b, struct shared *shared)
{
        for (;;) {
                struct org_token *best_a = NULL;
                struct org_token *best_b = NULL;
                int32_t best = 0;
                for (uint32_t i = 0; i < a->count; i++) {
                        for (uint32_t j = 0; j < b->count && !a->tokens[i].paired; j++) {
                                if (b->tokens[j].paired)
                                        continue;
                                int32_t fit = fit_permille(&a->tokens[i], &b->tokens[j]);
                                int32_t earned = min_rarity(&a->tokens[i], &b->tokens[j]) * fit / 1000;
                                if (!earned || earned < best)
                                        continue;
                                if (earned == best && best_a) {
                                        struct text x = a->tokens[i].text, y = b->tokens[j].text;
                                        struct text p = best_a->text, q = best_b->text;
                                        struct text low = text_compare(x, y) < 0 ? x : y;
                                        struct text other = text_compare(p, q) < 0 ? p : q;
                                        if (text_compare(low, other) >= 0)
                                                continue;
                                }
                                best = earned;
                                best_a = &a->tokens[i];
                                best_b = &b->tokens[j];
                        }
                }
                if (!best_a)
                        return;
                best_a->paired = true;
                best_b->paired = true;
                share(shared, best);
        }
}

/* Two neighbours of @two written as one token of @one. */
static void pair_joined(struct org_side *one, struct org_side *two, struct shared *shared)
{
        for (uint32_t i = 0; i < two->count; i++) {
                struct org_token *first = &two->tokens[i];
                struct org_token *second = token_at(two, first->position + 1U);
                char joined[JOINED_MAX];
                if (!second || first->paired || second->paired ||
                    first->text.length + second->text.length > sizeof(joined))
                        continue;
                memcpy(joined, first->text.data, first->text.length);
                memcpy(joined + first->text.length, second->text.data, second->text.length);
                struct text both = {.data = joined, .length = first->text.length + second->text.length};
                for (uint32_t j = 0; j < one->count; j++) {
                        if (one->tokens[j].paired || !text_equal(one->tokens[j].text, both))
                                continue;
                        one->tokens[j].paired = first->paired = second->paired = true;
                        share(shared, one->tokens[j].rarity_mbit);
                        break;
                }
        }
}

static uint32_t count_unpaired(const struct org_side *side)
{
        uint32_t count = 0;
        for (uint32_t i = 0; i < side->count; i++)
                count += !side->tokens[i].paired;
        return count;
}

/* A token of @one that spells the initials of the words of @two, none of them paired otherwise. */
static void pair_acronym(struct org_side *one, struct org_side *two, struct shared *shared)
{
        char initials[TOKENS_MAX];
        uint32_t length = 0;
        if (count_unpaired(two) < ACRONYM_LEAST || !count_unpaired(one))
                return;
        for (uint32_t position = 0; position < 64 && length < TOKENS_MAX; position++) {
                const struct org_token *token = token_at(two, position);
                if (token && !token->paired && !token->particle)
                        initials[length++] = token->text.data[0];
        }
        if (length < ACRONYM_LEAST)
                return;
        struct text acronym = {.data = initials, .length = length};
        for (uint32_t j = 0; j < one->count; j++) {
                if (one->tokens[j].paired || !text_equal(one->tokens[j].text, acronym))
                        continue;
                one->tokens[j].paired = true;
                for (uint32_t i = 0; i < two->count; i++)
                        two->tokens[i].paired = true;
                share(shared, one->tokens[j].rarity_mbit);
                return;
        }
}

static int compare_falling(const void *a, const void *b)
{
        int32_t left = *(const int32_t *)a;
        int32_t right = *(const int32_t *)b;
        return (left < right) - (left > right);
}

/* Falling order, each next one damped. Sorts @rarities. */
static int32_t damped_sum(int32_t *rarities, uint32_t count, int32_t damping_permille)
{
        int64_t share_ppm = 1000000;
        int64_t sum = 0;
        if (count > 1)
                qsort(rarities, count, sizeof(*rarities), compare_falling);
        for (uint32_t i = 0; i < count; i++) {
                sum += rarities[i] * share_ppm;
                share_ppm = share_ppm * damping_permille / 1000;
        }
        return (int32_t)(sum / 1000000);
}

static bool is_number(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++)
                if (t.data[i] < '0' || t.data[i] > '9')
                        return false;
        return t.length > 0;
}

/* True if both sides have a number that the other lacks: "School 12" and "School 14". */
static bool numbers_contradict(const struct org_side *a, const struct org_side *b)
{
        const struct org_side *sides[2] = {a, b};
        for (uint32_t k = 0; k < 2; k++) {
                bool found = false;
                for (uint32_t i = 0; i < sides[k]->count; i++)
                        found |= !sides[k]->tokens[i].paired && is_number(sides[k]->tokens[i].text);
                if (!found)
                        return false;
        }
        return true;
}

/* What one side has left over. */
struct left {
        int32_t sum_mbit;
        bool core;     /* words that the other name would have */
        bool doubtful; /* a country, another name */
};

static struct left leftover(const struct org_side *side, int32_t damping_permille)
{
        int32_t rarities[TOKENS_MAX];
        struct left left = {0};
        uint32_t count = 0;
        for (uint32_t i = 0; i < side->count; i++) {
                const struct org_token *token = &side->tokens[i];
                if (token->paired)
                        continue;
                left.core |= !token->particle && !token->doubtful;
                left.doubtful |= token->doubtful && !token->little;
                rarities[count++] = token->rarity_mbit;
        }
        left.sum_mbit = damped_sum(rarities, count, damping_permille);
        return left;
}

/* True if two whole names are equal; with @institutions also where one of them is an affiliation's institution. */
static bool whole_equal(const struct comparison *c, bool institutions)
{
        uint32_t at_a = 0;
        const struct feature *a;
        while ((a = side_next(&c->pair->a, FEATURE_ORG_WHOLE, &at_a))) {
                uint32_t at_b = 0;
                const struct feature *b;
                if (a->sub == ORG_WHOLE_INSTITUTION && !institutions)
                        continue;
                while ((b = side_next(&c->pair->b, FEATURE_ORG_WHOLE, &at_b)))
                        if ((institutions || b->sub != ORG_WHOLE_INSTITUTION) && text_equal(a->text, b->text))
                                return true;
        }
        return false;
}

static struct text whole_name(const struct score_side *side)
{
        const struct feature *whole = side_first(side, FEATURE_ORG_WHOLE);
        return whole ? whole->text : TEXT_NONE;
}

static void compare_names(const struct comparison *c)
{
        const struct model_tokens *tokens = &c->model->tokens;
        struct org_side a;
        struct org_side b;
        struct shared shared = {.count = 0};
        collect_tokens(c, &c->pair->a, &a);
        collect_tokens(c, &c->pair->b, &b);
        if (!a.count || !b.count)
                return;
        pair_equal(&a, &b, &shared);
        pair_joined(&a, &b, &shared);
        pair_joined(&b, &a, &shared);
        pair_similar(&a, &b, &shared);
        pair_acronym(&a, &b, &shared);
        pair_acronym(&b, &a, &shared);
        struct left left_a = leftover(&a, tokens->damping_permille);
        struct left left_b = leftover(&b, tokens->damping_permille);
        int32_t least = left_a.sum_mbit < left_b.sum_mbit ? left_a.sum_mbit : left_b.sum_mbit;
        int32_t most = left_a.sum_mbit + left_b.sum_mbit - least;
        /* the same words, but for a country on one side, departments and addresses */
        bool words = !left_a.core && !left_b.core && !(left_a.doubtful && left_b.doubtful);
        bool whole = whole_equal(c, false);
        bool institution = !whole && whole_equal(c, true);
        int32_t weight = tokens->none_mbit;
        uint32_t level = NAME_DIFFERS;
        if (shared.count || whole) {
                weight = tokens->offset_mbit + damped_sum(shared.rarity_mbit, shared.count, tokens->damping_permille) +
                         (whole                  ? tokens->whole_mbit
                          : words || institution ? tokens->words_mbit
                                                 : 0);
                int32_t one_left = (most - least) * tokens->one_left_permille / 1000;
                if (words || institution)
                        one_left /= ASIDE_SHARE;
                if (!whole)
                        weight -= least * tokens->both_left_permille / 1000 + one_left;
                if (numbers_contradict(&a, &b))
                        weight -= tokens->numbers_mbit;
                level = whole        ? NAME_WHOLE
                        : words      ? NAME_TOKENS
                        : !least     ? NAME_CONTAINED
                        : weight > 0 ? NAME_OVERLAP
                                     : NAME_WEAK;
        }
        weight = weight < tokens->none_mbit ? tokens->none_mbit : weight;
        weight = weight > tokens->most_mbit ? tokens->most_mbit : weight;
        evidence_set(c, MODEL_NAME, level, whole_name(&c->pair->a), whole_name(&c->pair->b));
        c->evidence->of[MODEL_NAME].weight_mbit = weight;
}

static void compare_forms(const struct comparison *c)
{
        const struct feature *a = side_first(&c->pair->a, FEATURE_ORG_FORM);
        const struct feature *b = side_first(&c->pair->b, FEATURE_ORG_FORM);
        if (a && b)
                evidence_set(c, MODEL_FORM, text_equal(a->text, b->text) ? FORM_SAME : FORM_DIFFERS, a->text, b->text);
}

void compare_organization_name(const struct comparison *c)
{
        compare_names(c);
        compare_forms(c);
}
