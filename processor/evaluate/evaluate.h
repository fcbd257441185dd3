/* evaluate.h: how good a clustering is, given the truth.
 *
 * Pairwise precision, recall and F1 over all pairs of records that share a cluster; B³ (Bagga & Baldwin 1998,
 * "Algorithms for Scoring Coreference Chains") averages over records instead, so that one large cluster cannot decide
 * everything.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A clustering: which cluster each record is in. */
struct labels;

struct labels *labels_new(void);
void labels_free(struct labels *labels); /* NULL is allowed */

/* Texts are copied. False: the record is there already, and stays where it was. */
bool labels_add(struct labels *labels, struct text source, struct text record_id, struct text cluster);

/* A CSV file with the columns source, record_id, cluster. ERR_USAGE names file, line and what is wrong. */
int labels_read(const char *path, struct labels **labels, struct error *error);

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

void evaluate(const struct labels *truth, const struct labels *predicted, struct evaluation *evaluation);

struct record_name {
        struct text source, record_id; /* live as long as the truth */
};

/* Gives the pairs of records that are together in @own and apart in @other, and known to both, in the order of @own's
 * records, until @visit returns false. With the truth as @own these are the missed pairs, as @other the wrongly joined.
 */
void evaluate_differences(const struct labels *own, const struct labels *other,
                          bool (*visit)(void *context, struct record_name a, struct record_name b), void *context);

/* True if both records are known and in one cluster. */
bool labels_together(const struct labels *labels, struct record_name a, struct record_name b);
