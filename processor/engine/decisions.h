/* decisions.h: decisions of stewards among the working sets of a batch; shared by the files of the engine. */
#pragma once

#include "engine/batch.h"
#include "steward/settle.h"

/* A subject that the batch decides about. */
struct decided_subject {
        struct hash128 hash;
        struct decision about;   /* of which only the subject counts */
        struct text key;         /* on the topic `records` */
        struct text old_value;   /* there, before the batch; empty: nothing was decided */
        struct text old_pending; /* of an erasure */
        struct decision now;
        bool stands;  /* `now` holds; else nothing is decided any more */
        bool changed; /* known once stored */
        const struct message *cause;
};

/* What stewards pinned of an entity, one for each attribute, in order of attributes. */
struct decided_pins {
        struct decided_pin {
                uint16_t attribute;
                struct decision decision;
        } * items;
        size_t count, capacity;
};

#define DECIDED_OUTSIDE UINT32_MAX

/* Records that decisions call the same, directly or over others, whether or not each decision holds; and every decision
 * about a pair of which one is a member. */
struct decided_group {
        struct record_key *keys; /* canonical order */
        uint32_t *numbers;       /* 0: R does not know the record */
        uint32_t *classes;       /* the first member of those that are one with it */
        uint32_t count;
        struct pair_decision *pairs; /* a and b are members, or DECIDED_OUTSIDE */
        uint32_t pair_count;
};

/* What was decided about the subject of @about, as the batch has it; loaded from the state where it has not been looked
 * at yet. Valid until the next one is. NULL: the state is damaged. */
struct decided_subject *batch_find_subject(struct engine *engine, struct batch *batch, const struct decision *about);
/* Everything decided about the record, but its erasure, is withdrawn because of @cause. */
int batch_withdraw_decisions_of(struct engine *engine, struct batch *batch, struct record_key key,
                                const struct message *cause);
/* The message with the id of what it withdraws. */
const struct message *decisions_withdrawal(struct batch *batch, const struct message *message,
                                           const struct decision *withdrawn);

/* Reads J once: which records anybody decided about. */
int decisions_open(struct engine *engine, struct error *error);
/* A record got its number. */
void decisions_note_record(struct engine *engine, struct record_key key, uint32_t number);
/* False for a record that no decision names. */
bool engine_is_decided(const struct engine *engine, uint32_t record);

/* The same of a record by its key, which R need not have. */
bool engine_is_named(const struct engine *engine, struct record_key key);
/* A decision as the state has it; its texts are in @arena. ERR_FATAL for a damaged one. */
int engine_read_decision(struct arena *arena, struct text value, struct decision *decision, struct error *error);

/* A message of the stewards' topic; of `records`, whose @value is NULL for a tombstone. */
int batch_merge_decision(struct engine *engine, struct batch *batch, const struct change *change);
int batch_restore_decision(struct engine *engine, struct batch *batch, const struct json_node *key,
                           const struct json_node *value, struct error *error);
/* Stores and publishes what became different. */
int batch_store_decisions(struct engine *engine, struct batch *batch);
/* Nodes of the stratum whose component depends on decisions that changed, or on decided records that did. */
int batch_seed_decided(struct engine *engine, struct batch *batch);

/* The message of a changed decision that names one of the records; NULL: there is none. Of several the last one by its
 * subject. */
const struct message *decisions_cause_of(const struct batch *batch, const uint32_t *records, uint32_t count);

/* The group of @key, which has at least that member. Once the batch's records and decisions are stored. */
int engine_decided_group(struct engine *engine, struct batch *batch, struct record_key key,
                         const struct decided_group **group);
/* The same of a stored record, and which member it is. NULL: no decision names it. */
int engine_decided_group_of(struct engine *engine, struct batch *batch, uint32_t record,
                            const struct decided_group **group, uint32_t *member);
/* What stewards said about a conflict. */
struct verdict {
        bool dismissed;
        struct text assignee, comment;
};

int engine_find_verdict(struct engine *engine, struct arena *arena, struct text conflict, struct verdict *verdict);
/* The entities of stored conflicts that the batch decides about become drafts, so that their conflicts are derived
 * anew. */
int batch_load_judged(struct engine *engine, struct batch *batch);

/* The pins of a draft whose records are loaded. */
int batch_find_pins(struct engine *engine, struct batch *batch, const struct draft *draft, struct decided_pins *pins);
/* As survivorship takes them; for any thread that has a standardiser and an arena of its own. */
struct golden_pin *engine_standardise_pins(struct standard *standard, struct arena *arena,
                                           const struct decided_pins *pins, enum record_type type);
/* True if a decision about the member and another record holds: then it is an item of its own. */
bool decided_stands_alone(const struct decided_group *group, uint32_t member);
/* The record on the other side of a decision about @member. */
struct record_key decided_other(const struct pair_decision *pair, uint32_t member);
