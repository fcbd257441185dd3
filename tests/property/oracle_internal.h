/* oracle_internal.h: the world that the files of the oracle fill one after the other. */
#pragma once

#include "oracle.h"

#include "block/block.h"
#include "golden/golden.h"
#include "record/features.h"
#include "score/score.h"
#include "standard/standard.h"
#include "steward/settle.h"

#define NOWHERE UINT32_MAX

struct known_record {
        struct record record;
        uint32_t node;   /* NOWHERE: deleted, or nothing to match by */
        uint32_t entity; /* of a living record or an attached ghost */
        uint64_t unique; /* bit of its source, 0 where that may hold duplicates */
        uint32_t named;  /* among the records that decisions about pairs name, or NOWHERE */
        bool alone;      /* such a decision about it holds */
};

/* The last decision about a subject. */
struct standing_decision {
        struct text subject;
        const struct decision *decision;
};

struct named_record {
        struct record_key key;
        uint32_t class; /* equal for records that decisions make one */
        bool alone;
};

struct value_node {
        enum record_type type;
        struct text bytes;
        struct features *features;
        struct block_keys keys;
        uint32_t *members; /* in canonical order */
        uint32_t member_count;
        uint32_t part; /* component: the smallest node of it */
};

struct node_edge {
        uint32_t a, b; /* a <= b; a == b: records of one node that are entities of their own */
        struct score score;
};

struct whole {
        enum record_type type;
        uint32_t *members; /* in canonical order */
        uint32_t member_count;
        struct record_key *ghosts;
        size_t ghost_count, ghost_capacity;
        struct record_key anchor;
        int64_t anchor_time_ms;
        struct record_key living_anchor;
        int64_t living_time_ms;
        char id[ENTITY_ID_SIZE];
};

struct oracle {
        const struct config *config;
        const struct model *model;
        struct standard *standard;
        struct scorer *scorer;
        struct arena arena; /* of one computation */

        struct standing_decision *decisions;
        size_t decision_count, decision_capacity;
        struct named_record *named;
        size_t named_count, named_capacity;
        struct pair_decision *pairs; /* settled; a and b are indices of `named` */
        uint32_t pair_count;

        struct known_record *records; /* in canonical order */
        size_t record_count, record_capacity;
        struct value_node *nodes;
        size_t node_count, node_capacity;
        struct node_edge *edges;
        size_t edge_count, edge_capacity;
        struct whole *wholes;
        size_t whole_count, whole_capacity;
        uint64_t *keys; /* of all nodes, sorted, with repeats */
        size_t key_count, key_capacity;
};

/* oracle_records.c */
void oracle_merge_all(struct oracle *oracle, const struct changes *history);
bool oracle_before(int64_t time_a, struct record_key a, int64_t time_b, struct record_key b);

/* oracle_decisions.c */
void oracle_find_decisions(struct oracle *oracle, const struct changes *history);
void oracle_apply_decisions(struct oracle *oracle); /* to the records, once they are known */
uint32_t oracle_find_named(const struct oracle *oracle, struct record_key key);
bool oracle_are_one(const struct oracle *oracle, uint32_t a, uint32_t b);
bool oracle_are_told_apart(const struct oracle *oracle, uint32_t a, uint32_t b);

/* oracle_pairs.c */
void oracle_find_nodes(struct oracle *oracle);
void oracle_find_edges(struct oracle *oracle, enum record_type type);
uint32_t oracle_count_key(const struct oracle *oracle, uint64_t key);
uint64_t oracle_ghost_key(const struct oracle *oracle, uint64_t key);
/* Index of the record that a reference names: living, with a value node, of @type (TYPE_COUNT: any); or NOWHERE. */
uint32_t oracle_find_reference(const struct oracle *oracle, struct text source, struct text id, enum record_type type);
void oracle_fill_pair(struct oracle *oracle, uint32_t a, uint32_t b, struct score_pair *pair);

/* oracle_entities.c */
void oracle_find_entities(struct oracle *oracle, enum record_type type);
void oracle_attach_ghosts(struct oracle *oracle);
void oracle_name_entities(struct oracle *oracle);

/* oracle_outputs.c */
void oracle_write_outputs(struct oracle *oracle, struct oracle_result *result);
