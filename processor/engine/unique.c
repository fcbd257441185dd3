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

static uint64_t remember_bit(struct batch *batch, uint32_t record, uint64_t bit)
{
        map_put(&batch->unique_by_record, record, bit ? (uint32_t)__builtin_ctzll(bit) + 1 : 0, NULL);
        return bit;
}

uint64_t engine_unique_bit(struct engine *engine, struct batch *batch, uint32_t record)
{
        const uint32_t *known = map_get(&batch->unique_by_record, record);
        struct record decoded;

        if (!engine->config->unique[batch->type])
                return 0;
        if (known)
                return *known > 0 ? UINT64_C(1) << (*known - 1) : 0;
        if (engine_load_record(engine, batch->arena, record, &decoded) < 0)
                return 0;
        return remember_bit(batch, record, config_unique_bit(engine->config, batch->type, decoded.key.source));
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
                sourced[i].unique = remember_bit(batch, records[i],
                                                 config_unique_bit(engine->config, batch->type, record.key.source));
        }
        if (count > 1)
                qsort(sourced, count, sizeof(*sourced), compare_sourced);
        for (uint32_t i = 0; i < count; i++) {
                records[i] = sourced[i].number;
                bits[i] = sourced[i].unique;
        }
        return bits;
}

static uint64_t or_bits(struct engine *engine, struct batch *batch, const uint32_t *records, uint32_t count)
{
        uint64_t bits = 0;

        for (uint32_t i = 0; i < count; i++)
                bits |= engine_unique_bit(engine, batch, records[i]);
        return bits;
}

uint64_t engine_unique_of_entity(struct engine *engine, struct batch *batch, uint32_t record, uint32_t anchor)
{
        const uint32_t *draft = map_get(&batch->draft_by_record, record);
        bool inserted;
        uint32_t index = *map_put(&batch->unique_by_anchor, anchor, (uint32_t)batch->unique_count, &inserted);
        struct stored stored = {0};
        struct text value;
        uint64_t bits = 0;

        if (!inserted)
                return batch->unique[index];
        if (draft)
                bits = or_bits(engine, batch, batch->drafts[*draft].members, batch->drafts[*draft].member_count);
        else if (store_get_golden(engine->txn, anchor, &value) &&
                 stored_decode(batch->arena, value, &stored, engine->error) == 0)
                bits = or_bits(engine, batch, stored.members, stored.member_count);
        *ARENA_PUSH(batch->arena, batch->unique, batch->unique_count, batch->unique_capacity) = bits;
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
