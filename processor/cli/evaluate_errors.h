/* evaluate_errors.h: the pairs of records that a clustering gets wrong, each with its explanation. */
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "engine/explain.h"
#include "evaluate/evaluate.h"

/* Wrong pairs that are looked at, of each kind; more are only counted. */
#define WRONG_PAIRS_MAX 20000

struct wrong_pair {
        struct record_name a, b;
        int32_t posterior_mbit; /* of the two as such */
        enum explain_outcome outcome;
        struct text reasons; /* the strongest steps */
};

struct wrong_pairs {
        struct wrong_pair *items; /* the worst first: joined with the highest posterior, missed with the lowest */
        uint32_t count;           /* explained */
        uint64_t all;
        uint64_t outcomes[EXPLAIN_OUTCOME_COUNT]; /* of those explained */
};

struct evaluation_errors {
        struct arena arena; /* holds the texts */
        struct wrong_pairs joined, missed;
};

/* Explains what @predicted joins and misses against @truth. Names borrow from both. ERR_FATAL for a damaged state. */
int evaluation_errors_find(struct explainer *explainer, const struct labels *truth, const struct labels *predicted,
                           struct evaluation_errors *errors, struct error *error);
void evaluation_errors_free(struct evaluation_errors *errors);

/* At most @worst of each kind. */
void evaluation_errors_write_text(const struct evaluation_errors *errors, uint32_t worst, struct buffer *out);
void evaluation_errors_write_json(const struct evaluation_errors *errors, uint32_t worst, struct json_writer *writer);
