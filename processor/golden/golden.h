/* golden.h: survivorship: from the records of one entity to its golden record.
 *
 * Pure: members, configuration and a resolver for references in, JSON out. For each attribute the candidates are the
 * valid values of all members; they are ranked by the attribute's rule (docs/survivorship.md; by default the trust in
 * their source, then recency), at last by record key, so that the outcome never depends on order. The first is the
 * value; lineage names the record that gave it. Multi-valued attributes list the others beside it; an address moves as
 * a whole; consent is the newest explicit decision (of equally new ones the denial), or any denial, and never a default
 * where somebody decided (docs/consent.md). A value that a steward pinned goes before all.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "config/config.h"
#include "record/record.h"

/* "p-" or "o-", the id of the anchor record's key, and a NUL. */
#define ENTITY_ID_SIZE 24

/* The id that a cluster of @type anchored at @anchor has. */
void golden_entity_id(enum record_type type, struct record_key anchor, char out[ENTITY_ID_SIZE]);

/* Writes the entity id that the record @source/@record_id belongs to and returns true, or false: no such record. */
typedef bool (*golden_resolve)(void *context, struct text source, struct text record_id, char out[ENTITY_ID_SIZE]);

/* A value that a steward pinned: it goes before what any record says. One on a consent is no more than the word that it
 * is: what somebody said at that time. */
struct golden_pin {
        const struct record *record; /* its only slot is the value, standardised, set when the steward decided; its key
                                      * is the record that the steward named */
        struct text decision;        /* the decision's id */
};

struct golden_input {
        const struct config *config;
        enum record_type type;
        struct record_key anchor;
        const struct record *const *members; /* living records in canonical order, at least one */
        uint32_t member_count;
        const struct record_key *ghosts; /* deleted records attached to the entity, in canonical order */
        uint32_t ghost_count;
        const struct golden_pin *pins; /* at most one for each attribute */
        uint32_t pin_count;
        golden_resolve resolve;
        void *resolve_context;
};

/* Appends the golden record as one JSON object (docs/topics.md, "golden"). Equal inputs give equal bytes. Scratch
 * memory comes from @arena. */
void golden_write_json(struct arena *arena, const struct golden_input *input, struct buffer *out);

/* An entity with more members than this lists the first ones in its golden record and the number of all. */
#define GOLDEN_MEMBERS_MAX 10000

/* One of the values that an attribute could have. */
struct golden_candidate {
        const struct record *record; /* that says it; of a pin the record that the steward named */
        struct text label;
        struct text value; /* of an address its parts in one line */
        int64_t time_ms;   /* when it was set; TIME_UNKNOWN_MS: nobody knows */
        struct text pin;   /* id of the decision that pinned it, or empty */
        const char *lost;  /* "its source is less trusted": why it is not the first; NULL: it is, or says the same */
};

/* An attribute with all its candidates, the one that survives first. */
struct golden_choice {
        uint16_t attribute; /* ATTRIBUTE_ADDRESS_STREET stands for the address */
        const struct survivorship *how;
        const struct golden_candidate *candidates;
        uint32_t count;
        bool none;     /* the attribute that it goes with is of a record that does not have it: nothing survives */
        bool disputed; /* a steward is asked: records differ, and no value is pinned */
};

/* How the golden record came about: one choice for each attribute that any member has, in the order of the vocabulary,
 * addresses last. Everything is in @arena or borrows from @input. Returns the number of choices. */
uint32_t golden_explain(struct arena *arena, const struct golden_input *input, const struct golden_choice **choices);
