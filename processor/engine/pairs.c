/* Blocking keys, candidates, scores and edges of the nodes that the batch touches.
 *
 * 1. Keys of created and removed nodes go to the postings in one sorted sweep, with the count of nodes before and
 * after.
 * 2. A key that crosses its cap, either way, makes all its nodes dirty: the pairs it supported come or go, and its
 * value becomes neutral as evidence or counts again. So the cap is a property of the present state, not of its history.
 * 3. Fresh nodes (created or dirty) propose pairs with every node that shares a key within its cap. Pairs are scored on
 * all cores, from feature bytes that do not move while nothing is written.
 * 4. Edges of removed and dirty nodes are dropped, those of the scored pairs that reach the review zone are put.
 */
#include "engine/batch.h"

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

/* ---- facts about nodes and pairs -----------------------------------------------------------------------------------
 */

static uint32_t key_count(struct engine *engine, struct batch *batch, uint64_t key)
{
        uint32_t *known = map_get(&batch->key_counts, key);
        uint32_t count;

        if (known)
                return *known;
        count = store_count_postings(engine->txn, STORE_BLOCK, key);
        map_put(&batch->key_counts, key, count, NULL);
        return count;
}

const uint8_t *engine_generic_flags(struct engine *engine, struct batch *batch, struct arena *arena,
                                    const struct features *features)
{
        uint8_t *flags = NULL;

        for (uint32_t i = 0; i < features->count; i++) {
                uint64_t key = block_value_key(features->type, &features->items[i]);

                if (key == 0 ||
                    key_count(engine, batch, engine_stored_key(engine, key)) <= (uint32_t)engine->config->block_cap)
                        continue;
                if (!flags)
                        flags = arena_calloc(arena, features->count, 1);
                flags[i] = 1;
        }
        return flags;
}

/* A generic value is generic on both sides; other values of @b are not known to be, and need not: only shared ones
 * agree. */
static const uint8_t *mirror_flags(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                                   const struct features *b)
{
        uint8_t *flags = NULL;

        for (uint32_t i = 0; flags_a && i < a->count; i++) {
                uint8_t kind = a->items[i].kind;

                if (!flags_a[i])
                        continue;
                for (uint32_t j = b->first[kind]; j < b->first[kind + 1]; j++) {
                        if (!text_equal(a->items[i].text, b->items[j].text))
                                continue;
                        if (!flags)
                                flags = arena_calloc(arena, b->count, 1);
                        flags[j] = 1;
                }
        }
        return flags;
}

/* Only flags of values that both sides have: so that a pair's score does not depend on which side is asked. */
static const uint8_t *shared_flags(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                                   const struct features *b)
{
        const uint8_t *flags_b = mirror_flags(arena, a, flags_a, b);

        return flags_b ? mirror_flags(arena, b, flags_b, a) : NULL;
}

/* The entity that a reference names, by its anchor (0: none). Looked up once a stratum: colleagues name the same
 * employer, and organizations do not move while pairs of persons are scored. */
static uint32_t anchor_of_reference(struct engine *engine, struct batch *batch, struct text value)
{
        uint64_t hash = hash64_text(value, 0);
        uint32_t *known = map_get(&batch->reference_anchors, hash);
        struct record_state state = {0};
        struct text source, id;
        uint32_t number;

        if (known)
                return *known;
        reference_split(value, TEXT_NONE, &source, &id);
        number = engine_find_reference(engine, source, id, TYPE_ORGANIZATION);
        if (number != 0)
                engine_get_state(engine, number, &state);
        map_put(&batch->reference_anchors, hash, state.anchor, NULL);
        return state.anchor;
}

static enum score_employer compare_employers(struct engine *engine, struct batch *batch, const struct features *a,
                                             const struct features *b)
{
        enum score_employer result = EMPLOYER_UNKNOWN;

        for (uint32_t i = a->first[FEATURE_EMPLOYER_REF]; i < a->first[FEATURE_EMPLOYER_REF + 1]; i++) {
                for (uint32_t j = b->first[FEATURE_EMPLOYER_REF]; j < b->first[FEATURE_EMPLOYER_REF + 1]; j++) {
                        uint32_t left, right;

                        if (text_equal(a->items[i].text, b->items[j].text))
                                return EMPLOYER_SAME;
                        left = anchor_of_reference(engine, batch, a->items[i].text);
                        right = anchor_of_reference(engine, batch, b->items[j].text);
                        if (left == 0 || right == 0)
                                continue;
                        if (left == right)
                                return EMPLOYER_SAME;
                        result = EMPLOYER_DIFFERENT;
                }
        }
        return result;
}

/* True if a record of @node is what one of @features' same_as references names. */
static bool asserts(struct engine *engine, const struct features *features, uint32_t node)
{
        for (uint32_t i = features->first[FEATURE_SAME_AS]; i < features->first[FEATURE_SAME_AS + 1]; i++) {
                struct record_state state = {0};
                struct text source, id;
                uint32_t number;

                reference_split(features->items[i].text, TEXT_NONE, &source, &id);
                number = engine_find_reference(engine, source, id, features->type);
                if (number && engine_get_state(engine, number, &state) && state.node == node)
                        return true;
        }
        return false;
}

struct pair_facts engine_pair_facts(struct engine *engine, struct batch *batch, uint32_t node_a,
                                    const struct features *a, uint32_t node_b, const struct features *b)
{
        return (struct pair_facts){
                .employer = compare_employers(engine, batch, a, b),
                .asserted = asserts(engine, a, node_b) || asserts(engine, b, node_a),
        };
}

void engine_fill_pair(struct engine *engine, struct batch *batch, struct arena *arena, uint32_t node_a,
                      const struct features *a, uint32_t node_b, const struct features *b, struct score_pair *pair)
{
        struct pair_facts facts = engine_pair_facts(engine, batch, node_a, a, node_b, b);
        const uint8_t *flags = engine_generic_flags(engine, batch, arena, a);

        *pair = (struct score_pair){
                .a = {.features = a, .generic = flags ? shared_flags(arena, a, flags, b) : NULL},
                .b = {.features = b, .generic = flags ? mirror_flags(arena, a, flags, b) : NULL},
                .employer = facts.employer,
                .asserted = facts.asserted,
        };
}

/* ---- 1 and 2: postings, caps, dirty nodes --------------------------------------------------------------------------
 */

struct posting_list {
        struct store_posting *items;
        size_t count, capacity;
};

static int compare_postings(const void *left, const void *right)
{
        const struct store_posting *a = left, *b = right;

        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        return (a->number > b->number) - (a->number < b->number);
}

struct key_groups {
        struct store_key_group *items;
        size_t count;
};

static void post_node(struct engine *engine, struct batch *batch, struct posting_list *list,
                      const struct node_change *change)
{
        struct block_keys keys;
        struct features features;

        if (features_decode(change->features, &features) < 0)
                return;
        engine_derive_keys(engine, &features, &keys);
        for (uint32_t i = 0; i < keys.count; i++)
                *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                        (struct store_posting){.key = keys.items[i].hash,
                                               .number = change->node,
                                               .add = !change->removed};
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
        qsort(list->items, list->count, sizeof(*list->items), compare_postings);
        groups->count = store_sweep_postings(engine->txn, batch->arena, STORE_BLOCK, list->items, list->count, cap,
                                             &groups->items);
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

/* ---- 3: candidates -------------------------------------------------------------------------------------------------
 */

struct candidate {
        uint32_t a; /* fresh */
        uint32_t b;
};

struct candidate_list {
        struct candidate *items;
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
                (struct candidate){.a = fresh, .b = other};
}

/* @nodes has room for as many nodes as a key may have. */
static void propose_by_keys(struct engine *engine, struct batch *batch, struct candidate_list *list, uint32_t node,
                            const struct features *features, uint32_t *nodes)
{
        uint32_t cap = (uint32_t)engine->config->block_cap;
        struct block_keys keys;

        engine_derive_keys(engine, features, &keys);
        for (uint32_t i = 0; i < keys.count; i++) {
                uint32_t count = key_count(engine, batch, keys.items[i].hash);

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

                reference_split(features->items[i].text, TEXT_NONE, &source, &id);
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
                            features.type != batch->type || !asserts(engine, &features, node))
                                continue;
                        if (state.node < node && is_fresh(batch, state.node))
                                propose(batch, list, state.node, node);
                        else
                                propose(batch, list, node, state.node);
                }
        }
        return 0;
}

static int compare_candidates(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;

        if (a->a != b->a)
                return a->a < b->a ? -1 : 1;
        return (a->b > b->b) - (a->b < b->b);
}

static size_t sort_unique(struct candidate_list *list)
{
        size_t kept = 0;

        if (list->count == 0)
                return 0;
        qsort(list->items, list->count, sizeof(*list->items), compare_candidates);
        for (size_t i = 0; i < list->count; i++) {
                if (kept == 0 || compare_candidates(&list->items[i], &list->items[kept - 1]) != 0)
                        list->items[kept++] = list->items[i];
        }
        return list->count = kept;
}

static bool is_created(const struct batch *batch, uint32_t node)
{
        uint32_t *index = map_get(&batch->node_change_by_node, node);

        return index && batch->node_changes[*index].created && !batch->node_changes[*index].removed;
}

/* Created nodes meet the others under each key of the sweep, which has just read them. */
static void propose_created(struct batch *batch, struct candidate_list *list, const struct key_groups *groups)
{
        for (size_t i = 0; i < groups->count; i++) {
                const struct store_key_group *group = &groups->items[i];

                for (uint32_t j = 0; group->numbers && group->after > 1 && j < group->after; j++) {
                        if (!is_created(batch, group->numbers[j]))
                                continue;
                        for (uint32_t k = 0; k < group->after; k++)
                                propose(batch, list, group->numbers[j], group->numbers[k]);
                }
        }
}

static int gather_candidates(struct engine *engine, struct batch *batch, struct candidate_list *list,
                             const struct key_groups *groups)
{
        uint32_t *nodes = arena_alloc(batch->arena, ((size_t)engine->config->block_cap + 1) * sizeof(*nodes));

        propose_created(batch, list, groups);
        for (size_t i = 0; i < batch->fresh.count; i++) {
                uint32_t node = batch->fresh.items[i];
                struct features features;
                struct text bytes;
                bool created = is_created(batch, node);
                int r;

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
        sort_unique(list);
        return 0;
}

/* ---- scoring -------------------------------------------------------------------------------------------------------
 */

/* What scoring needs of a node, gathered before the threads start: LMDB stays with one thread. */
struct node_facts {
        uint32_t node;
        struct text features;
        const uint8_t *generic; /* of fresh nodes */
        uint64_t employer;      /* hash of the reference, where there is exactly one; 0: none or several */
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
};

static void score_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct score_run *run = context;
        struct arena *arena = &run->engine->worker_arena[worker];
        struct features a, b;
        uint32_t decoded = UINT32_MAX;

        for (size_t i = from; i < to; i++) {
                struct scored *pair = &run->pairs[i];
                const struct node_facts *left = &run->nodes->items[pair->a], *right = &run->nodes->items[pair->b];
                struct score_pair input = {.employer = pair->facts.employer, .asserted = pair->facts.asserted};

                if (decoded != pair->a && features_decode(left->features, &a) < 0)
                        continue;
                decoded = pair->a;
                if (features_decode(right->features, &b) < 0)
                        continue;
                input.a.features = &a;
                input.b.features = &b;
                if (left->generic) {
                        input.a.generic = shared_flags(arena, &a, left->generic, &b);
                        input.b.generic = mirror_flags(arena, &a, left->generic, &b);
                }
                pair->score = score_pair(run->engine->scorer[worker], &input);
        }
}

/* Reads what is known of @node; every node once, whatever the number of its pairs. */
static int find_facts(struct engine *engine, struct batch *batch, struct node_table *table, uint32_t node,
                      uint32_t *index)
{
        struct node_facts *facts;
        struct features features;
        uint32_t employers;
        bool inserted;

        *index = *map_put(&table->index, node, (uint32_t)table->count, &inserted);
        if (!inserted)
                return 0;
        facts = ARENA_PUSH(batch->arena, table->items, table->count, table->capacity);
        *facts = (struct node_facts){.node = node};
        if (!store_get_node(engine->txn, node, &facts->features) || features_decode(facts->features, &features) < 0)
                return error_set(engine->error, ERR_FATAL, "value node %u is missing or damaged in the state", node);
        if (is_fresh(batch, node))
                facts->generic = engine_generic_flags(engine, batch, batch->arena, &features);
        employers = (uint32_t)features.first[FEATURE_EMPLOYER_REF + 1] - features.first[FEATURE_EMPLOYER_REF];
        facts->special = employers > 1 || features.first[FEATURE_SAME_AS] != features.first[FEATURE_SAME_AS + 1];
        if (employers == 1) {
                struct text reference = features.items[features.first[FEATURE_EMPLOYER_REF]].text;

                facts->employer = hash64_text(reference, 0);
                facts->employer_anchor = anchor_of_reference(engine, batch, reference);
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
        struct features a, b;

        if (!left->special && !right->special) {
                pair->facts.employer = compare_single_employers(left, right);
                return;
        }
        if (features_decode(left->features, &a) == 0 && features_decode(right->features, &b) == 0)
                pair->facts = engine_pair_facts(engine, batch, left->node, &a, right->node, &b);
}

static int prepare_pairs(struct engine *engine, struct batch *batch, const struct candidate_list *list,
                         struct scored *pairs, struct node_table *nodes)
{
        map_init(&nodes->index, batch->arena);
        for (size_t i = 0; i < list->count; i++) {
                int r;

                pairs[i] = (struct scored){0};
                r = find_facts(engine, batch, nodes, list->items[i].a, &pairs[i].a);
                if (r == 0)
                        r = find_facts(engine, batch, nodes, list->items[i].b, &pairs[i].b);
                if (r < 0)
                        return r;
                find_pair_facts(engine, batch, nodes, &pairs[i]);
        }
        return 0;
}

/* ---- 4: edges ------------------------------------------------------------------------------------------------------
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
        struct score_run run = {.engine = engine, .nodes = &nodes};
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

                if (pair->score.posterior_mbit < engine->config->review_mbit)
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
        struct posting_list postings = {0};
        struct key_groups groups = {0};
        int r = 0;

        for (size_t i = 0; i < batch->node_change_count; i++) {
                const struct node_change *change = &batch->node_changes[i];

                if (change->type != batch->type || (change->removed && change->created))
                        continue;
                if (change->created || change->removed)
                        post_node(engine, batch, &postings, change);
                if (change->created)
                        make_dirty(batch, change->node);
                else if (!change->removed)
                        number_push_once(batch->arena, &batch->seeds, &batch->seed_set, change->node);
        }
        apply_keys(engine, batch, &postings, &groups);
        visit_asserted(engine, batch);
        if (batch->type == TYPE_PERSON)
                r = visit_moved_organizations(engine, batch);
        if (r < 0)
                return r;
        drop_old_edges(engine, batch);
        r = score_candidates(engine, batch, &groups);
        return r < 0 ? r : store_error(engine->txn, engine->error);
}
