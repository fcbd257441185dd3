/* batch.h: what the files of the engine share: the engine itself and the working sets of one batch.
 *
 * A batch runs through these files in this order, each over the whole batch as a set:
 *   merge.c       changes -> work records (R before and after); erasure.c: what is forgotten and kept out
 *   records.c     standardise, store and publish what changed in R
 *   decisions.c   the same of J; which records decisions call one, and which not
 *   nodes.c       which value node each record belongs to
 *   keys.c, pairs.c, facts.c   blocking keys, candidates, scores   } once for organizations,
 *   components.c  touched components -> clusters                   } then for persons
 *   ghosts.c      deleted records keep the ids of their entities   }
 *   entities.c    anchors, golden records, changes                 }
 *   conflicts.c   what a steward must look at                      }
 *   commands.c    what the sources should be told                  }
 *   feeds.c       what each feed makes of an entity              }
 *   current.c     commands and rows against those that stand: what is published
 */
#pragma once

#include "base/map.h"
#include "base/parallel.h"
#include "block/block.h"
#include "engine/engine.h"
#include "golden/golden.h"
#include "record/features.h"
#include "score/score.h"
#include "standard/standard.h"
#include "steward/erasure.h"

#define WORKERS_MAX 16

/* One record that the batch touches. */
struct work {
        struct record record;        /* as it is after the changes merged so far */
        uint32_t number;             /* 0: not stored yet */
        uint32_t next;               /* index + 1 of the next work with the same key hash, 0: none */
        struct text old_value;       /* stored bytes before the batch, in the batch's arena; empty: new */
        struct text features;        /* encoded, after the batch; empty when deleted */
        const struct message *cause; /* last message that touched it */
        bool changed;                /* R differs from what is stored */
        bool stale_changed;          /* it became stale, or is so no longer */
        bool old_alive;
        bool old_ghost;
        int64_t old_first_time_ms;
        enum record_type old_type; /* of the value node that it had; TYPE_COUNT: none */
        uint32_t old_anchor;       /* of the entity that it belonged to, living or as a ghost; 0: none */
};

/* One value node whose members changed. */
struct node_change {
        uint32_t node;
        enum record_type type;
        struct text features;   /* in the batch's arena */
        struct block_key *keys; /* as they are stored; of the stratum in work */
        uint32_t key_count;
        bool asserts; /* has a same_as */
        bool created;
        bool removed;
};

/* An entity in the making: living records, attached ghosts, and the anchor that names it. */
struct draft {
        enum record_type type;
        uint32_t *members; /* record numbers */
        uint32_t member_count;
        uint32_t *ghosts;
        size_t ghost_count, ghost_capacity;
        struct record *records; /* decoded members, once loaded, in canonical order */
        uint32_t living;        /* the member that comes first in the order of anchors; known with `records` */
        struct record_key living_key;
        int64_t living_time_ms;
        struct record_key *ghost_keys;
        uint32_t anchor; /* record number, once decided */
        struct record_key anchor_key;
        char id[ENTITY_ID_SIZE];
        struct text json;                /* the golden record, once written */
        const struct conflict *findings; /* conflicts that follow from its records alone, found with it */
        uint32_t finding_count;
};

struct number_list {
        uint32_t *items;
        size_t count, capacity;
};

struct current_output; /* current.h */

struct feed_candidate; /* feeds.c */

struct decided_subject; /* decisions.h */
struct decided_group;

/* What feeds make of the entities that the batch touched. */
struct feed_candidates {
        struct feed_candidate *items;
        size_t count, capacity;
        struct map index;
};

/* Outputs that may have to be published or withdrawn. */
struct current_list {
        struct current_output *items;
        size_t count, capacity;
        struct map index;
};

struct batch {
        struct arena *arena;
        struct work *works;
        size_t work_count, work_capacity;
        struct map work_by_key;    /* record key hash -> index of the first work */
        struct map work_by_number; /* record number -> index */
        struct map plain_tables;   /* hashes of tables that the state has no watermarks of */

        struct node_change *node_changes;
        size_t node_change_count, node_change_capacity;
        struct map node_change_by_node;

        struct decided_subject *decided;
        size_t decided_count, decided_capacity;
        struct map decided_causes; /* record number -> index of a changed subject that names it */
        struct map decided_index;  /* low half of the subject's hash -> index */
        struct decided_group **groups;
        size_t group_count, group_capacity;
        struct map group_by_key; /* record key hash -> index */
        struct map erased;       /* numbers of records that the batch erases */

        /* of the stratum in work */
        enum record_type type;
        struct number_list fresh; /* nodes whose pairs are scored anew: created or dirty */
        struct map fresh_index;   /* node -> index in `fresh` */
        struct number_list seeds; /* nodes whose component is solved anew */
        struct map seed_set;
        struct map key_counts;        /* blocking key -> nodes that have it */
        struct map reference_anchors; /* hash of a reference -> anchor of the entity that it names, while pairs are
                                         scored */
        uint64_t *crossed;            /* keys that went over their cap or came back under it */
        size_t crossed_count, crossed_capacity;
        struct draft *drafts;
        size_t draft_count, draft_capacity;
        struct map draft_by_record;     /* record number -> index of its draft */
        struct number_list old_anchors; /* entities before the batch that may have changed */
        struct map old_anchor_set;
        struct map unique_by_record; /* record number -> number of its source's bit + 1; 0: not unique (unique.c) */
        struct map unique_by_anchor; /* anchor -> index in `unique` */
        uint64_t *unique;
        size_t unique_count, unique_capacity;
        struct number_list golden_only;  /* records whose values changed but not their features */
        struct map anchors;              /* anchors of the drafts, once decided */
        struct map old_anchor_by_record; /* anchor before the batch of records whose anchor changed */

        /* over strata */
        struct current_list current; /* commands and rows of what the batch touched */
        struct feed_candidates candidates;
        struct map first_anchors;               /* anchor before the batch of records whose anchor changed */
        struct number_list orphans;             /* persons whose entity ended because an organization took its anchor */
        struct number_list orphan_ghosts;       /* ghosts of such entities */
        const struct message *last_cause;       /* the newest message of the batch, for what no record of it touched */
        struct number_list moved_organizations; /* organization records whose entity changed, appeared or vanished */
};

struct engine {
        const struct config *config;
        const struct model *model;
        struct store *store;
        struct store_txn *txn;
        struct parallel *parallel;
        unsigned workers;
        struct standard *standard[WORKERS_MAX];
        struct scorer *scorer[WORKERS_MAX];
        struct arena worker_arena[WORKERS_MAX];
        struct arena arena;         /* of the batch */
        struct arena scratch_arena; /* of one step inside a stage; who uses it resets it */
        struct state_cache *states; /* of the batch; NULL between batches */
        uint64_t *ghost_filter;     /* which keys some ghost may have */
        struct arena decided_arena; /* holds the two sets of records that some decision names: */
        struct map decided_keys;    /* by the hash of their key */
        struct map decided_records; /* by number */
        struct erasure_key erasure_key;
        struct map erased_tokens; /* token -> erasures that keep it; in decided_arena */
        uint64_t erasures;        /* at least as many as stand; 0: none */
        struct buffer scratch;
        uint64_t ghost_seed;
        struct engine_digest digest;
        struct engine_counts counts;
        struct batch *restoring; /* records read since the last flush, or NULL */
        engine_emit emit;        /* NULL while restoring */
        void *emit_context;
        struct error *error;
        bool broken; /* an apply failed: the transaction holds half a batch */
};

/* engine.c: what blocking keys are mixed with, see engine_stored_key(). */
uint64_t engine_ghost_seed(const struct config *config);

void number_push(struct arena *arena, struct number_list *list, uint32_t number);
/* Pushes @number unless @set has it. True if pushed. */
bool number_push_once(struct arena *arena, struct number_list *list, struct map *set, uint32_t number);

/* batch.c */
void batch_init(struct batch *batch, struct arena *arena);
int batch_settle(struct engine *engine, struct batch *batch);
int engine_put_output(struct engine *engine, const struct output *output);

/* states.c: node and anchor of records, read and written once a batch */
void states_begin(struct engine *engine);
bool engine_get_state(struct engine *engine, uint32_t record, struct record_state *state);
void engine_put_state(struct engine *engine, uint32_t record, struct record_state state);
/* Writes what changed, in order of numbers, and forgets everything. */
void states_end(struct engine *engine);

/* unique.c */
/* Puts @records into canonical order and gives the bit of each one's source, 0 where that may hold duplicates. NULL,
 * and
 * @records as they were, where no source of the stratum is unique. */
uint64_t *engine_unique_bits(struct engine *engine, struct batch *batch, uint32_t *records, uint32_t count);
/* The bit of one record, looked up once a batch. */
uint64_t engine_unique_bit(struct engine *engine, struct batch *batch, uint32_t record);
/* Bits of the entity of @anchor, which @record belongs to, as it is after the batch. Once the drafts are decided. */
uint64_t engine_unique_of_entity(struct engine *engine, struct batch *batch, uint32_t record, uint32_t anchor);
/* The layer of each of a node's records, which are in canonical order; @layer_count is at least 1. */
uint32_t *engine_layer_records(struct arena *arena, const uint64_t *unique, uint32_t count, uint32_t *layer_count);

/* merge.c */
int batch_merge(struct engine *engine, struct batch *batch, const struct changes *changes);
/* The work of @key, loaded from the state where it is not in the batch yet. */
int batch_find_work(struct engine *engine, struct batch *batch, struct record_key key, struct work **work);

/* records.c */
/* Takes records that ended empty out of the tables, with their keys; when nothing of the batch is read any more. */
void batch_drop_empty(struct engine *engine, struct batch *batch);
int batch_store_records(struct engine *engine, struct batch *batch);
/* Reads and decodes a stored record into @arena (bytes copied). ERR_FATAL when missing or damaged. */
int engine_load_record(struct engine *engine, struct arena *arena, uint32_t number, struct record *record);
/* Number of the living record of @type (TYPE_COUNT: of any) that a reference names, or 0: the first in the order of the
 * source's entities, for ids of different tables may be equal. */
uint32_t engine_find_reference(struct engine *engine, struct text source, struct text record_id, enum record_type type);
/* The type that a value node is of; TYPE_COUNT: there is none. */
enum record_type engine_node_type(struct engine *engine, uint32_t node);
uint64_t reference_key(struct text source, struct text record_id);

/* nodes.c */
int batch_assign_nodes(struct engine *engine, struct batch *batch);

/* pairs.c, keys.c, facts.c */
int batch_score_pairs(struct engine *engine, struct batch *batch);
/* The key as it is stored: mixed with the ghost secret, so that ghosts and postings share one key space. */
uint64_t engine_stored_key(const struct engine *engine, uint64_t key);
void engine_derive_keys(const struct engine *engine, const struct features *features, struct block_keys *keys);
/* One byte a feature, or NULL when none is generic; in @arena. */
const uint8_t *engine_generic_flags(struct engine *engine, struct batch *batch, struct arena *arena,
                                    const struct features *features);
struct pair_facts {
        enum score_employer employer;
        bool asserted;
};
struct pair_facts engine_pair_facts(struct engine *engine, struct batch *batch, uint32_t node_a,
                                    const struct features *a, uint32_t node_b, const struct features *b);
/* Scores two nodes from the state, with everything that score_pair() wants to know. */
void engine_fill_pair(struct engine *engine, struct batch *batch, struct arena *arena, uint32_t node_a,
                      const struct features *a, uint32_t node_b, const struct features *b, struct score_pair *pair);

/* components.c */
int batch_solve_components(struct engine *engine, struct batch *batch);

/* ghosts.c */
/* Ghosts are few and keys are many, so a filter in memory answers nearly all questions whether a ghost has a key. It is
 * made from the state at the start; keys are added and never taken out, which costs a look at most. */
int ghost_filter_open(struct engine *engine, struct error *error);
void ghost_filter_add(struct engine *engine, uint64_t key);
/* Under this key ghosts are found by the survivor that their source named, among the keys of ghosts. */
uint64_t merger_key(struct text source, struct text record_id);
void ghost_keys_of(struct engine *engine, struct arena *arena, struct record *record);
int batch_attach_ghosts(struct engine *engine, struct batch *batch);

/* entities.c */
int batch_publish_entities(struct engine *engine, struct batch *batch);
/* Adds the stored entity of @anchor as a draft, unless its records are in drafts already. */
int batch_load_entity(struct engine *engine, struct batch *batch, uint32_t anchor);
/* The draft that the living record is in, loaded from the state if need be; NULL: it belongs to none of this stratum.
 * Valid until the next draft is added. */
struct draft *batch_draft_of(struct engine *engine, struct batch *batch, uint32_t record);
/* Decodes the draft's members and puts them in canonical order. */
int draft_load_records(struct engine *engine, struct batch *batch, struct draft *draft);
/* True if (@time_a, @a) is earlier than (@time_b, @b) in the order that decides anchors. */
bool anchor_before(int64_t time_a, struct record_key a, int64_t time_b, struct record_key b);
/* The id of the entity whose anchor is the record @anchor. */
int engine_entity_id(struct engine *engine, struct batch *batch, enum record_type type, uint32_t anchor,
                     char out[ENTITY_ID_SIZE]);
void batch_touch_anchor(struct batch *batch, uint32_t anchor);
struct draft *batch_add_draft(struct batch *batch, const uint32_t *members, uint32_t count);

/* conflicts.c */
int batch_publish_conflicts(struct engine *engine, struct batch *batch);

/* commands.c */
/* The commands of the stratum's entities. */
int batch_derive_commands(struct engine *engine, struct batch *batch);
/* The refresh requests of the batch's records, and the ends of commands to records that no entity has any more. */
int batch_derive_refreshes(struct engine *engine, struct batch *batch);
/* The entity called @id has ended: so does a command to make a record for it. */
void commands_note_end(struct engine *engine, struct batch *batch, enum record_type type, const char *id);

/* feeds.c */
/* What feeds make of the stratum's entities; settled over both strata. */
int batch_derive_feeds(struct engine *engine, struct batch *batch);
int batch_settle_feeds(struct engine *engine, struct batch *batch);
void feeds_note_end(struct engine *engine, struct batch *batch, enum record_type type, const char *id);

/* stored.c: values of the tables golden and conflict: numbers, digest, compressed JSON */
struct stored {
        uint32_t *members;
        uint32_t member_count;
        uint32_t *ghosts;
        uint32_t ghost_count;
        enum record_type type;
        struct hash128 digest;
        struct text compressed;
        uint32_t json_length;
};
void stored_encode(const struct stored *stored, struct text json, struct buffer *out);
int stored_decode(struct arena *arena, struct text value, struct stored *stored, struct error *error);
int stored_json(struct arena *arena, const struct stored *stored, struct text *json, struct error *error);
