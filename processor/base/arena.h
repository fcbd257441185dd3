/* arena.h: memory for everything that is made for one batch, freed in one go.
 *
 * An arena hands out memory that lives until arena_reset() or arena_free(). It grows by chunks and keeps them over a
 * reset, so that a steady state allocates nothing; large blocks are kept for the next round and given back if that has
 * no use for them. Exhausted memory ends the process: there is no sensible way on in the middle of a batch, and a
 * restart recovers (docs/architecture.md, "Exactly once"). An arena belongs to one thread.
 */
#pragma once

#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
        struct arena_chunk *first;   /* chunks in order of use */
        struct arena_chunk *current; /* the one that serves requests */
        struct arena_chunk *large;   /* blocks of one large request each */
        struct arena_chunk *spare;   /* those of the round before the last reset, not taken yet */
        size_t used_bytes;           /* handed out since the last reset, for limits and metrics */
};

/* A zeroed struct is a valid, empty arena. */
void arena_init(struct arena *arena);

/* Forgets every allocation, keeps the chunks. All memory handed out before is invalid afterwards. */
void arena_reset(struct arena *arena);

/* Returns all memory to the system. The arena can be used again. */
void arena_free(struct arena *arena);

/* @size bytes aligned for any type, not initialised. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, zeroed; @count times @size is checked for overflow. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A copy of @t in @arena, with a NUL byte behind it that its length does not count. */
struct text arena_text(struct arena *arena, struct text t);

/* Formatted text in @arena, NUL-terminated beyond its length. */
struct text arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One element more in the array *@items of @count elements with *@capacity, reallocated by doubling in @arena. */
#define ARENA_PUSH(arena, items, count, capacity)                                                                      \
        (arena_grow((arena), (void **)&(items), (count), &(capacity), sizeof(*(items))), &(items)[(count)++])

/* Used by ARENA_PUSH. */
void arena_grow(struct arena *arena, void **items, size_t count, size_t *capacity, size_t item_size);

#define ARENA_CLEANUP __attribute__((cleanup(arena_free)))
