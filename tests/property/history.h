/* history.h: random histories of a small world, where names, addresses and numbers collide all the time. */
#pragma once

#include "base/arena.h"
#include "record/change.h"

/* SplitMix64 (Steele, Lea, Flood 2014): the same sequence from a seed on every machine. */
struct dice {
        uint64_t state;
};

uint64_t dice_roll(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t bound); /* 0 .. bound - 1 */
bool dice_chance(struct dice *dice, uint32_t percent);

#define HISTORY_SOURCES "emea", "us", "erp"

/* The configuration of the sources that histories speak of: as it is, or varied by @dice where there are any. */
struct text history_make_config(struct arena *arena, struct dice *dice);

/* A history of @length events in @arena. */
struct changes history_make(struct arena *arena, struct dice *dice, uint32_t length);

/* What a steward says about the conflict of that id, anywhere in the history: dismissed, assigned, commented,
 * withdrawn. */
void history_add_verdict(struct arena *arena, struct dice *dice, struct changes *history, struct text conflict);

/* The same events in another order. What comes before and after a deletion of a record or a truncation of its table
 * stays so for that record; all else is free. */
struct changes history_shuffle(struct arena *arena, struct dice *dice, const struct changes *history);

/* @history without the event at @index. */
struct changes history_without(struct arena *arena, const struct changes *history, size_t index);

/* One line for each event, in the form of replay's envelopes. */
void history_print(const struct vocabulary *vocabulary, const struct changes *history, struct buffer *out);
