/* pairs.h: what facts.c, keys.c and pairs.c share. */
#pragma once

#include "engine/batch.h"

/* What the sweep over the postings found, one entry a key. */
struct key_groups {
        struct store_key_group *items;
        size_t count;
};

/* keys.c: puts the keys of created nodes, takes those of removed ones, and marks what is fresh and what is a seed. */
int batch_apply_keys(struct engine *engine, struct batch *batch, struct key_groups *groups);

/* facts.c */
uint32_t engine_key_count(struct engine *engine, struct batch *batch, uint64_t key);

/* A generic value is generic on both sides; only shared ones can agree. From @flags_a of the whole side a: the flags of
 * b, and those of a that b shares, so that a score does not depend on which side was asked. */
const uint8_t *generic_mirror(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                              const struct features *b);
const uint8_t *generic_shared(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                              const struct features *b);

/* The entity that a reference names, by its anchor (0: none). */
uint32_t engine_reference_anchor(struct engine *engine, struct batch *batch, struct text value);

/* True if a record of @node is what one of @features' same_as references names. */
bool engine_asserts(struct engine *engine, const struct features *features, uint32_t node);
