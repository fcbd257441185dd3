/* evaluate.h: how good a clustering is, given the truth.
 *
 * Pairwise precision, recall and F1 over all pairs of records that share a cluster; B³ (Bagga & Baldwin 1998,
 * "Algorithms for Scoring Coreference Chains") averages over records instead, so that one large cluster cannot decide
 * everything.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct evaluation {
        uint64_t records; /* of the truth */
        uint64_t missing; /* of the truth that the prediction lacks; each counts as a cluster of its own */
        uint64_t unknown; /* of the prediction that the truth lacks; left out */
        uint64_t truth_clusters;
        uint64_t predicted_clusters;
        uint64_t true_pairs; /* in the truth */
        uint64_t predicted_pairs;
        uint64_t correct_pairs; /* in both */
        uint64_t split;         /* true clusters that lie in several predicted ones */
        uint64_t merged;        /* predicted clusters that hold several true ones */
        uint64_t exact;         /* clusters that are the same in both */
        double pair_precision, pair_recall, pair_f1;
        double b3_precision, b3_recall, b3_f1;
};

/* Compares two CSV files with the columns source, record_id, cluster. ERR_USAGE names file, line and what is wrong. */
int evaluate_files(const char *truth, const char *predicted, struct evaluation *evaluation, struct error *error);
