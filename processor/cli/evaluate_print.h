/* evaluate_print.h: what an evaluation found, for people and for programs. */
#pragma once

#include "base/buffer.h"
#include "cli/evaluate_errors.h"
#include "evaluate/evaluate.h"

#define SWEEP_STEPS 13 /* one bit apart, around the configured threshold */

struct sweep_step {
        int32_t match_mbit;
        struct evaluation evaluation;
};

/* Pairs that only one of two clusterings joins. */
struct evaluation_comparison {
        struct evaluation evaluation; /* of the other clustering */
        uint64_t only_first_right, only_first_wrong;
        uint64_t only_second_right, only_second_wrong;
};

struct evaluation_report {
        struct evaluation evaluation;
        struct evaluation_comparison *comparison; /* NULL: there is no other one */
        struct evaluation_errors *errors;         /* NULL: the records are not at hand */
        struct sweep_step *sweep;                 /* SWEEP_STEPS, or NULL */
        uint32_t worst;                           /* wrong pairs to show of each kind */
};

void evaluation_write_text(const struct evaluation_report *report, struct buffer *out);
void evaluation_write_json(const struct evaluation_report *report, struct buffer *out);
