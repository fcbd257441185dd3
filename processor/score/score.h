/* score.h: how likely it is that two value nodes describe the same person or company.
 *
 * The posterior log odds of a pair: log2 prior odds of a random pair of the population + the weights of the levels that
 * the attributes reach, minus the best alternative explanation (one household, one employer, one group, one building),
 * all in thousandths of a bit (struct score, model/model.h). Symmetric: score(a, b) = score(b, a). Missing values are
 * neutral.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "model/model.h"
#include "record/features.h"

/* What the engine knows of a side or of the pair beyond the features. */
struct score_side {
        const struct features *features;
        const uint8_t *generic; /* one byte a feature: its value is shared by too many nodes; NULL: none is */
};

enum score_employer {
        EMPLOYER_UNKNOWN,
        EMPLOYER_SAME,
        EMPLOYER_DIFFERENT
};

struct score_pair {
        struct score_side a;
        struct score_side b;
        enum score_employer employer; /* resolved organizations of the two persons */
        bool asserted;                /* one of the two says it is the other (same_as) */
};

/* Scratch memory and caches of one thread. */
struct scorer;

struct scorer *scorer_new(const struct model *model);
void scorer_free(struct scorer *scorer);

struct score score_pair(struct scorer *scorer, const struct score_pair *pair);

/* The same where the posterior is at least @least_mbit; otherwise any posterior below it, found with less work: most
 * candidates are nowhere near, and the comparison ends as soon as nothing that is left can bring them there. */
struct score score_pair_reaching(struct scorer *scorer, const struct score_pair *pair, int32_t least_mbit);

/* The same with every step: prior, attributes with level, values, weight and term frequency, alternative. */
struct score_step {
        struct text attribute; /* "name", "birth_date", "prior", "household" */
        struct text level;     /* "exact", "initial fits", "one edit" */
        struct text value_a;
        struct text value_b;
        int32_t weight_mbit;
        int32_t rarity_mbit; /* part of it: how far the values are rarer (or more common) than usual */
};

struct score_detail {
        struct score score;
        struct score_step *steps;
        uint32_t step_count;
        const struct rule *rule;   /* of the configuration, that decided; NULL: the weights did */
        struct text contradiction; /* what made cannot_link: 'siren 732829320 and 552100554'; empty where nothing did,
                                    * or where the two are establishments of one company */
};

void score_explain(struct scorer *scorer, const struct score_pair *pair, struct arena *arena,
                   struct score_detail *detail);
