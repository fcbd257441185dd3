/* evidence.h: what comparing one pair gives, attribute by attribute. Internal to score/.
 *
 * Each comparator writes the levels of its attributes; score.c adds the weights. The values are kept as slices of the
 * features, so that an explanation shows what was compared without a second comparison.
 */
#pragma once

#include "model/weights.h"
#include "score/score.h"

struct attribute_evidence {
        uint8_t level; /* LEVEL_MISSING: not compared */
        int32_t weight_mbit;
        struct text a;
        struct text b;
};

struct evidence {
        struct attribute_evidence of[MODEL_ATTRIBUTE_COUNT];
        bool reversed;           /* the sides were swapped into their canonical order */
        const struct rule *rule; /* of the configuration, that decides about the pair; NULL: none */
        bool cannot_link;
        bool establishments;                /* where cannot_link only says that these are two places of one company */
        enum model_attribute contradiction; /* where cannot_link */
        struct text contradiction_a;
        struct text contradiction_b;
};

struct comparison {
        const struct model *model;
        enum record_type type;
        const struct score_pair *pair;
        struct evidence *evidence;
};

/* Records that @attribute reached @level; the weight is the model's. */
void evidence_set(const struct comparison *c, enum model_attribute attribute, uint32_t level, struct text a,
                  struct text b);

/* The same for a value whose rarity counts: that of the commoner of @a and @b. */
void evidence_set_value(const struct comparison *c, enum model_attribute attribute, uint32_t level,
                        enum model_frequency_kind kind, struct text a, struct text b);

/* Walks the features of @kind that are evidence (generic values are none): *@at starts at 0; NULL at the end. */
static inline const struct feature *side_next(const struct score_side *side, enum feature_kind kind, uint32_t *at)
{
        const struct features *features = side->features;
        uint32_t end = features->first[kind + 1];
        uint32_t i = *at > features->first[kind] ? *at : features->first[kind];
        while (i < end && side->generic && side->generic[i])
                i++;
        *at = i + 1;
        return i < end ? &features->items[i] : NULL;
}

static inline const struct feature *side_first(const struct score_side *side, enum feature_kind kind)
{
        uint32_t at = 0;
        return side_next(side, kind, &at);
}

/* The next blank-separated word of @t from *@from on; an empty slice at the end. */
static inline struct text next_word(struct text t, uint32_t *from)
{
        uint32_t start = *from;
        while (start < t.length && t.data[start] == ' ')
                start++;
        uint32_t end = start;
        while (end < t.length && t.data[end] != ' ')
                end++;
        *from = end;
        return (struct text){.data = t.data + start, .length = end - start};
}

/* True if one of the words of @words is @word. */
bool has_word(struct text words, struct text word);

void compare_person_name(const struct comparison *c); /* name.c */
void compare_birth(const struct comparison *c);       /* birth.c: date, place, gender */
void compare_contact(const struct comparison *c);     /* contact.c: e-mail, telephone, domain, employer, job title */
void compare_addresses(const struct comparison *c);   /* address.c */
void compare_identifiers(const struct comparison *c); /* identifier.c */
void compare_organization_name(const struct comparison *c); /* organization.c */
