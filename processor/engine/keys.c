/* Blocking keys of the nodes that came or went, and which nodes have to be compared anew.
 *
 * Keys go to the postings in one sorted sweep, which tells how many nodes had each key before and have it now. A key
 * that crosses its cap, either way, makes all its nodes dirty: the pairs it supported come or go, and its value becomes
 * neutral as evidence or counts again. So the cap is a property of the present state, not of its history.
 */
#include "engine/pairs.h"

#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

uint64_t engine_stored_key(const struct engine *engine, uint64_t key)
{
        return hash64(&key, sizeof(key), engine->ghost_seed);
}

static int compare_keys(const void *left, const void *right)
{
        const struct block_key *a = left, *b = right;

        return (a->hash > b->hash) - (a->hash < b->hash);
}

void engine_derive_keys(const struct engine *engine, const struct features *features, struct block_keys *keys)
{
        block_derive(engine->model, features, keys);
        for (uint32_t i = 0; i < keys->count; i++)
                keys->items[i].hash = engine_stored_key(engine, keys->items[i].hash);
        qsort(keys->items, keys->count, sizeof(keys->items[0]), compare_keys);
}

/* ---- keys of nodes, on all cores ------------------------------------------------------------------------------------
 */

struct derive_run {
        struct engine *engine;
        struct batch *batch;
};

/* Keys of the nodes that came or went; the ghosts' stage needs them again. */
static void derive_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct derive_run *run = context;
        struct arena *arena = &run->engine->worker_arena[worker];
        struct features features;
        struct block_keys keys;

        for (size_t i = from; i < to; i++) {
                struct node_change *change = &run->batch->node_changes[i];

                if (change->type != run->batch->type || features_decode(change->features, &features) < 0)
                        continue;
                engine_derive_keys(run->engine, &features, &keys);
                change->keys = arena_alloc(arena, (keys.count + 1) * sizeof(*change->keys));
                memcpy(change->keys, keys.items, keys.count * sizeof(*change->keys));
                change->key_count = keys.count;
                change->asserts = features.first[FEATURE_SAME_AS] != features.first[FEATURE_SAME_AS + 1];
        }
}

/* ---- postings and caps ----------------------------------------------------------------------------------------------
 */

struct posting_list {
        struct sort_item *items; /* by key; the value is the node, and in its lowest bit whether it is added */
        size_t count, capacity;
};

static void post_node(struct batch *batch, struct posting_list *list, const struct node_change *change)
{
        for (uint32_t i = 0; i < change->key_count; i++)
                *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                        (struct sort_item){.key = change->keys[i].hash,
                                           .value = (uint64_t)change->node << 1 | !change->removed};
}

/* In order of keys; under one key in any order, for the sweep puts each number in its place. */
static struct store_posting *sort_postings(struct batch *batch, struct posting_list *list)
{
        struct sort_item *scratch = arena_alloc(batch->arena, list->count * sizeof(*scratch));
        struct store_posting *postings = arena_alloc(batch->arena, list->count * sizeof(*postings));

        sort_by_key(list->items, scratch, list->count);
        for (size_t i = 0; i < list->count; i++)
                postings[i] = (struct store_posting){.key = list->items[i].key,
                                                     .number = (uint32_t)(list->items[i].value >> 1),
                                                     .add = list->items[i].value & 1};
        return postings;
}

static void make_dirty(struct batch *batch, uint32_t node)
{
        if (number_push_once(batch->arena, &batch->fresh, &batch->fresh_index, node))
                number_push_once(batch->arena, &batch->seeds, &batch->seed_set, node);
}

/* All nodes of @key, those that it has now and those that just left, whose number @before counts. */
static void make_key_dirty(struct engine *engine, struct batch *batch, uint64_t key, uint32_t count)
{
        uint32_t *nodes = arena_alloc(batch->arena, ((size_t)count + 1) * sizeof(*nodes));
        uint32_t found = store_get_postings(engine->txn, STORE_BLOCK, key, nodes, count);

        for (uint32_t i = 0; i < found && i < count; i++)
                make_dirty(batch, nodes[i]);
}

/* Applies the postings; what the sweep found under each key stays for the candidates. */
static void apply_keys(struct engine *engine, struct batch *batch, struct posting_list *list, struct key_groups *groups)
{
        uint32_t cap = (uint32_t)engine->config->block_cap;

        if (list->count == 0)
                return;
        groups->count = store_sweep_postings(engine->txn, batch->arena, STORE_BLOCK, sort_postings(batch, list),
                                             list->count, cap, &groups->items);
        for (size_t i = 0; i < groups->count; i++) {
                const struct store_key_group *group = &groups->items[i];

                map_put(&batch->key_counts, group->key, group->after, NULL);
                if ((group->before > cap) == (group->after > cap))
                        continue;
                *ARENA_PUSH(batch->arena, batch->crossed, batch->crossed_count, batch->crossed_capacity) = group->key;
                make_key_dirty(engine, batch, group->key, group->after);
        }
}

/* ---- dirty nodes for reasons beside keys ---------------------------------------------------------------------------
 */

/* True if the node with these feature bytes is of the stratum in work and has a feature of @kind. */
static bool node_has(const struct batch *batch, struct text bytes, enum feature_kind kind)
{
        struct features features;

        return features_decode(bytes, &features) == 0 && features.type == batch->type &&
               features.first[kind] != features.first[kind + 1];
}

/* Records that refer to @key by a feature of @kind: their pairs may be answered anew. */
static void make_referrers_dirty(struct engine *engine, struct batch *batch, struct record_key key,
                                 enum feature_kind kind)
{
        uint64_t reference = reference_key(key.source, key.record_id);
        uint32_t count = store_count_postings(engine->txn, STORE_REFERENCE, reference);
        uint32_t *records;

        if (count == 0)
                return;
        records = arena_alloc(batch->arena, count * sizeof(*records));
        store_get_postings(engine->txn, STORE_REFERENCE, reference, records, count);
        for (uint32_t i = 0; i < count; i++) {
                struct record_state state = {0};
                struct text features;

                if (!engine_get_state(engine, records[i], &state) || state.node == 0)
                        continue;
                if (store_get_node(engine->txn, state.node, &features) && node_has(batch, features, kind))
                        make_dirty(batch, state.node);
        }
}

/* A record that changed may be the target of another record's same_as. That holds for one that vanished or became of
 * the other type as well: its twins keep the node that it had, and another record of the same id may be meant from now
 * on. */
static void visit_asserted(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];

                if (work->changed)
                        make_referrers_dirty(engine, batch, work->record.key, FEATURE_SAME_AS);
        }
}

static int visit_moved_organizations(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->moved_organizations.count; i++) {
                struct record record;
                int r = engine_load_record(engine, batch->arena, batch->moved_organizations.items[i], &record);

                if (r < 0)
                        return r;
                make_referrers_dirty(engine, batch, record.key, FEATURE_EMPLOYER_REF);
        }
        return 0;
}

int batch_apply_keys(struct engine *engine, struct batch *batch, struct key_groups *groups)
{
        struct derive_run run = {.engine = engine, .batch = batch};
        struct posting_list postings = {0};

        parallel_for(engine->parallel, batch->node_change_count, 128, derive_range, &run);
        for (size_t i = 0; i < batch->node_change_count; i++) {
                const struct node_change *change = &batch->node_changes[i];

                if (change->type != batch->type || (change->removed && change->created))
                        continue;
                if (change->created || change->removed)
                        post_node(batch, &postings, change);
                if (change->created)
                        make_dirty(batch, change->node);
                else if (!change->removed)
                        number_push_once(batch->arena, &batch->seeds, &batch->seed_set, change->node);
        }
        apply_keys(engine, batch, &postings, groups);
        visit_asserted(engine, batch);
        return batch->type == TYPE_PERSON ? visit_moved_organizations(engine, batch) : 0;
}
