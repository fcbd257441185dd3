/* Bump allocation in a list of chunks.
 *
 * Chunks double up to CHUNK_BYTES_MAX. A reset rewinds to the first chunk and keeps all of them, so that after the
 * first batches nothing is allocated any more. A large request (a working set's array) gets a block of its own, outside
 * of the list: in it, one that does not fit would leave all the chunks that it skips unused until the next reset.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES_MIN ((size_t)64 << 10)
#define CHUNK_BYTES_MAX ((size_t)4 << 20)
#define LARGE_BYTES ((size_t)1 << 20)
#define SPARE_RATIO 4 /* a spare block may be so many times larger than what is asked for */

struct arena_chunk {
        struct arena_chunk *next;
        size_t capacity;
        size_t used;
        alignas(max_align_t) char data[];
};

static void out_of_memory(size_t size)
{
        fprintf(stderr, "durand: out of memory (%zu bytes)\n", size);
        abort();
}

void arena_init(struct arena *arena)
{
        *arena = (struct arena){0};
}

static void free_list(struct arena_chunk *chunk)
{
        struct arena_chunk *next;

        for (; chunk; chunk = next) {
                next = chunk->next;
                free(chunk);
        }
}

void arena_reset(struct arena *arena)
{
        for (struct arena_chunk *chunk = arena->first; chunk; chunk = chunk->next)
                chunk->used = 0;
        arena->current = arena->first;
        free_list(arena->spare);
        arena->spare = arena->large;
        arena->large = NULL;
        arena->used_bytes = 0;
}

void arena_free(struct arena *arena)
{
        free_list(arena->first);
        free_list(arena->large);
        free_list(arena->spare);
        *arena = (struct arena){0};
}

static struct arena_chunk *chunk_allocate(size_t capacity)
{
        struct arena_chunk *chunk = malloc(sizeof(*chunk) + capacity);

        if (!chunk)
                out_of_memory(capacity);
        *chunk = (struct arena_chunk){.capacity = capacity};
        return chunk;
}

static struct arena_chunk *chunk_new(struct arena *arena, size_t size)
{
        size_t capacity = arena->current ? arena->current->capacity * 2 : CHUNK_BYTES_MIN;

        if (capacity > CHUNK_BYTES_MAX)
                capacity = CHUNK_BYTES_MAX;
        if (capacity < size)
                capacity = size;
        return chunk_allocate(capacity);
}

/* A block of its own for @size bytes: a spare one that is not much too large, or a new one. */
static void *large_alloc(struct arena *arena, size_t size)
{
        struct arena_chunk **link = &arena->spare;
        struct arena_chunk *block;

        while (*link && ((*link)->capacity < size || (*link)->capacity / SPARE_RATIO > size))
                link = &(*link)->next;
        block = *link;
        if (block)
                *link = block->next;
        else
                block = chunk_allocate(size);
        block->next = arena->large;
        arena->large = block;
        return block->data;
}

/* Makes a chunk current that has room for @size: the next one that was kept, or a new one behind the current. */
static struct arena_chunk *chunk_advance(struct arena *arena, size_t size)
{
        struct arena_chunk *chunk = arena->current;

        while (chunk && chunk->next) {
                chunk = chunk->next;
                arena->current = chunk;
                if (chunk->capacity - chunk->used >= size)
                        return chunk;
        }
        chunk = chunk_new(arena, size);
        if (arena->current) {
                chunk->next = arena->current->next;
                arena->current->next = chunk;
        } else {
                chunk->next = NULL;
                arena->first = chunk;
        }
        arena->current = chunk;
        return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
        const size_t align = alignof(max_align_t);
        struct arena_chunk *chunk = arena->current;
        void *result;

        if (size > SIZE_MAX / 2)
                out_of_memory(size);
        size = (size + align - 1) & ~(align - 1);
        arena->used_bytes += size;
        if (size >= LARGE_BYTES)
                return large_alloc(arena, size);
        if (!chunk || chunk->capacity - chunk->used < size)
                chunk = chunk_advance(arena, size);
        result = chunk->data + chunk->used;
        chunk->used += size;
        return result;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
        void *result;

        if (size != 0 && count > SIZE_MAX / 2 / size)
                out_of_memory(SIZE_MAX);
        result = arena_alloc(arena, count * size);
        memset(result, 0, count * size);
        return result;
}

struct text arena_text(struct arena *arena, struct text t)
{
        char *copy = arena_alloc(arena, (size_t)t.length + 1);

        if (t.length > 0)
                memcpy(copy, t.data, t.length);
        copy[t.length] = '\0';
        return (struct text){.data = copy, .length = t.length};
}

struct text arena_printf(struct arena *arena, const char *format, ...)
{
        va_list arguments;
        int length;
        char *text;

        va_start(arguments, format);
        length = vsnprintf(NULL, 0, format, arguments);
        va_end(arguments);
        if (length < 0)
                length = 0;
        text = arena_alloc(arena, (size_t)length + 1);
        va_start(arguments, format);
        vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
        return (struct text){.data = text, .length = (uint32_t)length};
}

void arena_grow(struct arena *arena, void **items, size_t count, size_t *capacity, size_t item_size)
{
        size_t larger;
        void *moved;

        if (count < *capacity)
                return;
        larger = *capacity ? *capacity * 2 : 8;
        moved = arena_alloc(arena, larger * item_size);
        if (count > 0)
                memcpy(moved, *items, count * item_size);
        *items = moved;
        *capacity = larger;
}
