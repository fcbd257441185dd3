/* Candidates, scores and edges of the nodes that the batch touches.
 *
 * Fresh nodes (created, or dirty: keys.c) propose pairs with every node that shares a key within its cap. Pairs are
 * scored on all cores, from feature bytes that do not move while nothing is written. Edges of removed and dirty nodes
 * are dropped, those of the scored pairs that reach the review zone are put.
 */
#include "engine/pairs.h"

#include "base/sort.h"

/* ---- candidates -------------------------------------------------------------------------------------------------
 */

struct candidate {
        uint32_t a; /* fresh */
        uint32_t b;
};

struct candidate_list {
        struct sort_item *items; /* key: fresh node, other node */
        size_t count, capacity;
};

static bool is_fresh(const struct batch *batch, uint32_t node)
{
        return map_get(&batch->fresh_index, node) != NULL;
}

/* Both sides fresh: the pair is proposed by both, and kept from the smaller number. */
static void propose(struct batch *batch, struct candidate_list *list, uint32_t fresh, uint32_t other)
{
        if (other == fresh || other == 0 || (other < fresh && is_fresh(batch, other)))
                return;
        *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                (struct sort_item){.key = (uint64_t)fresh << 32 | other};
}

/* @nodes has room for as many nodes as a key may have. */
static void propose_by_keys(struct engine *engine, struct batch *batch, struct candidate_list *list, uint32_t node,
                            const struct features *features, uint32_t *nodes)
{
        uint32_t cap = (uint32_t)engine->config->block_cap;
        struct block_keys keys;

        engine_derive_keys(engine, features, &keys);
        for (uint32_t i = 0; i < keys.count; i++) {
                uint32_t count = engine_key_count(engine, batch, keys.items[i].hash);

                if (count < 2 || count > cap)
                        continue;
                store_get_postings(engine->txn, STORE_BLOCK, keys.items[i].hash, nodes, cap);
                for (uint32_t j = 0; j < count; j++)
                        propose(batch, list, node, nodes[j]);
        }
}

static void propose_asserted(struct engine *engine, struct batch *batch, struct candidate_list *list, uint32_t node,
                             const struct features *features)
{
        for (uint32_t i = features->first[FEATURE_SAME_AS]; i < features->first[FEATURE_SAME_AS + 1]; i++) {
                struct record_state state = {0};
                struct text source, id;
                uint32_t number;

                record_split_reference(features->items[i].text, TEXT_NONE, &source, &id);
                number = engine_find_reference(engine, source, id, batch->type);
                if (number == 0 || !engine_get_state(engine, number, &state))
                        continue;
                /* The other side does not propose it: a fresh one of a smaller number takes the pair over. */
                if (state.node < node && is_fresh(batch, state.node))
                        propose(batch, list, state.node, node);
                else
                        propose(batch, list, node, state.node);
        }
}

/* Other records say that they are a record of @node. Where those of a node are new, visit_asserted() has made who names
 * them fresh; a node that is only looked at again asks itself. */
static int propose_asserting(struct engine *engine, struct batch *batch, struct candidate_list *list, uint32_t node)
{
        uint32_t *members, count = store_get_members(engine->txn, batch->arena, node, &members);

        for (uint32_t i = 0; i < count; i++) {
                struct record record;
                uint32_t *numbers, referrers;
                uint64_t key;
                int r = engine_load_record(engine, batch->arena, members[i], &record);

                if (r < 0)
                        return r;
                key = reference_key(record.key.source, record.key.record_id);
                referrers = store_count_postings(engine->txn, STORE_REFERENCE, key);
                numbers = arena_alloc(batch->arena, ((size_t)referrers + 1) * sizeof(*numbers));
                referrers = store_get_postings(engine->txn, STORE_REFERENCE, key, numbers, referrers);
                for (uint32_t j = 0; j < referrers; j++) {
                        struct record_state state = {0};
                        struct features features;
                        struct text bytes;

                        if (!engine_get_state(engine, numbers[j], &state) || state.node == 0 ||
                            !store_get_node(engine->txn, state.node, &bytes) || features_decode(bytes, &features) < 0 ||
                            features.type != batch->type || !engine_asserts(engine, &features, node))
                                continue;
                        if (state.node < node && is_fresh(batch, state.node))
                                propose(batch, list, state.node, node);
                        else
                                propose(batch, list, node, state.node);
                }
        }
        return 0;
}

static struct candidate candidate_at(const struct candidate_list *list, size_t i)
{
        return (struct candidate){.a = (uint32_t)(list->items[i].key >> 32), .b = (uint32_t)list->items[i].key};
}

static void sort_unique(struct batch *batch, struct candidate_list *list)
{
        struct sort_item *scratch = arena_alloc(batch->arena, (list->count + 1) * sizeof(*scratch));
        size_t kept = 0;

        sort_by_key(list->items, scratch, list->count);
        for (size_t i = 0; i < list->count; i++) {
                if (kept == 0 || list->items[i].key != list->items[kept - 1].key)
                        list->items[kept++] = list->items[i];
        }
        list->count = kept;
}

static const struct node_change *created_change(const struct batch *batch, uint32_t node)
{
        uint32_t *index = map_get(&batch->node_change_by_node, node);
        const struct node_change *change = index ? &batch->node_changes[*index] : NULL;

        return change && change->created && !change->removed ? change : NULL;
}

/* Created nodes meet the others under each key of the sweep, which has just read them. */
static void propose_group(struct batch *batch, struct candidate_list *list, const struct store_key_group *group,
                          bool *created)
{
        bool any = false;

        for (uint32_t i = 0; i < group->after; i++) {
                created[i] = created_change(batch, group->numbers[i]) != NULL;
                any |= created[i];
        }
        for (uint32_t i = 0; any && i < group->after; i++) {
                for (uint32_t j = 0; created[i] && j < group->after; j++) {
                        if (j > i || !created[j])
                                propose(batch, list, group->numbers[i], group->numbers[j]);
                }
        }
}

static int gather_candidates(struct engine *engine, struct batch *batch, struct candidate_list *list,
                             const struct key_groups *groups)
{
        size_t cap = (size_t)engine->config->block_cap;
        uint32_t *nodes = arena_alloc(batch->arena, (cap + 1) * sizeof(*nodes));
        bool *flags = arena_alloc(batch->arena, cap + 1);

        for (size_t i = 0; i < groups->count; i++) {
                if (groups->items[i].numbers && groups->items[i].after > 1)
                        propose_group(batch, list, &groups->items[i], flags);
        }
        for (size_t i = 0; i < batch->fresh.count; i++) {
                uint32_t node = batch->fresh.items[i];
                const struct node_change *created = created_change(batch, node);
                struct features features;
                struct text bytes;
                int r;

                if (created && !created->asserts)
                        continue;
                if (!store_get_node(engine->txn, node, &bytes) || features_decode(bytes, &features) < 0)
                        return error_set(engine->error, ERR_FATAL, "value node %u is missing or damaged in the state",
                                         node);
                if (!created) {
                        propose_by_keys(engine, batch, list, node, &features, nodes);
                        r = propose_asserting(engine, batch, list, node);
                        if (r < 0)
                                return r;
                }
                propose_asserted(engine, batch, list, node, &features);
        }
        sort_unique(batch, list);
        return 0;
}

/* ---- scoring -------------------------------------------------------------------------------------------------------
 */

/* What scoring needs of a node, gathered before the threads start: LMDB stays with one thread. */
struct node_facts {
        uint32_t node;
        const struct features *features; /* decoded once, whatever the number of the node's pairs */
        const uint8_t *generic;          /* of fresh nodes */
        uint64_t employer;               /* hash of the reference, where there is exactly one; 0: none or several */
        uint32_t employer_anchor;
        bool special; /* several employers, or same_as: the pair is looked at in full */
};

struct node_table {
        struct node_facts *items;
        size_t count, capacity;
        struct map index;
};

struct scored {
        uint32_t a, b; /* indices of node facts; a is fresh */
        struct pair_facts facts;
        struct score score;
};

struct score_run {
        struct engine *engine;
        struct scored *pairs;
        const struct node_table *nodes;
        int32_t review_mbit; /* what stays below is no edge */
};

static void score_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct score_run *run = context;
        struct arena *arena = &run->engine->worker_arena[worker];

        for (size_t i = from; i < to; i++) {
                struct scored *pair = &run->pairs[i];
                const struct node_facts *left = &run->nodes->items[pair->a], *right = &run->nodes->items[pair->b];
                struct score_pair input = {.a.features = left->features,
                                           .b.features = right->features,
                                           .employer = pair->facts.employer,
                                           .asserted = pair->facts.asserted};

                if (left->generic) {
                        input.a.generic = generic_shared(arena, left->features, left->generic, right->features);
                        input.b.generic = generic_mirror(arena, left->features, left->generic, right->features);
                }
                pair->score = score_pair_reaching(run->engine->scorer[worker], &input, run->review_mbit);
        }
}

static uint32_t index_node(struct batch *batch, struct node_table *table, uint32_t node)
{
        bool inserted;
        uint32_t index = *map_put(&table->index, node, (uint32_t)table->count, &inserted);

        if (inserted)
                *ARENA_PUSH(batch->arena, table->items, table->count, table->capacity) =
                        (struct node_facts){.node = node};
        return index;
}

static int read_facts(struct engine *engine, struct batch *batch, struct node_facts *facts)
{
        const struct features *features = NULL;
        struct text bytes;
        uint32_t employers;

        if (store_get_node(engine->txn, facts->node, &bytes))
                features = features_decode_kept(batch->arena, bytes);
        if (!features)
                return error_set(engine->error, ERR_FATAL, "value node %u is missing or damaged in the state",
                                 facts->node);
        facts->features = features;
        if (is_fresh(batch, facts->node))
                facts->generic = engine_generic_flags(engine, batch, batch->arena, features);
        employers = (uint32_t)features->first[FEATURE_EMPLOYER_REF + 1] - features->first[FEATURE_EMPLOYER_REF];
        facts->special = employers > 1 || features->first[FEATURE_SAME_AS] != features->first[FEATURE_SAME_AS + 1];
        if (employers == 1) {
                struct text reference = features->items[features->first[FEATURE_EMPLOYER_REF]].text;

                facts->employer = hash64_text(reference, 0);
                facts->employer_anchor = engine_reference_anchor(engine, batch, reference);
        }
        return 0;
}

/* Reads every node once, whatever the number of its pairs, and in order of numbers: neighbours share a page. */
static int read_all_facts(struct engine *engine, struct batch *batch, struct node_table *table)
{
        struct sort_item *order = arena_alloc(batch->arena, 2 * (table->count + 1) * sizeof(*order));

        for (size_t i = 0; i < table->count; i++)
                order[i] = (struct sort_item){.key = table->items[i].node, .value = i};
        sort_by_key(order, order + table->count, table->count);
        for (size_t i = 0; i < table->count; i++) {
                int r = read_facts(engine, batch, &table->items[order[i].value]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The short way for the common case of one employer each and no assertion; compare_employers() says the same. */
static enum score_employer compare_single_employers(const struct node_facts *a, const struct node_facts *b)
{
        if (a->employer == 0 || b->employer == 0)
                return EMPLOYER_UNKNOWN;
        if (a->employer == b->employer)
                return EMPLOYER_SAME;
        if (a->employer_anchor == 0 || b->employer_anchor == 0)
                return EMPLOYER_UNKNOWN;
        return a->employer_anchor == b->employer_anchor ? EMPLOYER_SAME : EMPLOYER_DIFFERENT;
}

static void find_pair_facts(struct engine *engine, struct batch *batch, const struct node_table *nodes,
                            struct scored *pair)
{
        const struct node_facts *left = &nodes->items[pair->a], *right = &nodes->items[pair->b];

        if (!left->special && !right->special)
                pair->facts.employer = compare_single_employers(left, right);
        else
                pair->facts =
                        engine_pair_facts(engine, batch, left->node, left->features, right->node, right->features);
}

static int prepare_pairs(struct engine *engine, struct batch *batch, const struct candidate_list *list,
                         struct scored *pairs, struct node_table *nodes)
{
        int r;

        map_init(&nodes->index, batch->arena);
        for (size_t i = 0; i < list->count; i++) {
                struct candidate candidate = candidate_at(list, i);

                pairs[i] = (struct scored){
                        .a = index_node(batch, nodes, candidate.a),
                        .b = index_node(batch, nodes, candidate.b),
                };
        }
        r = read_all_facts(engine, batch, nodes);
        for (size_t i = 0; r == 0 && i < list->count; i++)
                find_pair_facts(engine, batch, nodes, &pairs[i]);
        return r;
}

/* ---- edges ------------------------------------------------------------------------------------------------------
 */

struct edge_list {
        struct store_edge *items;
        size_t count, capacity;
};

static void drop_edges(struct engine *engine, struct batch *batch, struct edge_list *list, uint32_t node)
{
        struct store_neighbour *edges;
        uint32_t count = store_get_edges(engine->txn, batch->arena, node, &edges);

        for (uint32_t i = 0; i < count; i++) {
                *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                        (struct store_edge){.a = node, .b = edges[i].node, .add = false};
                number_push_once(batch->arena, &batch->seeds, &batch->seed_set, edges[i].node);
        }
}

static void drop_old_edges(struct engine *engine, struct batch *batch)
{
        struct edge_list list = {0};

        for (size_t i = 0; i < batch->node_change_count; i++) {
                const struct node_change *change = &batch->node_changes[i];

                if (change->type == batch->type && change->removed && !change->created)
                        drop_edges(engine, batch, &list, change->node);
        }
        for (size_t i = 0; i < batch->fresh.count; i++)
                drop_edges(engine, batch, &list, batch->fresh.items[i]);
        if (list.count > 0)
                store_apply_edges(engine->txn, batch->arena, list.items, list.count);
        for (size_t i = 0; i < batch->node_change_count; i++) {
                const struct node_change *change = &batch->node_changes[i];

                if (change->type == batch->type && change->removed && !change->created)
                        store_delete_node(engine->txn, change->node);
        }
}

static int score_candidates(struct engine *engine, struct batch *batch, const struct key_groups *groups)
{
        struct candidate_list candidates = {0};
        struct node_table nodes = {0};
        struct score_run run = {.engine = engine,
                                .nodes = &nodes,
                                .review_mbit = engine->config->zones[batch->type].review_mbit};
        struct edge_list edges = {0};
        int r = gather_candidates(engine, batch, &candidates, groups);

        if (r < 0 || candidates.count == 0)
                return r;
        run.pairs = arena_alloc(batch->arena, candidates.count * sizeof(*run.pairs));
        r = prepare_pairs(engine, batch, &candidates, run.pairs, &nodes);
        if (r < 0)
                return r;
        parallel_for(engine->parallel, candidates.count, 256, score_range, &run);
        engine->counts.pairs += candidates.count;
        for (size_t i = 0; i < candidates.count; i++) {
                const struct scored *pair = &run.pairs[i];

                if (pair->score.posterior_mbit < engine->config->zones[batch->type].review_mbit)
                        continue;
                *ARENA_PUSH(batch->arena, edges.items, edges.count, edges.capacity) = (struct store_edge){
                        .a = nodes.items[pair->a].node,
                        .b = nodes.items[pair->b].node,
                        .posterior_mbit = pair->score.posterior_mbit,
                        .cannot_link = pair->score.cannot_link,
                        .add = true,
                };
        }
        if (edges.count > 0)
                store_apply_edges(engine->txn, batch->arena, edges.items, edges.count);
        return 0;
}

int batch_score_pairs(struct engine *engine, struct batch *batch)
{
        struct key_groups groups = {0};
        int r = batch_apply_keys(engine, batch, &groups);

        if (r < 0)
                return r;
        drop_old_edges(engine, batch);
        r = score_candidates(engine, batch, &groups);
        return r < 0 ? r : store_error(engine->txn, engine->error);
}
