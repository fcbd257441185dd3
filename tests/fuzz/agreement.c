/* One comparison told in four ways: the score, the score the other way round, the vector that training weighs, and the
 * explanation. They share most of their code, so a difference is a fact that one of them lets depend on the side, on
 * the order of equal choices, or on memory that it did not set.
 */
#include "agreement.h"

#include "block/block.h"
#include "score/vector.h"

#include <stdio.h>
#include <string.h>

#define POSTERIOR_MOST_MBIT 400000 /* no sum of attributes comes near it: beyond it something has overflowed */

static bool equal_scores(struct score a, struct score b)
{
        return a.posterior_mbit == b.posterior_mbit && a.cannot_link == b.cannot_link;
}

static const char *compare_vectors(const struct model *model, enum record_type type, const struct score_vector *there,
                                   const struct score_vector *back, char *reason)
{
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                const char *name = model_attribute_name((enum model_attribute)i);

                if (there->level[i] != LEVEL_MISSING && there->level[i] >= model->strata[type].level_count[i])
                        snprintf(reason, AGREEMENT_REASON_MAX, "%s has no level %u", name, there->level[i]);
                else if (there->level[i] != back->level[i])
                        snprintf(reason, AGREEMENT_REASON_MAX, "%s is level %u, and %u the other way round", name,
                                 there->level[i], back->level[i]);
                else if (there->extra_mbit[i] != back->extra_mbit[i])
                        snprintf(reason, AGREEMENT_REASON_MAX, "%s weighs %+d more, and %+d the other way round", name,
                                 there->extra_mbit[i], back->extra_mbit[i]);
                else
                        continue;
                return reason;
        }
        return NULL;
}

static const char *check_keys(const struct model *model, const struct features *features, char *reason)
{
        struct block_keys keys;

        block_derive(model, features, &keys);
        for (uint32_t i = 1; i < keys.count; i++)
                if (keys.items[i].hash <= keys.items[i - 1].hash) {
                        snprintf(reason, AGREEMENT_REASON_MAX, "blocking key %u is out of order or repeated", i);
                        return reason;
                }
        return NULL;
}

static const char *check_explanation(struct scorer *scorer, const struct score_pair *pair, struct score score,
                                     char *reason)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct score_detail detail;

        score_explain(scorer, pair, &arena, &detail);
        if (equal_scores(detail.score, score))
                return NULL;
        snprintf(reason, AGREEMENT_REASON_MAX, "the score is %d, and the explanation's %d", score.posterior_mbit,
                 detail.score.posterior_mbit);
        return reason;
}

const char *agreement_check(const struct model *model, struct scorer *scorer, const struct features *a,
                            const struct features *b, char reason[AGREEMENT_REASON_MAX])
{
        struct score_pair there = {.a.features = a, .b.features = b}, back = {.a.features = b, .b.features = a};
        struct score score = score_pair(scorer, &there), mirrored = score_pair(scorer, &back);
        struct score_vector vector, mirrored_vector;
        struct score_odds odds;
        const char *found;

        if (score.posterior_mbit > POSTERIOR_MOST_MBIT || score.posterior_mbit < -POSTERIOR_MOST_MBIT) {
                snprintf(reason, AGREEMENT_REASON_MAX, "a score of %d", score.posterior_mbit);
                return reason;
        }
        score_compare(scorer, &there, &vector);
        score_compare(scorer, &back, &mirrored_vector);
        if ((found = compare_vectors(model, a->type, &vector, &mirrored_vector, reason)))
                return found;
        score_weigh(model, a->type, &vector, &odds);
        if (!equal_scores(score, mirrored) || odds.posterior_mbit != score.posterior_mbit) {
                snprintf(reason, AGREEMENT_REASON_MAX, "the score is %d, %d the other way round, %d as a vector",
                         score.posterior_mbit, mirrored.posterior_mbit, odds.posterior_mbit);
                return reason;
        }
        if ((found = check_explanation(scorer, &there, score, reason)) || (found = check_keys(model, a, reason)))
                return found;
        return check_keys(model, b, reason);
}

bool agreement_survives_encoding(const struct features *features)
{
        struct buffer BUFFER_CLEANUP first = {0}, BUFFER_CLEANUP second = {0};
        struct features again;

        memset(&again, 0, sizeof(again));
        again.type = features->type;
        features_encode(features, &first);
        if (features_decode(buffer_view(&first), &again) < 0)
                return false;
        features_encode(&again, &second);
        return text_equal(buffer_view(&first), buffer_view(&second));
}
