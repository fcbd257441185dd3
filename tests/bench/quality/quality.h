/* quality.h: what the parts of the quality tool share. */
#pragma once

#include "block/block.h"
#include "cluster/cluster.h"
#include "config/config.h"
#include "model/model.h"
#include "record/features.h"
#include "record/record.h"
#include "score/score.h"
#include "standard/standard.h"

#include "base/hash.h"

struct options {
        const char *model;
        const char *rows;
        const char *truth;
        int64_t population;
        int64_t cap;
        int32_t match_mbit;
        uint32_t dump;
};

struct row {
        struct record record;
        struct text cluster; /* of the truth; empty: not listed */
        uint32_t node;
        uint32_t found; /* cluster that we gave */
};

struct node {
        struct text bytes; /* encoded features */
        struct features *features;
        uint8_t *generic;
        enum record_type type;
        uint32_t members;
        uint32_t first_row;
        struct hash128 order;
        struct block_keys keys;
};

struct edge {
        uint32_t a;
        uint32_t b;
        struct score score;
};

struct bench {
        struct arena arena;
        struct options options;
        struct config config;
        struct standard *standard;
        struct model *model;
        struct scorer *scorer;
        struct row *rows;
        size_t row_count, row_capacity;
        struct node *nodes;
        size_t node_count, node_capacity;
        struct edge *edges;
        size_t edge_count, edge_capacity;
        uint32_t *label;     /* by node */
        uint32_t label_base; /* labels below name clusters of nodes; rows that stay alone count on from here */
        int64_t standard_us, block_us, score_us, cluster_us;
};

/* read.c */

/* Processor time of this thread: a busy machine does not blur it. */
int64_t cpu_us(void);
_Noreturn void die(const char *what, const char *detail);
void read_rows(struct bench *bench);
void read_truth(struct bench *bench); /* sorts the rows by key */

/* match.c: the stages, in this order */
void make_nodes(struct bench *bench);
void score_candidates(struct bench *bench);
void solve_all(struct bench *bench);
void label_rows(struct bench *bench);

struct score_pair pair_of(const struct bench *bench, uint32_t a, uint32_t b);
struct score compare_nodes(void *context, uint32_t a, uint32_t b);

/* report.c */
void print_blocking(struct bench *bench);
void dump_mistakes(struct bench *bench);
void print_all_figures(struct bench *bench); /* sorts the rows by truth */
