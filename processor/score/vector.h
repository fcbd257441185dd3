/* vector.h: a comparison without its weights, for those who estimate them (train/).
 *
 * What comparing a pair finds (which level each attribute reaches) does not depend on m, u or prior odds, but for the
 * choice between several addresses. So a model is estimated over vectors that were made once: score_weigh() gives the
 * odds of a vector under any model, by the very sums that score_pair() makes.
 */
#pragma once

#include "model/weights.h"
#include "score/score.h"

struct score_vector {
        uint8_t level[MODEL_ATTRIBUTE_COUNT]; /* LEVEL_MISSING: not compared */
        /* Weight beyond the level's: the value's rarity, the words of a company's name. Depends on the model's
         * frequencies, not on m and u. */
        int16_t extra_mbit[MODEL_ATTRIBUTE_COUNT];
        bool cannot_link;
};

#define SCORE_DOES_NOT_APPLY INT32_MIN

struct score_odds {
        int32_t match_mbit;                          /* S_M: prior odds and all weights, less `repeated` */
        int32_t repeated_mbit;                       /* what coupled attributes say twice, 0 at least */
        int32_t alternative_mbit[ALTERNATIVE_COUNT]; /* S_A, or SCORE_DOES_NOT_APPLY */
        int32_t others_mbit;                         /* log2(1 + sum of 2^S_A) */
        int32_t posterior_mbit;                      /* S_M - others */
        enum model_alternative strongest;            /* ALTERNATIVE_COUNT: none applies */
};

void score_compare(struct scorer *scorer, const struct score_pair *pair, struct score_vector *vector);
void score_weigh(const struct model *model, enum record_type type, const struct score_vector *vector,
                 struct score_odds *odds);
