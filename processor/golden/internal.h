/* internal.h: the candidates of a golden record and their order. Internal to golden.
 *
 * Everything that an attribute could be is a candidate; what a rule looks at stands in its `standing`. Candidates are
 * ranked by criteria, one after the other, which a table gives for each rule; the criterion that tells a candidate from
 * the first is why it lost.
 */
#pragma once

#include "golden/decimal.h"
#include "golden/golden.h"

#define ADDRESS_PARTS 6

/* How much a statement about consent decides, the strongest first. */
enum statement {
        STATEMENT_DECISION, /* denied, or granted by who meant it */
        STATEMENT_DEFAULT,  /* granted only because nobody opted out */
        STATEMENT_UNKNOWN
};

struct standing {
        const struct survivorship *how;
        const struct record *record;
        struct text label;
        struct text pin;        /* id of the decision that pinned it; empty: a record's own word */
        struct text value;      /* compared by minimum and maximum; of an address empty */
        struct version version; /* that set it */
        struct decimal number;  /* of an attribute of kind number */
        uint32_t member;        /* in the order of the entity's records */
        uint32_t trust_milli;   /* in its source, aged */
        uint32_t fullness;      /* characters, where the rule asks for them; of an address the parts before them */
        uint32_t frequency;     /* records that say the same, where the rule asks for it */
        bool poor;              /* says little: an initial in place of a name, a number out of range */
        bool apart;             /* from another record than the attribute that it goes with */
        bool denied;            /* these three of a consent */
        enum statement statement;
        int64_t said_at_ms;
};

struct candidate {
        const struct slot *slot;
        struct standing standing;
};

struct address {
        struct standing standing;                /* version: the time of its newest part */
        const struct slot *parts[ADDRESS_PARTS]; /* by attribute - ATTRIBUTE_ADDRESS_STREET */
        uint8_t part_count;
        const struct golden_pin *pins[ADDRESS_PARTS]; /* of pinned parts */
};

/* All candidates, sorted by attribute and then by rank; addresses by rank. */
struct field {
        const struct golden_input *input;
        struct arena *arena;
        struct candidate *candidates;
        size_t candidate_count, candidate_capacity;
        struct address *addresses;
        size_t address_count, address_capacity;
};

/* Collects and ranks. Everything is in @arena or borrows from @input. */
void field_collect(struct field *field, struct arena *arena, const struct golden_input *input);

/* One past the last candidate of the attribute at @from. */
size_t field_end(const struct field *field, size_t from);

/* The first candidate of @attribute, or NULL. */
const struct candidate *field_best(const struct field *field, uint16_t attribute);

bool is_address_part(uint16_t attribute);
bool is_same_address(const struct address *a, const struct address *b);

/* What tells two candidates of one attribute apart. */
enum criterion {
        CRITERION_ORDER, /* nothing but the order of their records */
        CRITERION_PINNED,
        CRITERION_TOGETHER,
        CRITERION_RICH,
        CRITERION_TRUSTED,
        CRITERION_NEWER,
        CRITERION_OLDER,
        CRITERION_FREQUENT,
        CRITERION_FULLER,
        CRITERION_SMALLER,
        CRITERION_GREATER,
        CRITERION_TRUE,
        CRITERION_FALSE,
        CRITERION_STATEMENT,
        CRITERION_SAID_LATER,
        CRITERION_DENIED,
        CRITERION_COUNT
};

/* Below zero: @a goes before @b. @decided, if given, gets the criterion. Never zero for two candidates of one
 * attribute.
 */
int standing_compare(const struct standing *a, const struct standing *b, enum criterion *decided);

/* Why a candidate lost by @criterion, for people: "its source is less trusted". */
const char *criterion_loss(enum criterion criterion);

/* Fills in what the rules about a consent look at. */
void consent_judge(struct standing *standing, const struct slot *slot);
