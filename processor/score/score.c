/* Evidence into a posterior, and the same as a waterfall.
 *
 * Levels come from the comparators, weights from the model. A pair is then contrasted with its alternatives: for each
 * that applies, S_A is its own prior plus the weights of the attributes that it explains, and
 *
 *     posterior = S_M − log2(1 + Σ 2^S_A)
 *
 * so that only what no alternative explains can make a match. An alternative applies where one of the attributes that
 * call for it agrees (there is something to explain) and an attribute outside it was compared (there is something to
 * decide by). A household applies without the latter: one family name at one address may be any two of a family.
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

/* Comparisons allocate nothing and share nothing but this. */
struct scorer {
        const struct model *model;
        int32_t most_mbit[TYPE_COUNT][MODEL_ATTRIBUTE_COUNT]; /* no comparison gives more */
};

/* The greatest surplus that a value of @kind can have over the average. */
static int32_t greatest_surplus(const struct model *model, enum model_frequency_kind kind)
{
        const struct model_frequencies *table = &model->frequencies[kind];
        int32_t most = table->most_mbit;
        for (uint32_t i = 0; i < table->count; i++)
                most = table->items[i].rarity_mbit > most ? table->items[i].rarity_mbit : most;
        return most > table->average_mbit ? most - table->average_mbit : 0;
}

/* Kinds of values whose rarity the comparisons behind the name weigh, see evidence_set_value(). */
static const struct {
        enum model_attribute attribute;
        enum model_frequency_kind kind;
} weighed[] = {
        {MODEL_BIRTH_PLACE, FREQUENCY_BIRTH_PLACE}, {MODEL_EMPLOYER, FREQUENCY_EMPLOYER},
        {MODEL_JOB_TITLE, FREQUENCY_JOB_TITLE},     {MODEL_PLACE, FREQUENCY_CITY},
        {MODEL_PLACE, FREQUENCY_POSTCODE},
};

static int32_t surplus_of(const struct model *model, enum model_attribute attribute)
{
        int32_t greatest = 0;
        for (uint32_t i = 0; i < sizeof(weighed) / sizeof(weighed[0]); i++) {
                int32_t surplus = weighed[i].attribute == attribute ? greatest_surplus(model, weighed[i].kind) : 0;
                greatest = surplus > greatest ? surplus : greatest;
        }
        return greatest;
}

struct scorer *scorer_new(const struct model *model)
{
        struct scorer *scorer = calloc(1, sizeof(*scorer));
        if (!scorer)
                abort();
        scorer->model = model;
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                        int32_t surplus = surplus_of(model, i);
                        for (uint32_t level = 1; level < MODEL_LEVELS_MAX; level++) {
                                const struct model_level *entry = &model->strata[type].levels[i][level];
                                int32_t most = entry->weight_mbit + surplus * entry->frequency_permille / 1000;
                                if (most > scorer->most_mbit[type][i])
                                        scorer->most_mbit[type][i] = most;
                        }
                }
        }
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

bool has_word(struct text words, struct text word)
{
        uint32_t from = 0;
        for (struct text w = next_word(words, &from); w.length; w = next_word(words, &from))
                if (text_equal(w, word))
                        return true;
        return false;
}

/* Attributes, and the features that both sides need for a comparison of them. */
struct needed {
        enum model_attribute attribute;
        enum feature_kind first, last;
};

static const struct needed birth_needs[] = {
        {MODEL_BIRTH_DATE, FEATURE_BIRTH_DATE, FEATURE_BIRTH_DATE},
        {MODEL_BIRTH_PLACE, FEATURE_BIRTH_PLACE, FEATURE_BIRTH_PLACE},
        {MODEL_GENDER, FEATURE_GENDER, FEATURE_GENDER},
};
/* A SIREN may come from a SIRET or a VAT number: any two identifiers may be comparable. */
static const struct needed identifier_needs[] = {
        {MODEL_SIREN, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_SIRET, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_VAT_ID, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_LEI, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_DUNS, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_TAX_ID, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_NATIONAL_ID, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_PASSPORT, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
        {MODEL_DRIVERS_LICENSE, FEATURE_SIREN, FEATURE_DRIVERS_LICENSE},
};
static const struct needed contact_needs[] = {
        {MODEL_EMAIL, FEATURE_EMAIL, FEATURE_EMAIL},
        {MODEL_PHONE, FEATURE_PHONE, FEATURE_PHONE},
        {MODEL_DOMAIN, FEATURE_DOMAIN, FEATURE_DOMAIN},
        {MODEL_EMPLOYER, FEATURE_EMPLOYER, FEATURE_EMPLOYER_REF},
        {MODEL_JOB_TITLE, FEATURE_JOB_TITLE, FEATURE_JOB_TITLE},
};
static const struct needed address_needs[] = {
        {MODEL_STREET, FEATURE_HOUSE_NUMBER, FEATURE_COUNTRY},
        {MODEL_PLACE, FEATURE_HOUSE_NUMBER, FEATURE_COUNTRY},
};

#define NEEDS(table) (table), sizeof(table) / sizeof((table)[0])

/* In the order in which they are most likely to tell two records apart, the costly last. The name is always compared.
 */
static const struct stage {
        void (*compare)(const struct comparison *c);
        bool persons_only;
        const struct needed *needs;
        uint32_t need_count;
} stages[] = {
        {compare_birth, true, NEEDS(birth_needs)},
        {compare_identifiers, false, NEEDS(identifier_needs)},
        {compare_contact, false, NEEDS(contact_needs)},
        {compare_addresses, false, NEEDS(address_needs)},
};

#define STAGE_COUNT (sizeof(stages) / sizeof(stages[0]))

static bool has_any(const struct features *features, const struct needed *needed)
{
        return features->first[needed->first] != features->first[needed->last + 1];
}

/* The most that the attributes of a stage can add. */
static int32_t most_of(const struct scorer *scorer, const struct comparison *c, const struct stage *stage)
{
        int32_t most = 0;
        for (uint32_t i = 0; i < stage->need_count; i++) {
                const struct needed *needed = &stage->needs[i];
                if (has_any(c->pair->a.features, needed) && has_any(c->pair->b.features, needed))
                        most += scorer->most_mbit[c->type][needed->attribute];
        }
        return most;
}

static int32_t sum_weights(const struct evidence *evidence)
{
        int32_t sum = 0;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                sum += evidence->of[i].weight_mbit;
        return sum;
}

/* False as soon as the pair cannot reach @least_mbit any more: alternatives only take away. */
static bool compare_sides(const struct scorer *scorer, const struct comparison *c, int32_t least_mbit)
{
        const struct model_stratum *stratum = &c->model->strata[c->type];
        bool may_end = least_mbit != INT32_MIN;
        int32_t most[STAGE_COUNT] = {0}, left = stratum->prior_mbit + stratum->confidence_mbit;
        for (uint32_t i = 0; may_end && i < STAGE_COUNT; i++) {
                most[i] = most_of(scorer, c, &stages[i]);
                left += most[i];
        }
        if (c->pair->asserted)
                evidence_set(c, MODEL_SAME_AS, SAME_AS_ASSERTED, TEXT_NONE, TEXT_NONE);
        if (c->type == TYPE_PERSON)
                compare_person_name(c);
        else
                compare_organization_name(c);
        for (uint32_t i = 0; i < STAGE_COUNT; i++) {
                if (may_end && left + sum_weights(c->evidence) < least_mbit)
                        return false;
                if (c->type == TYPE_PERSON || !stages[i].persons_only)
                        stages[i].compare(c);
                left -= most[i];
        }
        return true;
}

/* What the agreements on @attributes (a bit each) say less together than one by one. Values go together among strangers
 * (model/weights.h): each agreement tells less by the greatest coupling with one before it, and nothing at worst. A
 * chain of pairs in place of the joint distribution (Chow & Liu 1968, "Approximating Discrete Probability Distributions
 * with Dependence Trees"). */
static int32_t repeated_mbit(const struct model_stratum *stratum, const struct evidence *evidence, uint64_t attributes)
{
        int32_t sum = 0;
        for (uint32_t i = 1; i < MODEL_COUPLED_COUNT; i++) {
                int32_t weight = evidence->of[model_coupled[i]].weight_mbit;
                int32_t less = 0;
                if (weight <= 0 || !(attributes >> model_coupled[i] & 1))
                        continue;
                for (uint32_t j = 0; j < i; j++)
                        if (stratum->coupling_mbit[i][j] > less && attributes >> model_coupled[j] & 1 &&
                            evidence->of[model_coupled[j]].weight_mbit > 0)
                                less = stratum->coupling_mbit[i][j];
                sum += less < weight ? less : weight;
        }
        return sum;
}

/* S_A of one alternative, or false where it does not apply. */
static bool weigh_alternative(const struct model_stratum *stratum, const struct evidence *evidence,
                              const struct model_explanation *explanation, int32_t *sum_mbit)
{
        bool called_for = false;
        bool decidable = false;
        uint64_t explained = 0;
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
                explained |= UINT64_C(1) << i;
                if (weight > 0) {
                        called_for |= explanation->needs >> i & 1;
                        weight = weight > cost ? weight - cost : 0;
                        weight = weight < most ? weight : most;
                }
                sum += weight;
        }
        if (!called_for || (!decidable && !explanation->undecided))
                return false;
        *sum_mbit = sum - repeated_mbit(stratum, evidence, explained);
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

/* Compares the two sides in their canonical order. False where the comparison ended because the pair cannot reach
 * @least_mbit (INT32_MIN: it never ends early). */
static bool gather_evidence(struct scorer *scorer, const struct score_pair *given, int32_t least_mbit,
                            struct evidence *evidence)
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
        if (!compare_sides(scorer, &c, least_mbit))
                return false;
        if (scorer->model->rules)
                evidence->rule = rule_decide(scorer->model->rules, pair.a.features, pair.b.features);
        return true;
}

static bool is_kept_apart(const struct evidence *evidence)
{
        return evidence->cannot_link || (evidence->rule && evidence->rule->then == RULE_NEVER);
}

/* What the configuration lets an attribute count more or less than the model. */
static void adjust_weights(const struct model *model, enum record_type type, struct evidence *evidence)
{
        if (!model->adjusted)
                return;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                evidence->of[i].weight_mbit += evidence->of[i].weight_mbit * model->more_weight[type][i] / 1000;
}

/* Sums what was compared. The one place where evidence becomes odds, for scores, explanations and training alike. */
static void combine(const struct model *model, enum record_type type, const struct evidence *evidence,
                    struct score_odds *odds)
{
        const struct model_stratum *stratum = &model->strata[type];
        odds->match_mbit = stratum->prior_mbit;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                odds->match_mbit += evidence->of[i].weight_mbit;
        odds->repeated_mbit = repeated_mbit(stratum, evidence, UINT64_MAX);
        odds->match_mbit -= odds->repeated_mbit;
        odds->others_mbit = weigh_alternatives(stratum, evidence, odds->alternative_mbit, &odds->strongest);
        odds->posterior_mbit = odds->match_mbit - odds->others_mbit + model->strata[type].confidence_mbit;
}

struct score score_pair_reaching(struct scorer *scorer, const struct score_pair *pair, int32_t least_mbit)
{
        struct evidence evidence;
        struct score_odds odds;
        /* A rule of the configuration decides whatever the weights say, and weights may count more than the model's. */
        if (scorer->model->rules || scorer->model->adjusted)
                least_mbit = INT32_MIN;
        if (!gather_evidence(scorer, pair, least_mbit, &evidence))
                return (struct score){.posterior_mbit = least_mbit - 1};
        adjust_weights(scorer->model, pair->a.features->type, &evidence);
        combine(scorer->model, pair->a.features->type, &evidence, &odds);
        return (struct score){
                .posterior_mbit = rule_posterior(scorer->model->rules, evidence.rule, odds.posterior_mbit),
                .cannot_link = is_kept_apart(&evidence),
        };
}

struct score score_pair(struct scorer *scorer, const struct score_pair *pair)
{
        return score_pair_reaching(scorer, pair, INT32_MIN);
}

void score_compare(struct scorer *scorer, const struct score_pair *pair, struct score_vector *vector)
{
        const struct model_stratum *stratum = &scorer->model->strata[pair->a.features->type];
        struct evidence evidence;
        gather_evidence(scorer, pair, INT32_MIN, &evidence);
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
        adjust_weights(model, type, &evidence);
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
        gather_evidence(scorer, pair, INT32_MIN, &evidence);
        adjust_weights(scorer->model, pair->a.features->type, &evidence);
        combine(scorer->model, pair->a.features->type, &evidence, &odds);
        detail->score.posterior_mbit = rule_posterior(scorer->model->rules, evidence.rule, odds.posterior_mbit);
        detail->score.cannot_link = is_kept_apart(&evidence);
        restore_sides(&evidence);
        detail->steps = arena_calloc(arena, MODEL_ATTRIBUTE_COUNT + 5, sizeof(*detail->steps));
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
        if (odds.repeated_mbit)
                detail->steps[detail->step_count++] = (struct score_step){
                        .attribute = TEXT("together"),
                        .level = TEXT("strangers who share one of these share the others more often"),
                        .weight_mbit = -odds.repeated_mbit,
                };
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
