/* Records of sources that never hold two of one entity.
 *
 * Which source a record is of never changes, so what is known here depends on nothing but the record. The records of
 * one value node say the same, and so it makes no difference which of a unique source's records goes with which of
 * another's: they are dealt out in layers, in canonical order. The first layer has the first record of each unique
 * source and all records of the others, the second layer the second record of each, and so on. Layers never meet in a
 * cluster, for each has no source that the one before it has not; and there are as many as records of one source,
 * whatever the pairs.
 */
#include "engine/batch.h"

#include <stdlib.h>
#include <string.h>

struct sourced {
        struct record_key key;
        uint32_t number;
        uint64_t unique;
};

static int compare_sourced(const void *left, const void *right)
{
        const struct sourced *a = left, *b = right;

        return record_key_compare(a->key, b->key);
}

uint64_t *engine_unique_bits(struct engine *engine, struct batch *batch, uint32_t *records, uint32_t count)
{
        struct sourced *sourced;
        uint64_t *bits;

        if (!engine->config->unique[batch->type])
                return NULL;
        sourced = arena_calloc(batch->arena, count, sizeof(*sourced));
        bits = arena_calloc(batch->arena, count, sizeof(*bits));
        for (uint32_t i = 0; i < count; i++) {
                struct record record = {0};

                sourced[i].number = records[i];
                if (engine_load_record(engine, batch->arena, records[i], &record) < 0)
                        continue;
                sourced[i].key = record.key;
                sourced[i].unique = config_unique_bit(engine->config, batch->type, record.key.source);
        }
        if (count > 1)
                qsort(sourced, count, sizeof(*sourced), compare_sourced);
        for (uint32_t i = 0; i < count; i++) {
                records[i] = sourced[i].number;
                bits[i] = sourced[i].unique;
        }
        return bits;
}

uint32_t *engine_layer_records(struct arena *arena, const uint64_t *unique, uint32_t count, uint32_t *layer_count)
{
        uint32_t *layers = arena_calloc(arena, count, sizeof(*layers));
        uint32_t next[64] = {0};

        *layer_count = 1;
        for (uint32_t i = 0; i < count; i++) {
                if (!unique[i])
                        continue;
                layers[i] = next[__builtin_ctzll(unique[i])]++;
                if (layers[i] >= *layer_count)
                        *layer_count = layers[i] + 1;
        }
        return layers;
}
