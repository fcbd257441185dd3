/* The value node and the anchor of each record that the batch looks at.
 *
 * Every stage asks for them, several times a record, and two stages write them. So they are read once, changed in
 * memory, and written at the end of the batch in one sweep in order of record numbers.
 */
#include "engine/batch.h"

#include <stdlib.h>

struct cached_state {
        uint32_t record;
        struct record_state state;
        bool found;
        bool changed;
};

struct state_cache {
        struct map index; /* record -> entry */
        struct cached_state *items;
        size_t count, capacity;
};

void states_begin(struct engine *engine)
{
        engine->states = arena_calloc(&engine->arena, 1, sizeof(*engine->states));
        map_init(&engine->states->index, &engine->arena);
}

static struct cached_state *find_state(struct engine *engine, uint32_t record)
{
        struct state_cache *cache = engine->states;
        struct cached_state *cached;
        bool inserted;
        uint32_t index = *map_put(&cache->index, record, (uint32_t)cache->count, &inserted);

        if (!inserted)
                return &cache->items[index];
        cached = ARENA_PUSH(&engine->arena, cache->items, cache->count, cache->capacity);
        *cached = (struct cached_state){.record = record};
        cached->found = store_get_record_state(engine->txn, record, &cached->state);
        return cached;
}

bool engine_get_state(struct engine *engine, uint32_t record, struct record_state *state)
{
        const struct cached_state *cached = find_state(engine, record);

        *state = cached->state;
        return cached->found;
}

void engine_put_state(struct engine *engine, uint32_t record, struct record_state state)
{
        struct cached_state *cached = find_state(engine, record);

        cached->state = state;
        cached->found = cached->changed = true;
}

static int compare_records(const void *left, const void *right)
{
        const struct cached_state *a = left, *b = right;

        return (a->record > b->record) - (a->record < b->record);
}

void states_end(struct engine *engine)
{
        struct state_cache *cache = engine->states;

        engine->states = NULL;
        if (cache->count > 1)
                qsort(cache->items, cache->count, sizeof(*cache->items), compare_records);
        for (size_t i = 0; i < cache->count; i++) {
                if (cache->items[i].changed)
                        store_put_record_state(engine->txn, cache->items[i].record, cache->items[i].state);
        }
}
