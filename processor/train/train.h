/* train.h: a matching model from records that nobody has labelled.
 *
 * Fellegi & Sunter's m and u, the prior odds and the frequencies of values, estimated by expectation maximisation
 * (Dempster, Laird & Rubin 1977; Winkler 1988, "Using the EM algorithm for weight computation in the Fellegi-Sunter
 * model"). Three things keep it from running away, as plain EM does on blocked pairs:
 *   - u comes from random pairs of all records, and the prior is over all pairs: a pair that no key proposed is none;
 *   - the classes are match, stranger and the model's alternatives (household, colleague, ...): related pairs have a
 *     class of their own;
 *   - everything starts at a model and is held near it by pseudo-counts: an attribute moves as far as its own evidence
 *     carries it, and names, birth dates and identifiers may never differ in most matches.
 *
 * Deterministic to the byte: sums are integers, orders are canonical, samples are chosen by hashes of record keys. The
 * same records in any order, on any number of threads, give the same model.
 */
#pragma once

#include "model/weights.h"
#include "resolve/resolve.h"

#define TRAIN_BINS 81 /* of the histogram of scores: one bit each, from -40 to +40 */
#define TRAIN_BIN_FIRST (-40)
#define TRAIN_RECIPES_MAX 64

struct train_level {
        const char *name;
        uint64_t matches; /* expected true pairs that reached it, and random pairs, in thousandths */
        uint64_t others;
        uint32_t m_ppb, u_ppb;
        int32_t weight_mbit;
        int32_t start_mbit; /* weight before training */
};

struct train_attribute {
        uint32_t level_count; /* with level 0; 0: not compared in these records */
        bool learned;
        struct train_level levels[MODEL_LEVELS_MAX];
};

struct train_recipe { /* of blocking keys */
        const char *name;
        uint64_t pairs;      /* that it proposed */
        uint64_t matches;    /* expected ones among them, thousandths */
        uint64_t only_pairs; /* that no other recipe proposed */
        uint64_t only_matches;
        bool left_out; /* by the model, for it costs more than it finds */
};

struct train_stratum {
        int32_t match_mbit; /* the threshold of the clusters that `joined` counts */
        uint32_t records, nodes;
        uint64_t candidates;      /* pairs of nodes that keys proposed */
        uint64_t candidates_left; /* of them, those of the keys that the model keeps */
        uint64_t random_pairs;    /* that u was estimated from */
        uint64_t expected;        /* matching pairs of records, thousandths */
        uint64_t joined;          /* pairs of records within the clusters that the model makes */
        uint64_t joined_compared; /* of them, those that were scored, thousandths of a pair of records */
        uint32_t iterations;
        uint32_t rounds; /* of value frequencies */
        int32_t prior_mbit;
        struct train_attribute attributes[MODEL_ATTRIBUTE_COUNT];
        uint64_t alternative_pairs[ALTERNATIVE_COUNT]; /* expected, thousandths */
        uint64_t histogram[TRAIN_BINS];                /* candidates by posterior, pairs of records */
        uint64_t bin_matches[TRAIN_BINS];              /* expected matches among them, thousandths */
        struct train_recipe recipes[TRAIN_RECIPES_MAX];
};

struct train_report {
        struct train_stratum strata[TYPE_COUNT];
};

/* Estimates a model from the records of @resolve, beginning at @start. The result is the caller's (model_free()); its
 * populations are the numbers of records. Leaves @resolve resolved under the new model. */
int train_model(struct resolve *resolve, const struct model *start, struct model **model, struct train_report *report,
                struct error *error);
