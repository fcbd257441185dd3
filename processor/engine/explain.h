/* explain.h: why records are one entity, or are not, read from a snapshot of the state.
 *
 * Answers come from what the engine stored (value nodes, blocking postings, edges, entities) and, for the steps of a
 * score, from the same comparison that the engine made, told the same facts: which values are generic, which employers
 * are one organization, who asserts what. So an explanation cannot say anything else than what was decided, as of the
 * last checkpoint.
 *
 * Cost: a pair reads the two entities, with every edge of their value nodes; the bounds below keep a giant one
 * answerable.
 */
#pragma once

#include "engine/engine.h"
#include "golden/golden.h"
#include "score/score.h"

/* Value nodes of one entity whose links are looked at; a larger entity is explained by its first ones. */
#define EXPLAIN_NODES_MAX 2000

/* Pairs across two entities that are compared to say why they stay apart. */
#define EXPLAIN_CROSS_MAX 1000

struct explainer;

/* Reads from @txn, a snapshot that must outlive the explainer. ERR_USAGE with the remedy for a state of another
 * configuration or model (options->store and options->threads are not used). */
int explainer_open(const struct engine_options *options, struct store_txn *txn, struct explainer **explainer,
                   struct error *error);
void explainer_close(struct explainer *explainer); /* NULL is allowed */

struct explained_record {
        struct record record; /* standardised */
        enum record_type type;
        char entity_id[ENTITY_ID_SIZE];
        uint32_t number; /* internal, as what follows */
        uint32_t node;
};

/* Two value nodes that the engine compared, by a record of each. */
struct explained_link {
        struct record_key a, b;
        int32_t posterior_mbit;
        bool equal;              /* both records are of one value node */
        const struct rule *rule; /* that decided about them; NULL: none */
        struct text reasons;     /* "email +14.2, name +8.1, birth_date −3.0": the strongest steps */
};

/* Why two records are together or apart, the first that holds. */
enum explain_outcome {
        EXPLAIN_ONE_ENTITY,     /* they are one */
        EXPLAIN_DECIDED_ONE,    /* they are one because stewards said so */
        EXPLAIN_DECIDED_TWO,    /* a steward said that they, or two others of their entities, are not one */
        EXPLAIN_OTHER_TYPE,     /* a person and an organization are never compared */
        EXPLAIN_ESTABLISHMENTS, /* of one company, each with its valid SIRET */
        EXPLAIN_CONTRADICTION,  /* validated identifiers exclude each other, here or between two others of the entities
                                 */
        EXPLAIN_RULE,           /* a rule of the configuration says never, of them or of two others */
        EXPLAIN_UNIQUE_SOURCE,  /* both entities have a record of a source without duplicates */
        EXPLAIN_NO_KEY,         /* no blocking key within its cap proposed them */
        EXPLAIN_NO_MATCH,       /* below the review zone */
        EXPLAIN_REVIEW,         /* a steward is asked */
        EXPLAIN_LINKAGE,        /* the pair alone would match; its entities as a whole do not */
        EXPLAIN_OUTCOME_COUNT
};

#define EXPLAIN_DECISIONS_MAX 20

struct decision; /* steward/decision.h */

struct explained_key {
        const char *recipe;
        uint32_t nodes; /* that have it */
        bool generic;   /* more than the cap */
};

struct explanation {
        struct explained_record a, b;
        enum explain_outcome outcome;
        struct score_detail detail; /* of the two as such; empty for EXPLAIN_OTHER_TYPE */
        bool compared;              /* the engine compared them: a key or an assertion proposed the pair */
        struct explained_key *keys; /* that both have, the most selective first */
        uint32_t key_count;
        struct explained_link *path; /* EXPLAIN_ONE_ENTITY: the way from a to b whose weakest link is strongest */
        uint32_t path_count;
        struct explained_link
                against; /* CONTRADICTION, LINKAGE: the pair of the two entities that speaks most against */
        const struct decision *decisions; /* DECIDED_ONE, DECIDED_TWO: at most EXPLAIN_DECISIONS_MAX that hold */
        uint32_t decision_count;
        uint32_t cross_pairs; /* LINKAGE: pairs between the entities that were looked at, and their mean */
        int32_t cross_mean_mbit;
};

/* The number of the record that @name says: SOURCE/ID, or SOURCE/ENTITY/ID where ids repeat between tables. ERR_USAGE:
 * no such living record. */
int explainer_find_record(struct explainer *explainer, struct text name, uint32_t *number, struct error *error);

/* A record of the entity @id, which may be one that was superseded. Looks at every record. ERR_USAGE: none has it. */
int explainer_find_entity(struct explainer *explainer, struct text id, uint32_t *number, struct error *error);

/* Everything given is in @arena, or borrows from the snapshot. */
int explain_pair(struct explainer *explainer, struct arena *arena, uint32_t a, uint32_t b,
                 struct explanation *explanation, struct error *error);

/* The same without `path`, whose cost grows with the entity: for who asks about many pairs. */
int explain_verdict(struct explainer *explainer, struct arena *arena, uint32_t a, uint32_t b,
                    struct explanation *explanation, struct error *error);

struct entity_explanation {
        char entity_id[ENTITY_ID_SIZE];
        enum record_type type;
        struct explained_record *members; /* in canonical order */
        uint32_t member_count;
        struct explained_link *links; /* that hold it together, strongest first; one fewer than value nodes */
        uint32_t link_count;
        uint32_t nodes_left_out;             /* beyond EXPLAIN_NODES_MAX */
        const struct golden_choice *choices; /* which value survives for each attribute, and why not the others */
        uint32_t choice_count;
};

int explain_entity(struct explainer *explainer, struct arena *arena, uint32_t record,
                   struct entity_explanation *explanation, struct error *error);

/* "they stay two: no blocking key proposed the pair, …" for people, "no-blocking-key" for programs. */
const char *explain_outcome_text(enum explain_outcome outcome);
const char *explain_outcome_name(enum explain_outcome outcome);

/* The strongest steps of a score in a few words, in @arena: "email +13.1 (exact), given -6.8 (another known name)". */
struct text explain_reasons(struct arena *arena, const struct score_detail *detail);
