/* Pairs into cells.
 *
 * A million pairs give some ten thousand different comparisons. Estimation visits each of them some twenty times, so
 * they are counted once. What a value's rarity adds is rounded to a tenth of a bit: finer makes many more cells and no
 * other model.
 *
 * One popular value must not teach the model: whatever their multiplicity, two nodes count as CELL_WEIGHT_MAX pairs of
 * records at most.
 */
#include "train/estimate.h"

#include "base/map.h"
#include "base/sort.h"
#include "block/block.h"

#include <stdlib.h>
#include <string.h>

#define CELL_WEIGHT_MAX 25
#define CHUNK_PAIRS 65536
#define EXTRA_STEP_MBIT 100
#define RANDOM_PAIRS 600000
#define ALL_ATTRIBUTES UINT64_MAX

struct cell_index {
        struct arena *arena;
        struct train_cells *cells;
        struct map map; /* hash of a cell -> index of the first such cell + chain */
};

static int16_t round_extra(int16_t extra)
{
        int32_t half = extra < 0 ? -EXTRA_STEP_MBIT / 2 : EXTRA_STEP_MBIT / 2;
        return (int16_t)((extra + half) / EXTRA_STEP_MBIT * EXTRA_STEP_MBIT);
}

static bool cell_equals(const struct train_cell *cell, const struct score_vector *vector, uint64_t selected)
{
        return cell->selected == selected && cell->vector.cannot_link == vector->cannot_link &&
               !memcmp(cell->vector.level, vector->level, sizeof(vector->level)) &&
               !memcmp(cell->vector.extra_mbit, vector->extra_mbit, sizeof(vector->extra_mbit));
}

static void add_to_cell(struct cell_index *index, struct score_vector *vector, uint64_t weight, uint64_t selected)
{
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                vector->extra_mbit[i] = round_extra(vector->extra_mbit[i]);
        uint64_t hash = hash64(vector->level, sizeof(vector->level), selected ^ vector->cannot_link);
        hash = hash64(vector->extra_mbit, sizeof(vector->extra_mbit), hash);
        for (;; hash = hash64_mix(hash, 1)) {
                bool inserted;
                uint32_t at = *map_put(&index->map, hash, (uint32_t)index->cells->count, &inserted);
                if (inserted) {
                        *ARENA_PUSH(index->arena, index->cells->items, index->cells->count, index->cells->capacity) =
                                (struct train_cell){*vector, weight, selected};
                        return;
                }
                if (cell_equals(&index->cells->items[at], vector, selected)) {
                        index->cells->items[at].weight += weight;
                        return;
                }
        }
}

/* Attributes that every one of the recipes asks for. */
static uint64_t selected_by(uint64_t recipes)
{
        uint64_t selected = ALL_ATTRIBUTES;
        for (uint32_t i = 0; i < 63; i++)
                if (recipes >> i & 1)
                        selected &= block_recipe_attributes((uint8_t)i);
        return recipes == RESOLVE_ASSERTED ? UINT64_C(1) << MODEL_SAME_AS : selected;
}

static uint64_t pair_weight(const struct resolve *resolve, const struct resolve_pair *pair)
{
        uint64_t a = resolve->nodes[pair->a].member_count;
        uint64_t b = resolve->nodes[pair->b].member_count;
        uint64_t weight = pair->a == pair->b ? a * (a - 1) / 2 : a * b;
        return weight < CELL_WEIGHT_MAX ? weight : CELL_WEIGHT_MAX;
}

static void add_pairs(struct resolve *resolve, const struct model *model, struct cell_index *index,
                      const struct resolve_pair *pairs, size_t count, bool random)
{
        ARENA_CLEANUP struct arena scratch = {0};
        struct score_vector *vectors = arena_alloc(&scratch, CHUNK_PAIRS * sizeof(*vectors));
        for (size_t from = 0; from < count; from += CHUNK_PAIRS) {
                size_t length = count - from < CHUNK_PAIRS ? count - from : CHUNK_PAIRS;
                resolve_compare_nodes(resolve, model, pairs + from, length, vectors);
                for (size_t i = 0; i < length; i++) {
                        const struct resolve_pair *pair = &pairs[from + i];
                        if (random)
                                add_to_cell(index, &vectors[i], 1, 0);
                        else
                                add_to_cell(index, &vectors[i], pair_weight(resolve, pair),
                                            pair->a == pair->b ? ALL_ATTRIBUTES : selected_by(pair->recipes));
                }
        }
}

void train_gather_candidates(struct resolve *resolve, const struct model *model, enum record_type type,
                             struct arena *arena, struct train_cells *cells)
{
        const struct resolve_stratum *stratum = &resolve->strata[type];
        struct cell_index index = {.arena = arena, .cells = cells};
        struct resolve_pair *twins = NULL;
        size_t twin_count = 0, twin_capacity = 0;
        map_init(&index.map, arena);
        add_pairs(resolve, model, &index, stratum->pairs, stratum->pair_count, false);
        for (uint32_t i = stratum->first_node; i < stratum->end_node; i++)
                if (resolve->nodes[i].member_count > 1)
                        *ARENA_PUSH(arena, twins, twin_count, twin_capacity) = (struct resolve_pair){i, i, 0};
        add_pairs(resolve, model, &index, twins, twin_count, false);
}

/* Random pairs: records in the order of hashes of their keys, each with the ones that follow it in the circle. A record
 * more or less changes the pairs of its neighbours only. Few records: every pair. */
uint64_t train_gather_random(struct resolve *resolve, const struct model *model, enum record_type type,
                             struct arena *arena, struct train_cells *cells)
{
        const struct resolve_stratum *stratum = &resolve->strata[type];
        struct cell_index index = {.arena = arena, .cells = cells};
        ARENA_CLEANUP struct arena scratch = {0};
        size_t n = stratum->record_count;
        map_init(&index.map, arena);
        if (n < 2)
                return 0;
        struct sort_item *order = arena_alloc(&scratch, 2 * n * sizeof(*order));
        size_t at = 0;
        for (uint32_t i = 0; i < resolve->record_count; i++)
                if (resolve->records[i].type == type)
                        order[at++] = (struct sort_item){record_key_hash(resolve->records[i].record.key),
                                                         resolve->records[i].node};
        sort_by_key(order, order + n, n);
        size_t most = (n - 1) / 2;
        size_t distance = RANDOM_PAIRS / n;
        distance = distance < 1 ? 1 : distance > most && most ? most : distance;
        struct resolve_pair *pairs = arena_alloc(&scratch, n * distance * sizeof(*pairs));
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
                for (size_t d = 1; d <= distance; d++)
                        pairs[count++] =
                                (struct resolve_pair){(uint32_t)order[i].value, (uint32_t)order[(i + d) % n].value, 0};
        add_pairs(resolve, model, &index, pairs, count, true);
        return count;
}
