/* Open addressing, at most half full. */
#include "base/map.h"

#include "base/hash.h"

void map_init(struct map *map, struct arena *arena)
{
        *map = (struct map){.arena = arena};
}

/* The entry of @key, or the free one where it belongs. */
static struct map_entry *probe(const struct map *map, uint64_t key)
{
        size_t mask = map->capacity - 1;
        size_t at = (size_t)hash64_mix(0, key) & mask;

        while (map->entries[at].used && map->entries[at].key != key)
                at = (at + 1) & mask;
        return &map->entries[at];
}

static void grow(struct map *map)
{
        struct map_entry *old = map->entries;
        size_t old_capacity = map->capacity;

        map->capacity = old_capacity ? old_capacity * 2 : 64;
        map->entries = arena_calloc(map->arena, map->capacity, sizeof(*map->entries));
        for (size_t i = 0; i < old_capacity; i++) {
                if (old[i].used)
                        *probe(map, old[i].key) = old[i];
        }
}

uint32_t *map_get(const struct map *map, uint64_t key)
{
        struct map_entry *entry;

        if (map->capacity == 0)
                return NULL;
        entry = probe(map, key);
        return entry->used ? &entry->value : NULL;
}

uint32_t *map_put(struct map *map, uint64_t key, uint32_t value, bool *inserted)
{
        struct map_entry *entry;

        if (map->count * 2 >= map->capacity)
                grow(map);
        entry = probe(map, key);
        if (inserted)
                *inserted = !entry->used;
        if (!entry->used) {
                *entry = (struct map_entry){.key = key, .value = value, .used = 1};
                map->count++;
        }
        return &entry->value;
}
