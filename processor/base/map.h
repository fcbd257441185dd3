/* map.h: a hash map from 64-bit keys to 32-bit values, in an arena.
 *
 * For the working sets of one batch: nodes, records, blocking keys. Open addressing with linear probing; it only grows.
 * Walk it through the array of what you put in, never in its own order: that depends on capacity.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct map_entry {
        uint64_t key;
        uint32_t value;
        uint32_t used;
};

struct map {
        struct arena *arena;
        struct map_entry *entries;
        size_t capacity; /* a power of two, or 0 */
        size_t count;
};

void map_init(struct map *map, struct arena *arena);

/* The value of @key, or NULL. Valid until the next map_put(). */
uint32_t *map_get(const struct map *map, uint64_t key);

/* The value of @key, inserted as @value if it was not there; @inserted (may be NULL) tells which. */
uint32_t *map_put(struct map *map, uint64_t key, uint32_t value, bool *inserted);
