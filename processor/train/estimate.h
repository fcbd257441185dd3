/* estimate.h: what the files of train/ share: cells of equal comparisons, and the sums over them. Internal. */
#pragma once

#include "train/train.h"

/* Comparisons that are alike, counted together. */
struct train_cell {
        struct score_vector vector;
        uint64_t weight;   /* pairs of records */
        uint64_t selected; /* attributes without whose agreement no key would have proposed these pairs: a bit each */
};

struct train_cells {
        struct train_cell *items;
        size_t count, capacity;
};

/* Sums of one E-step, in millionths of a pair. */
struct train_sums {
        uint64_t matches[MODEL_ATTRIBUTE_COUNT][MODEL_LEVELS_MAX]; /* by level; only of pairs not selected by it */
        uint64_t others[MODEL_ATTRIBUTE_COUNT][MODEL_LEVELS_MAX];  /* strangers among random pairs */
        uint64_t alternatives[ALTERNATIVE_COUNT];
        uint64_t expected;
        /* Of random pairs that neither a match nor an alternative explains, by two coupled attributes (i < j): those
         * where both were compared, where i agrees, where j does, where both do. */
        struct train_joint {
                uint64_t compared, first, second, both;
        } joint[MODEL_COUPLED_COUNT][MODEL_COUPLED_COUNT];
};

/* cells.c: the candidates of @type, and random pairs of its records. */
void train_gather_candidates(struct resolve *resolve, const struct model *model, enum record_type type,
                             struct arena *arena, struct train_cells *cells);
uint64_t train_gather_random(struct resolve *resolve, const struct model *model, enum record_type type,
                             struct arena *arena, struct train_cells *cells);

/* expect.c: adds what the cells are expected to be under @model. */
void train_expect_matches(struct parallel *parallel, const struct model *model, enum record_type type,
                          const struct train_cells *cells, struct train_sums *sums);
void train_expect_others(struct parallel *parallel, const struct model *model, enum record_type type,
                         const struct train_cells *cells, struct train_sums *sums);

/* u of every level, before levels are pooled. */
struct train_u {
        uint32_t ppb[MODEL_ATTRIBUTE_COUNT][MODEL_LEVELS_MAX];
};

/* levels.c: u from the sums over random pairs, held near @start; then m of every learnable level of @stratum from the
 * sums over candidates, and with both the weights. */
void train_find_u(const struct model_stratum *start, const struct train_sums *sums, struct train_u *u);
void train_set_levels(struct model_stratum *stratum, const struct model_stratum *start, const struct train_u *u,
                      const struct train_sums *sums);
bool train_learns(enum model_attribute attribute);

/* couplings.c: how much more often than by chance strangers agree on two attributes at once. */
void train_set_couplings(struct model_stratum *stratum, const struct train_sums *sums);

/* frequencies.c: rarities of values from the clusters that stand in @resolve, each value counted once a cluster. */
void train_set_frequencies(const struct resolve *resolve, const struct model *start, struct model *model);

/* recipes.c: the recipes that the pairs of @type, resolved and scored, do as well without: a bit each. */
uint64_t train_choose_recipes(const struct resolve *resolve, enum record_type type, int32_t confidence_mbit);

/* fit.c */
void train_report_sums(struct train_stratum *report, const struct train_sums *sums);
void train_report_others(struct train_stratum *report, const struct train_sums *sums);
void train_report_clusters(const struct resolve *resolve, struct train_report *report);
void train_fill_report(const struct resolve *resolve, const struct model *start, const struct model *model,
                       struct train_report *report);
