/* Which blocking keys are worth what they cost.
 *
 * A recipe goes if it costs a good part of all comparisons and finds hardly any match that the recipes which stay do
 * not find: dearest first, and each judged beside those that went before. A lost match is counted by its probability,
 * also where identifiers exclude it: that a pair was compared and excluded is knowledge as well.
 *
 * With little evidence all stay: that no match was seen to need a key is no sign then.
 */
#include "train/estimate.h"

#include "model/bits.h"
#include "model/recipes.h"

#define EVIDENCE_LEAST 1000     /* expected matches */
#define COST_LEAST_PERMILLE 10  /* of the candidates that only this recipe proposes */
#define LOSS_MOST_PPM 100       /* of the matches expected among all candidates, by one recipe */
#define ALL_LOSSES_MOST_PPM 500 /* and by all that are left out */
#define MILLION UINT64_C(1000000)

struct worth { /* of one recipe beside those that stay */
        uint64_t pairs;
        uint64_t matches; /* in thousandths */
};

struct choice {
        const struct resolve_stratum *stratum;
        int32_t confidence_mbit;
        uint64_t left_out;
        struct worth alone[RECIPE_COUNT];
        struct worth all;
};

/* What each recipe that stays finds alone. Pairs that only left out ones proposed are gone. */
static void weigh(const struct resolve *resolve, struct choice *choice)
{
        for (uint32_t r = 0; r < RECIPE_COUNT; r++)
                choice->alone[r] = (struct worth){0};
        choice->all = (struct worth){0};
        for (size_t i = 0; i < choice->stratum->pair_count; i++) {
                const struct resolve_pair *pair = &choice->stratum->pairs[i];
                uint64_t stay = pair->recipes & ~choice->left_out;
                uint64_t weight = (uint64_t)resolve->nodes[pair->a].member_count * resolve->nodes[pair->b].member_count;
                int32_t posterior = choice->stratum->scores[i].posterior_mbit - choice->confidence_mbit;
                uint64_t matches = weight * bits_probability_ppm(posterior) / 1000;
                if (!stay)
                        continue;
                choice->all.pairs++;
                choice->all.matches += matches;
                if (stay & (stay - 1))
                        continue;
                for (uint32_t r = 0; r < RECIPE_COUNT; r++)
                        if (stay == UINT64_C(1) << r) {
                                choice->alone[r].pairs++;
                                choice->alone[r].matches += matches;
                        }
        }
}

uint64_t train_choose_recipes(const struct resolve *resolve, enum record_type type, int32_t confidence_mbit)
{
        struct choice choice = {.stratum = &resolve->strata[type], .confidence_mbit = confidence_mbit};
        weigh(resolve, &choice);
        struct worth first = choice.all;
        if (first.matches < EVIDENCE_LEAST * UINT64_C(1000))
                return 0;
        for (;;) {
                uint32_t dearest = RECIPE_COUNT;
                uint64_t lost = first.matches - choice.all.matches;
                for (uint32_t r = 0; r < RECIPE_COUNT; r++) {
                        const struct worth *alone = &choice.alone[r];
                        if (model_recipe_is_optional(r) && alone->pairs * 1000 >= first.pairs * COST_LEAST_PERMILLE &&
                            alone->matches * MILLION <= first.matches * LOSS_MOST_PPM &&
                            (lost + alone->matches) * MILLION <= first.matches * ALL_LOSSES_MOST_PPM &&
                            (dearest == RECIPE_COUNT || alone->pairs > choice.alone[dearest].pairs))
                                dearest = r;
                }
                if (dearest == RECIPE_COUNT)
                        return choice.left_out;
                choice.left_out |= UINT64_C(1) << dearest;
                weigh(resolve, &choice);
        }
}
