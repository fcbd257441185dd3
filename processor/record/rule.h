/* rule.h: what a company decides about pairs itself, beside the weights.
 *
 * "Same VAT number and same postal code: the same", "different birth date: never". A rule looks at the features of two
 * value nodes and gives a verdict where all of its conditions hold. A value that is missing on either side satisfies no
 * condition. Of several rules that hold, `never` goes before `same`, `same` before `review`, and each before the
 * weights.
 *
 * A pair is only looked at if a blocking key proposes it; a rule that joins therefore gives each node keys of its own,
 * made of the values that must be the same.
 *
 * Pure and symmetric: the verdict on a and b is that on b and a.
 */
#pragma once

#include "record/features.h"

#define RULES_MAX 64
#define RULE_TERMS_MAX 8   /* attributes under `same`, and under `different` */
#define RULE_VALUES_MAX 16 /* values of one term; more are not looked at, in canonical order */
#define RULE_KEYS_MAX 16   /* keys that one rule gives a node */

enum rule_verdict { /* ascending precedence */
        RULE_NONE,
        RULE_REVIEW, /* a person is asked, whatever the weights say */
        RULE_SAME,
        RULE_NEVER,
};

const char *rule_verdict_name(enum rule_verdict verdict); /* "review", "same", "never" */

/* The posterior of a pair that a rule calls the same: more than any sum of weights, so that such pairs are joined first
 * and whatever the rest of their clusters says. */
#define RULE_SAME_MBIT 1000000

/* Attributes that are compared as one: most alone, parts of an address together, for they must be of one address. */
struct rule_term {
        uint16_t attributes[RULE_TERMS_MAX];
        uint32_t attribute_count;
        struct text own; /* name of an attribute that only rules look at; else empty */
};

struct rule {
        struct text name;
        enum record_type type;
        enum rule_verdict then;
        struct rule_term same[RULE_TERMS_MAX];
        uint32_t same_count;
        struct rule_term different[RULE_TERMS_MAX];
        uint32_t different_count;
};

/* From which posterior two records are the same, and from which a person is asked. */
struct match_zones {
        int32_t match_mbit;
        int32_t review_mbit;
};

struct rule_set {
        const struct rule *items; /* in the order of the file: of two with one verdict the first is named */
        uint32_t count;
        struct match_zones zones[TYPE_COUNT]; /* for `review` */
};

/* How rules see an attribute. */
enum rule_sight {
        RULE_SIGHT_FEATURE, /* by the features that matching has of it anyway */
        RULE_SIGHT_OWN,     /* by a feature of its own (FEATURE_OWN) */
        RULE_SIGHT_NONE,    /* not at all */
};

enum rule_sight rule_sees(const struct vocabulary *vocabulary, uint16_t attribute);

/* True for parts of an address: those under one `same` are one term. */
bool rule_is_address(uint16_t attribute);

/* The rule that decides about two nodes of @type, or NULL where none holds. */
const struct rule *rule_decide(const struct rule_set *rules, const struct features *a, const struct features *b);

/* Keys of @features under @rule, RULE_KEYS_MAX at most; none where a value is missing, or where the rule joins nothing.
 */
uint32_t rule_keys(const struct rule *rule, const struct features *features, uint64_t keys[RULE_KEYS_MAX]);

/* The posterior of a pair under @rule (NULL: unchanged). A rule that keeps apart leaves it as it is. */
int32_t rule_posterior(const struct rule_set *rules, const struct rule *rule, int32_t posterior_mbit);
