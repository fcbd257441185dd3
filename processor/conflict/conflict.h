/* conflict.h: what a data steward must look at, derived from clusters, scores and values.
 *
 * A conflict has an id that follows from what it is about (kind and subjects), so it opens once, updates in place when
 * its evidence changes, and closes itself when its cause goes. Pure: facts in, JSON out; which facts hold is the
 * engine's knowledge.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "config/config.h"
#include "record/record.h"

/* The id of a conflict of @kind about @first and @second (entity ids in any order, or one of them empty). */
struct hash128 conflict_id(enum conflict_kind kind, struct text first, struct text second);

#define CONFLICT_ID_SIZE (HASH128_ID_SIZE + 2)
bool conflict_id_parse(struct text text, struct hash128 *id);         /* false: not such a text */
void conflict_id_text(struct hash128 id, char out[CONFLICT_ID_SIZE]); /* "c-…" */

struct conflict_evidence {
        struct text attribute;
        struct text level; /* or the reason why a value is invalid */
        struct text value_a;
        struct text value_b;
        int32_t weight_mbit;
        bool weighed; /* weight_mbit means something */
};

/* At most this many records are shown side by side. */
#define CONFLICT_RECORDS_MAX 10

/* Something that a steward could decide about it, ready to be published (docs/decisions.md). */
struct conflict_choice {
        const char *decision;         /* "same", "different", "pin" */
        struct record_key records[2]; /* one for a pin */
        uint32_t record_count;
        struct text attribute, value; /* of a pin */
        struct text effect;           /* what it would change */
};

struct conflict {
        enum conflict_kind kind;
        struct hash128 id;
        enum record_type type;
        struct text entities[2];             /* entity ids, sorted; the second may be empty */
        const struct record *const *records; /* side by side, canonical order */
        uint32_t record_count;
        uint32_t first_count;  /* of entities[0]; those after them are of entities[1] */
        uint32_t record_total; /* how many there are */
        const struct conflict_evidence *evidence;
        uint32_t evidence_count;
        int32_t posterior_mbit; /* of kinds about a pair */
        bool scored;
        struct text contradiction; /* "siren 732829320 and 552100554" */
        struct text rule;          /* of `matching.rules`, that asked; or empty */
        const struct conflict_choice *choices;
        uint32_t choice_count;
        struct text assignee; /* who looks at it, and the last comment, as stewards said; may be empty */
        struct text comment;
};

/* Appends the conflict as one JSON object (docs/topics.md, "conflicts"). Equal conflicts give equal bytes. */
void conflict_write_json(struct arena *arena, const struct config *config, const struct conflict *conflict,
                         struct buffer *out);

/* Whose work it is: the first queue of the configuration that takes it, the owner's, or the default. May be in @arena.
 */
struct text conflict_queue(struct arena *arena, const struct config *config, const struct conflict *conflict);

/* One sentence for a mail or a chat: what it is about, and what speaks for it. In @arena. */
struct text conflict_summary(struct arena *arena, const struct conflict *conflict);

/* The choices of a conflict about two entities: one, or two; the likelier first. Sets @conflict->choices, in @arena. */
void conflict_offer_verdicts(struct arena *arena, struct conflict *conflict);

struct golden_input; /* golden/golden.h */

/* Conflicts that follow from the records of one entity alone: disagreeing values, concurrent edits, orphan references,
 * a closed company. In @arena, or borrowed from @input; returns how many. Their entity is @input's. */
uint32_t conflict_find(struct arena *arena, const struct golden_input *input, const struct conflict **found);

/* What an overruled decision shows as evidence: who decided what, and why. In @arena. */
struct conflict_evidence conflict_decision_evidence(struct arena *arena, const char *decided, struct text by,
                                                    struct text reason);

/* Probability of a posterior in thousandths, for people: 1000 / (1 + 2^-bits), by table, the same on every machine. */
uint32_t conflict_probability_milli(int32_t posterior_mbit);
