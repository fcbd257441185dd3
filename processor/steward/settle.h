/* settle.h: decisions about pairs that contradict each other.
 *
 * "A is B" and "B is C" make "A is not C" impossible. The newest decision holds; an older one holds if it agrees with
 * all newer ones that hold and with what follows from them. So a steward can always overrule what was decided before,
 * and the loser can be shown to somebody.
 *
 * Pure, and independent of the order in which the decisions are given.
 */
#pragma once

#include "steward/decision.h"

struct pair_decision {
        const struct decision *decision; /* same or different */
        uint32_t a, b;                   /* numbers of its records, below the item count */
        bool holds;                      /* out: false for one that contradicts newer ones */
};

/* Settles @pairs over @item_count records. Scratch memory comes from @arena. A time in the square of the number of
 * decisions: those of one component, which people made one by one. */
void steward_settle(struct arena *arena, uint32_t item_count, struct pair_decision *pairs, uint32_t count);
