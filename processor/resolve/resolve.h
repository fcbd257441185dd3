/* resolve.h: the matching half of the engine, in memory and in one go.
 *
 * For commands that look at a whole file at once (train, explain, evaluate): standardise, value nodes, blocking keys,
 * scores, clusters, by the same stages, the same caps and the same rules as the engine, without its state. So what they
 * say about a file is what `durand replay` does with it.
 *
 * Everything is in a canonical order that depends on content alone: records by their key, nodes by the hash of their
 * features, pairs by their nodes. Results do not depend on the order of the input or on the number of threads.
 */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "config/config.h"
#include "model/model.h"
#include "record/record.h"
#include "score/score.h"
#include "score/vector.h"

struct resolve_record {
        struct record record;  /* standardised */
        enum record_type type; /* by its content */
        uint32_t node;
        uint32_t cluster; /* smallest index of a record of its cluster; set by resolve_cluster() */
};

struct resolve_node {
        const struct features *features; /* decoded once: a node is compared a dozen times and more */
        enum record_type type;
        struct hash128 order;
        uint32_t first_member; /* in resolve.members */
        uint32_t member_count;
        uint64_t unique;        /* sources without duplicates (config_unique_bit()) that it has records of */
        const uint8_t *generic; /* a byte a feature; NULL: no value of it is generic */
        uint32_t cluster;       /* smallest index of a node of its cluster; set by resolve_cluster() */
};

/* Two nodes that some key proposed; a < b. */
struct resolve_pair {
        uint32_t a;
        uint32_t b;
        uint64_t recipes; /* bit set of the recipes (block/block.h) whose keys proposed it */
};

#define RESOLVE_ASSERTED (UINT64_C(1) << 63) /* in `recipes`: a record names the other one (same_as) */

struct resolve_stratum { /* of one type */
        uint32_t first_node, end_node;
        uint32_t record_count;
        struct resolve_pair *pairs; /* sorted by (a, b) */
        size_t pair_count;
        struct score *scores; /* by pair; set by resolve_score() */
        size_t keys_over_cap;
        size_t keys_used; /* shared by at least two nodes, within the cap */
};

struct resolve {
        const struct config *config;
        struct parallel *parallel;
        struct arena arena;       /* records, nodes */
        struct arena round_arena; /* what depends on the model: keys, pairs, scores */
        struct resolve_record *records;
        uint32_t record_count;
        struct resolve_node *nodes;
        uint32_t node_count;
        uint32_t *members; /* record indices by node */
        struct resolve_stratum strata[TYPE_COUNT];
        struct resolve_lookup *lookup; /* internal, as what follows */
        struct arena *worker_arenas;   /* texts that the workers made */
        unsigned worker_count;
};

/* Standardises @records (any order; borrowed texts must outlive the result; deleted ones and pseudo records of tables
 * are left out) on all threads of @parallel and makes value nodes. ERR_FATAL where the standardiser cannot be opened.
 */
int resolve_open(const struct config *config, struct parallel *parallel, const struct record *records, size_t count,
                 struct resolve **resolve, struct error *error);
void resolve_close(struct resolve *resolve); /* NULL is allowed */

/* Derives keys and proposes pairs under @model; marks generic values. Forgets earlier pairs and scores. */
void resolve_block(struct resolve *resolve, const struct model *model);

/* The comparison of each pair of @type into @vectors (pair_count entries). */
void resolve_compare(struct resolve *resolve, const struct model *model, enum record_type type,
                     struct score_vector *vectors);

/* Compares @count pairs of nodes that need not be candidates (a may be b: records of one node). */
void resolve_compare_nodes(struct resolve *resolve, const struct model *model, const struct resolve_pair *pairs,
                           size_t count, struct score_vector *vectors);

/* Scores the pairs of @type, then joins nodes and records into clusters. Organizations first: what their clusters say
 * of employers is evidence for persons. */
void resolve_score(struct resolve *resolve, const struct model *model, enum record_type type);
void resolve_cluster(struct resolve *resolve, const struct model *model, enum record_type type);

/* Organizations, then persons, from blocking to clusters. */
void resolve_all(struct resolve *resolve, const struct model *model);

/* The clusters again after resolve_all(), where only the match thresholds of the configuration are others: keys, pairs
 * and the scores of organizations do not depend on them, those of persons only by their employers' clusters. */
void resolve_cluster_all(struct resolve *resolve, const struct model *model);

/* Room for what is known of the two sides of one pair: keep one for each thread. */
struct resolve_sides {
        uint8_t generic_a[FEATURES_MAX], generic_b[FEATURES_MAX];
};

/* The pair as the scorer wants it; borrows from @sides and @resolve. */
struct score_pair resolve_make_pair(const struct resolve *resolve, uint32_t a, uint32_t b, struct resolve_sides *sides);

/* The record with this key, or the only one with this source and id if @entity is empty; UINT32_MAX: none. */
uint32_t resolve_find_record(const struct resolve *resolve, struct record_key key);
