/* engine.h: D = F(R, J, M), kept up to date batch by batch.
 *
 * The engine joins the pure stages (standardise, block, score, cluster, golden, conflict) with the state. A batch of
 * changes is merged into R; then each stage works over the whole batch as a set; each touched component is solved once,
 * and what became different in D is handed to the caller as outputs. Intermediate states within a batch do not show.
 * The service, replay and the demo share it to the last line.
 *
 * One thread calls it. It holds the store's write transaction from engine_open() on; engine_checkpoint() commits it.
 */
#pragma once

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "config/config.h"
#include "model/model.h"
#include "record/change.h"
#include "state/store.h"

struct engine;

enum output_topic {
        OUTPUT_GOLDEN,    /* golden.<type> */
        OUTPUT_CHANGES,   /* changes */
        OUTPUT_CONFLICTS, /* conflicts */
        OUTPUT_SYNC,      /* sync.<target> */
        OUTPUT_PREVIEW,   /* sync-preview.<target> */
        OUTPUT_FEED,      /* feed.<name> */
        OUTPUT_RECORDS,   /* records */
        OUTPUT_TOPIC_COUNT,
};

struct output {
        enum output_topic topic;
        enum record_type type;       /* of GOLDEN */
        struct text target;          /* of SYNC and PREVIEW: name of the source system; of FEED: of the feed */
        struct text key;             /* UTF-8; JSON for RECORDS, an id for the others */
        struct text value;           /* JSON */
        bool tombstone;              /* the value is null */
        const struct message *cause; /* the last message that touched what this is about; NULL after a restore */
};

/* Receives outputs in order. Slices live until it returns. A negative code stops the batch and is returned. */
typedef int (*engine_emit)(void *context, const struct output *output);

/* The name behind the prefix: "golden.person", "sync.erp". */
struct text output_topic_name(struct arena *arena, enum output_topic topic, enum record_type type, struct text target);

/* Everything borrowed; must outlive the engine. */
struct engine_options {
        const struct config *config;
        const struct model *model;
        struct store *store;
        unsigned threads; /* for the pure stages; 0: one for each core */
};

/* Takes the store's write transaction. ERR_FATAL with the reason. */
int engine_open(const struct engine_options *options, struct engine **engine, struct error *error);

/* Aborts what was not checkpointed. */
void engine_close(struct engine *engine);

/* Merges @changes and brings D up to date. Outputs go to @emit, records first. After an error the engine must be
 * closed: its transaction holds half a batch. */
int engine_apply(struct engine *engine, const struct changes *changes, engine_emit emit, void *context,
                 struct error *error);

/* Restore: overwrites R with one message of the topic `records`, in log order, silently. A tombstone removes the
 * record. D follows in engine_restore_flush(), which the caller calls every few thousand messages and at the end;
 * between, D is not valid. ERR_FATAL for a value that Durand did not write. */
int engine_restore(struct engine *engine, struct text key, struct text value, bool tombstone, struct error *error);
int engine_restore_flush(struct engine *engine, struct error *error);

/* Commits everything to disk and begins the next transaction. */
int engine_checkpoint(struct engine *engine, struct error *error);

/* True when enough has been dirtied for a checkpoint to be due by size. */
bool engine_checkpoint_due(const struct engine *engine);

/* Bytes that the next checkpoint makes durable, roughly. */
uint64_t engine_dirty_bytes(const struct engine *engine);

/* Small named values of the caller (offsets, identity), committed with the next checkpoint. Values live until the next
 * call of the engine. False: not there. */
bool engine_get_meta(struct engine *engine, const char *name, struct text *value);
void engine_put_meta(struct engine *engine, const char *name, struct text value);

/* Order-independent sums over all key-value pairs of the outputs as they stand: R is the topic `records`; D is golden
 * records, conflicts and sync commands. Two states with equal digests have equal outputs. */
struct engine_digest {
        struct hash128 records;
        struct hash128 derived;
};

struct engine_digest engine_digest(const struct engine *engine);

/* The same sums read from a snapshot of a state at rest. */
int engine_read_digest(struct store_txn *txn, struct engine_digest *digest, struct error *error);

/* The configuration and the model that a state was made with, read from a snapshot. False: it has no checkpoint yet. */
bool engine_read_epoch(struct store_txn *txn, struct text *epoch);

/* The attributes that the records of a state have: the built-in ones, and those that its configuration added, by name
 * alone. False: it has no checkpoint yet. */
bool engine_read_vocabulary(struct store_txn *txn, struct vocabulary *vocabulary);

/* What one key-value pair adds to a digest; @topic is the name behind the prefix. */
struct hash128 digest_entry(struct text topic, struct text key, struct text value);

struct engine_counts {
        uint64_t records; /* alive */
        uint64_t entities[TYPE_COUNT];
        uint64_t conflicts;
        uint64_t commands;
        uint64_t feed_rows;
        uint64_t changes; /* applied since engine_open() */
        uint64_t pairs;   /* compared since engine_open() */
        uint64_t outputs;
};

struct engine_counts engine_counts(const struct engine *engine);

/* Walks the whole of D and R as it stands and gives every output that has a current value (no `changes`), table by
 * table. Works on the engine's own transaction. */
int engine_dump(struct engine *engine, engine_emit emit, void *context, struct error *error);

/* The same of a snapshot, whose attributes are @vocabulary (engine_read_vocabulary()). */
int engine_dump_snapshot(struct store_txn *txn, const struct vocabulary *vocabulary, engine_emit emit, void *context,
                         struct error *error);

/* Every living record with its entity id, for clusters.csv and evaluate. */
typedef int (*engine_member)(void *context, struct record_key key, enum record_type type, struct text entity_id);
int engine_list_members(struct engine *engine, engine_member member, void *context, struct error *error);
int engine_list_members_snapshot(struct store_txn *txn, engine_member member, void *context, struct error *error);
