/* oracle.h: R and D = F(R, M) from scratch, written apart from the incremental engine.
 *
 * It reads the whole history at once, forgets nothing, and compares everything with everything. It uses the same pure
 * stages (merge, standardise, block, score, cluster, golden, conflict), but knows nothing of batches, record numbers,
 * postings, stored edges or what was published before.
 *
 * Its own ordering rule: the events of one record merge in the order of their versions; only across a deletion or
 * truncation does the order of the history count.
 */
#pragma once

#include "outputs.h"

#include "record/change.h"

struct oracle;

struct oracle *oracle_new(const struct config *config, const struct model *model, struct error *error);
void oracle_free(struct oracle *oracle);

struct oracle_result {
        struct output_set outputs;   /* every output that has a value after the history */
        struct output_set members;   /* key of a living record -> id of its entity; the topic is the type */
        struct engine_counts counts; /* what engine.h counts of R and D */
};

/* @result is zeroed by the caller. */
void oracle_compute(struct oracle *oracle, const struct changes *history, struct oracle_result *result);
void oracle_result_free(struct oracle_result *result);
