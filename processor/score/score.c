/* Evidence into a posterior, and the same as a waterfall.
 *
 * Levels come from the comparators, weights from the model. A pair is then contrasted with its alternatives: for each
 * that applies, S_A is its own prior plus the weights of the attributes that it explains, and
 *
 *     posterior = S_M − log2(1 + Σ 2^S_A)
 *
 * so that only what no alternative explains can make a match. An alternative applies where one of the attributes that
 * call for it agrees (there is something to explain) and an attribute outside it was compared (there is something to
 * decide by).
 *
 * Everything is integer arithmetic in a fixed order of attributes, hence the same on every machine; and every
 * comparator is symmetric, hence so is the sum.
 */
#include "score/score.h"

#include "model/bits.h"
#include "score/evidence.h"
#include "score/vector.h"

#include <stdlib.h>
#include <string.h>

/* Comparisons allocate nothing and share nothing: a scorer only carries the model. It stays opaque, so that caches can
 * come without touching its users. */
struct scorer {
        const struct model *model;
};

struct scorer *scorer_new(const struct model *model)
{
        struct scorer *scorer = calloc(1, sizeof(*scorer));
        if (!scorer)
                abort();
        scorer->model = model;
        return scorer;
}

void scorer_free(struct scorer *scorer)
{
        free(scorer);
}

void evidence_set(const struct comparison *c, enum model_attribute attribute, uint32_t level, struct text a,
                  struct text b)
{
        struct attribute_evidence *evidence = &c->evidence->of[attribute];
        evidence->level = (uint8_t)level;
        evidence->weight_mbit = c->model->strata[c->type].levels[attribute][level].weight_mbit;
        evidence->a = a;
        evidence->b = b;
}

void evidence_set_value(const struct comparison *c, enum model_attribute attribute, uint32_t level,
                        enum model_frequency_kind kind, struct text a, struct text b)
{
        evidence_set(c, attribute, level, a, b);
        if (!c->model->strata[c->type].levels[attribute][level].frequency_permille)
                return;
        int32_t rarity = model_rarity_mbit(c->model, kind, a, NULL);
        if (!text_equal(a, b)) {
                int32_t other = model_rarity_mbit(c->model, kind, b, NULL);
                rarity = other < rarity ? other : rarity;
        }
        c->evidence->of[attribute].weight_mbit = model_weight_mbit(c->model, c->type, attribute, level, kind, rarity);
}

const struct feature *side_next(const struct score_side *side, enum feature_kind kind, uint32_t *at)
{
        const struct features *features = side->features;
        uint32_t end = features->first[kind + 1];
        uint32_t i = *at > features->first[kind] ? *at : features->first[kind];
        while (i < end && side->generic && side->generic[i])
                i++;
        *at = i + 1;
        return i < end ? &features->items[i] : NULL;
}

const struct feature *side_first(const struct score_side *side, enum feature_kind kind)
{
        uint32_t at = 0;
        return side_next(side, kind, &at);
}

struct text next_word(struct text t, uint32_t *from)
{
        uint32_t start = *from;
        while (start < t.length && t.data[start] == ' ')
                start++;
        uint32_t end = start;
        while (end < t.length && t.data[end] != ' ')
                end++;
        *from = end;
        return text_slice(t, start, end - start);
}

bool has_word(struct text words, struct text word)
{
        uint32_t from = 0;
        for (struct text w = next_word(words, &from); w.length; w = next_word(words, &from))
                if (text_equal(w, word))
                        return true;
        return false;
}

static void compare_sides(const struct comparison *c)
{
        if (c->type == TYPE_PERSON) {
                compare_person_name(c);
                compare_birth(c);
        } else {
                compare_organization_name(c);
        }
        compare_contact(c);
        compare_addresses(c);
        compare_identifiers(c);
        if (c->pair->asserted)
                evidence_set(c, MODEL_SAME_AS, SAME_AS_ASSERTED, TEXT_NONE, TEXT_NONE);
}

/* S_A of one alternative, or false where it does not apply. */
static bool weigh_alternative(const struct model_stratum *stratum, const struct evidence *evidence,
                              const struct model_explanation *explanation, int32_t *sum_mbit)
{
        bool called_for = false;
        bool decidable = false;
        int32_t sum = stratum->prior_mbit + explanation->offset_mbit;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                const struct attribute_evidence *of = &evidence->of[i];
                if (of->level == LEVEL_MISSING)
                        continue;
                int32_t cost = explanation->cost_mbit[i];
                int32_t most = explanation->most_mbit[i];
                int32_t weight = of->weight_mbit;
                if (cost == MODEL_UNEXPLAINED || most < MODEL_UNLIMITED)
                        decidable = true;
                if (cost == MODEL_UNEXPLAINED || (weight < 0 && most < MODEL_UNLIMITED))
                        continue;
                if (weight > 0) {
                        called_for |= explanation->needs >> i & 1;
                        weight = weight > cost ? weight - cost : 0;
                        weight = weight < most ? weight : most;
                }
                sum += weight;
        }
        if (!called_for || !decidable)
                return false;
        *sum_mbit = sum;
        return true;
}

/* log2(1 + Σ 2^S_A), each S_A (SCORE_DOES_NOT_APPLY where it does not) and the strongest alternative
 * (ALTERNATIVE_COUNT: none applies). */
static int32_t weigh_alternatives(const struct model_stratum *stratum, const struct evidence *evidence,
                                  int32_t sums_mbit[ALTERNATIVE_COUNT], enum model_alternative *strongest)
{
        int32_t terms[ALTERNATIVE_COUNT + 1] = {0}; /* terms[0]: 1 = 2^0 */
        uint32_t count = 1;
        int32_t greatest = INT32_MIN;
        *strongest = ALTERNATIVE_COUNT;
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++) {
                sums_mbit[a] = SCORE_DOES_NOT_APPLY;
                if (!stratum->alternatives[a].used ||
                    !weigh_alternative(stratum, evidence, &stratum->alternatives[a], &sums_mbit[a]))
                        continue;
                terms[count++] = sums_mbit[a];
                if (sums_mbit[a] > greatest) {
                        greatest = sums_mbit[a];
                        *strongest = a;
                }
        }
        return count > 1 && greatest > -20000 ? bits_sum_mbit(terms, count) : 0;
}

/* An order of the two sides by content. Comparators choose between equally good matches by the order in which they meet
 * them; if that order were the caller's, a score could depend on it, and with it D on the path. */
static bool is_reversed(const struct features *a, const struct features *b)
{
        uint32_t shorter = a->count < b->count ? a->count : b->count;
        for (uint32_t i = 0; i < shorter; i++) {
                const struct feature *left = &a->items[i];
                const struct feature *right = &b->items[i];
                if (left->kind != right->kind)
                        return left->kind > right->kind;
                int order = text_compare(left->text, right->text);
                if (order != 0)
                        return order > 0;
        }
        return a->count > b->count;
}

/* Compares the two sides in their canonical order. */
static void gather_evidence(struct scorer *scorer, const struct score_pair *given, struct evidence *evidence)
{
        struct score_pair pair = *given;
        struct comparison c = {
                .model = scorer->model,
                .type = pair.a.features->type,
                .pair = &pair,
                .evidence = evidence,
        };
        memset(evidence, 0, sizeof(*evidence));
        evidence->reversed = is_reversed(given->a.features, given->b.features);
        if (evidence->reversed) {
                pair.a = given->b;
                pair.b = given->a;
        }
        compare_sides(&c);
        if (scorer->model->rules)
                evidence->rule = rule_decide(scorer->model->rules, pair.a.features, pair.b.features);
}

static bool is_kept_apart(const struct evidence *evidence)
{
        return evidence->cannot_link || (evidence->rule && evidence->rule->then == RULE_NEVER);
}

/* Sums what was compared. The one place where evidence becomes odds, for scores, explanations and training alike. */
static void combine(const struct model *model, enum record_type type, const struct evidence *evidence,
                    struct score_odds *odds)
{
        const struct model_stratum *stratum = &model->strata[type];
        odds->match_mbit = stratum->prior_mbit;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                odds->match_mbit += evidence->of[i].weight_mbit;
        odds->others_mbit = weigh_alternatives(stratum, evidence, odds->alternative_mbit, &odds->strongest);
        odds->posterior_mbit = odds->match_mbit - odds->others_mbit + model->strata[type].confidence_mbit;
}

struct score score_pair(struct scorer *scorer, const struct score_pair *pair)
{
        struct evidence evidence;
        struct score_odds odds;
        gather_evidence(scorer, pair, &evidence);
        combine(scorer->model, pair->a.features->type, &evidence, &odds);
        return (struct score){
                .posterior_mbit = rule_posterior(scorer->model->rules, evidence.rule, odds.posterior_mbit),
                .cannot_link = is_kept_apart(&evidence),
        };
}

void score_compare(struct scorer *scorer, const struct score_pair *pair, struct score_vector *vector)
{
        const struct model_stratum *stratum = &scorer->model->strata[pair->a.features->type];
        struct evidence evidence;
        gather_evidence(scorer, pair, &evidence);
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                const struct attribute_evidence *of = &evidence.of[i];
                vector->level[i] = of->level;
                vector->extra_mbit[i] =
                        of->level ? (int16_t)(of->weight_mbit - stratum->levels[i][of->level].weight_mbit) : 0;
        }
        vector->cannot_link = is_kept_apart(&evidence);
}

void score_weigh(const struct model *model, enum record_type type, const struct score_vector *vector,
                 struct score_odds *odds)
{
        struct evidence evidence;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                evidence.of[i].level = vector->level[i];
                evidence.of[i].weight_mbit =
                        vector->level[i]
                                ? model->strata[type].levels[i][vector->level[i]].weight_mbit + vector->extra_mbit[i]
                                : 0;
        }
        combine(model, type, &evidence, odds);
}

static void swap_texts(struct text *a, struct text *b)
{
        struct text kept = *a;
        *a = *b;
        *b = kept;
}

/* Gives the values back to the sides that the caller knows. */
static void restore_sides(struct evidence *evidence)
{
        if (!evidence->reversed)
                return;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                swap_texts(&evidence->of[i].a, &evidence->of[i].b);
        swap_texts(&evidence->contradiction_a, &evidence->contradiction_b);
}

void score_explain(struct scorer *scorer, const struct score_pair *pair, struct arena *arena,
                   struct score_detail *detail)
{
        struct evidence evidence;
        struct score_odds odds;
        const struct model_stratum *stratum = &scorer->model->strata[pair->a.features->type];
        memset(detail, 0, sizeof(*detail));
        gather_evidence(scorer, pair, &evidence);
        combine(scorer->model, pair->a.features->type, &evidence, &odds);
        detail->score.posterior_mbit = rule_posterior(scorer->model->rules, evidence.rule, odds.posterior_mbit);
        detail->score.cannot_link = is_kept_apart(&evidence);
        restore_sides(&evidence);
        detail->steps = arena_calloc(arena, MODEL_ATTRIBUTE_COUNT + 4, sizeof(*detail->steps));
        detail->steps[detail->step_count++] = (struct score_step){
                .attribute = TEXT("prior"),
                .level = arena_printf(arena, "a random pair of %lld records", (long long)stratum->records),
                .weight_mbit = stratum->prior_mbit,
        };
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                if (evidence.of[i].level == LEVEL_MISSING)
                        continue;
                detail->steps[detail->step_count++] = (struct score_step){
                        .attribute = text_from(model_attribute_name(i)),
                        .level = text_from(stratum->levels[i][evidence.of[i].level].name),
                        .value_a = evidence.of[i].a,
                        .value_b = evidence.of[i].b,
                        .weight_mbit = evidence.of[i].weight_mbit,
                        .rarity_mbit =
                                evidence.of[i].weight_mbit - stratum->levels[i][evidence.of[i].level].weight_mbit,
                };
        }
        if (odds.strongest != ALTERNATIVE_COUNT && odds.others_mbit)
                detail->steps[detail->step_count++] = (struct score_step){
                        .attribute = text_from(model_alternative_name(odds.strongest)),
                        .level = TEXT("explains as much"),
                        .weight_mbit = -odds.others_mbit,
                };
        if (stratum->confidence_mbit)
                detail->steps[detail->step_count++] = (struct score_step){
                        .attribute = TEXT("confidence"),
                        .level = TEXT("the model was estimated from such records"),
                        .weight_mbit = stratum->confidence_mbit,
                };
        if (evidence.rule) {
                detail->rule = evidence.rule;
                detail->steps[detail->step_count++] = (struct score_step){
                        .attribute = TEXT("rule"),
                        .level = arena_printf(arena, "%.*s: %s", TEXT_ARG(evidence.rule->name),
                                              rule_verdict_name(evidence.rule->then)),
                        .weight_mbit = detail->score.posterior_mbit - odds.posterior_mbit,
                };
        }
        if (evidence.cannot_link && !evidence.establishments)
                detail->contradiction =
                        arena_printf(arena, "%s %.*s and %.*s", model_attribute_name(evidence.contradiction),
                                     TEXT_ARG(evidence.contradiction_a), TEXT_ARG(evidence.contradiction_b));
}
