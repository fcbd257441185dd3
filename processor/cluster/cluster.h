/* cluster.h: one component of the match graph into clusters.
 *
 * Greedy agglomeration by linkage in an order that depends on nothing but the items and their scores: highest linkage
 * first, then the smaller canonical order. Cannot-links forbid a merge, must-links are contracted first. Items of one
 * exclusive group (records of a source without duplicates) never meet in a cluster, however long the way between them;
 * as bits of a cluster that costs a comparison for each merge, not a cannot-link for each pair. One weak link never
 * joins two dense groups. Components beyond CLUSTER_ITEMS_MAX raise their own threshold in fixed steps until the parts
 * fit.
 */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "model/model.h"

#define CLUSTER_ITEMS_MAX 10000

struct cluster_item {
        struct hash128 order; /* canonical: derived from content, never from arrival */
        uint32_t weight;      /* records that it stands for, at least 1 */
        uint64_t unique;      /* exclusive groups that it is of, a bit each: no cluster holds two items of one group */
};

struct cluster_edge { /* a known score; pairs in any order, no repeats */
        uint32_t a;
        uint32_t b;
        int32_t posterior_mbit;
        bool cannot_link;
};

enum cluster_constraint_kind {
        CLUSTER_MUST_LINK,
        CLUSTER_CANNOT_LINK
};

struct cluster_constraint {
        uint32_t a;
        uint32_t b;
        enum cluster_constraint_kind kind;
};

struct cluster_problem {
        const struct cluster_item *items;
        uint32_t item_count;
        const struct cluster_edge *edges;
        uint32_t edge_count;
        const struct cluster_constraint *constraints; /* contradictions among them have been settled by the caller */
        uint32_t constraint_count;
        int32_t match_mbit;
        /* Compares two items that no blocking key proposed. Pure; called for a bounded number of pairs. */
        struct score (*compare)(void *context, uint32_t a, uint32_t b);
        void *context;
};

/* Writes for each item the smallest item index of its cluster to @label (item_count entries). Scratch memory comes from
 * @arena. Two orderings of the same items and edges give the same partition. */
void cluster_solve(struct arena *arena, const struct cluster_problem *problem, uint32_t *label);
