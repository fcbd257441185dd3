/* Touched components, and their clusters.
 *
 * From every seed we walk the match-zone edges; what they reach is a component, whichever seed found it. A component is
 * solved from its content alone: items are value nodes in the order of their content, known scores are its edges, and
 * pairs that no key proposed are compared on demand.
 *
 * A value node is one item where its comparison with itself reaches the threshold ("John Smith" alone does not);
 * otherwise each of its records is an item of its own. Records of a source without duplicates (unique.c) are never one
 * item: the node then has as many items as the source has records in it. Neither is a record that a steward's decision
 * tells from another or joins with one: such a record is an item of its own, whatever it says. Records that decisions
 * call one are in one component, and contracted before anything else is joined.
 */
#include "engine/decisions.h"

#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

#define SEED_ITEM 0x647572616e640006ULL

/* Between nodes with more pairs of items only the first items of each meet, and those of one number: the items of a
 * node say the same, so who of them meets whom makes no difference, and n times m edges do. */
#define MEETING_PAIRS_MAX 4096
#define MEETING_ITEMS 8

struct member_node {
        uint32_t node;
        struct text features;
        uint32_t *records; /* where there are unique sources: in canonical order */
        uint32_t record_count;
        uint64_t *unique;  /* bits of the records' sources; NULL: no source is unique */
        int32_t self_mbit; /* posterior of the node with itself; only where it has several records */
        bool together;     /* its records are one item, but for those that a unique source keeps apart */
        uint32_t first_item;
        uint32_t alone_count; /* so many of its first items are records that a decision is about */
};

struct member_item {
        uint32_t node; /* member node */
        uint32_t *records;
        uint32_t record_count;
        uint32_t layer; /* of a node whose records are together */
        bool alone;     /* a decision about its only record holds */
        uint64_t unique;
};

struct node_edge {
        uint32_t a, b; /* indices of member nodes, a < b */
        int32_t posterior_mbit;
        bool cannot_link;
};

struct component {
        struct engine *engine;
        struct batch *batch;
        struct member_node *nodes;
        size_t node_count, node_capacity;
        struct node_edge *edges;
        size_t edge_count, edge_capacity;
        struct member_item *items;
        uint32_t item_count;
        struct features scratch[2];
        uint32_t scratch_node[2]; /* member node + 1 that is decoded there */
};

/* ---- walking -------------------------------------------------------------------------------------------------------
 */

/* @index is shared by all components of the batch: components are disjoint, so a node that is known is known here. */
static bool visit_node(struct component *component, struct map *index, uint32_t node)
{
        struct batch *batch = component->batch;
        struct member_node *member;
        struct text features;

        if (map_get(index, node))
                return true;
        if (!store_get_node(component->engine->txn, node, &features))
                return false;
        map_put(index, node, (uint32_t)component->node_count, NULL);
        member = ARENA_PUSH(batch->arena, component->nodes, component->node_count, component->node_capacity);
        *member = (struct member_node){.node = node, .features = features};
        member->record_count = store_get_members(component->engine->txn, batch->arena, node, &member->records);
        return true;
}

/* Records that a decision calls one with a record of the node bring their nodes along. */
static void visit_decided(struct component *component, struct map *index, size_t at)
{
        struct engine *engine = component->engine;
        struct batch *batch = component->batch;

        for (uint32_t i = 0; i < component->nodes[at].record_count; i++) {
                const struct decided_group *group;
                uint32_t member;

                if (engine_decided_group_of(engine, batch, component->nodes[at].records[i], &group, &member) < 0 ||
                    !group)
                        continue;
                for (uint32_t j = 0; j < group->count; j++) {
                        struct record_state state = {0};

                        if (group->classes[j] == group->classes[member] && group->numbers[j] &&
                            engine_get_state(engine, group->numbers[j], &state) &&
                            engine_node_type(engine, state.node) == batch->type)
                                visit_node(component, index, state.node);
                }
        }
}

/* Breadth first over match-zone edges and decisions; all edges between members are kept as evidence. */
static void walk_component(struct component *component, struct map *index, uint32_t seed)
{
        struct engine *engine = component->engine;
        struct batch *batch = component->batch;

        if (!visit_node(component, index, seed))
                return;
        for (size_t at = 0; at < component->node_count; at++) {
                struct store_neighbour *edges;
                uint32_t node = component->nodes[at].node;
                uint32_t count = store_get_edges(engine->txn, batch->arena, node, &edges);

                for (uint32_t i = 0; i < count; i++) {
                        if (edges[i].posterior_mbit >= engine->config->zones[batch->type].match_mbit &&
                            !edges[i].cannot_link)
                                visit_node(component, index, edges[i].node);
                }
                visit_decided(component, index, at);
        }
        for (size_t at = 0; component->node_count > 1 && at < component->node_count; at++) {
                struct store_neighbour *edges;
                uint32_t count = store_get_edges(engine->txn, batch->arena, component->nodes[at].node, &edges);

                for (uint32_t i = 0; i < count; i++) {
                        uint32_t *other = map_get(index, edges[i].node);

                        if (!other || *other <= at || *other >= component->node_count ||
                            component->nodes[*other].node != edges[i].node)
                                continue; /* another component, or seen from the other side */
                        *ARENA_PUSH(batch->arena, component->edges, component->edge_count, component->edge_capacity) =
                                (struct node_edge){
                                        .a = (uint32_t)at,
                                        .b = *other,
                                        .posterior_mbit = edges[i].posterior_mbit,
                                        .cannot_link = edges[i].cannot_link,
                                };
                }
        }
}

/* ---- items ---------------------------------------------------------------------------------------------------------
 */

static const struct features *decode_member(struct component *component, uint32_t node, int slot)
{
        if (component->scratch_node[slot] != node + 1) {
                component->scratch_node[slot] = 0;
                if (features_decode(component->nodes[node].features, &component->scratch[slot]) < 0)
                        component->scratch[slot] = (struct features){.type = component->batch->type};
                else
                        component->scratch_node[slot] = node + 1;
        }
        return &component->scratch[slot];
}

static struct score compare_nodes(struct component *component, uint32_t a, uint32_t b)
{
        struct engine *engine = component->engine;
        const struct features *left = decode_member(component, a, 0);
        const struct features *right = decode_member(component, b, 1);
        struct score_pair pair;

        engine_fill_pair(engine, component->batch, component->batch->arena, component->nodes[a].node, left,
                         component->nodes[b].node, right, &pair);
        engine->counts.pairs++;
        return score_pair(engine->scorer[0], &pair);
}

static struct score compare_items(void *context, uint32_t a, uint32_t b)
{
        struct component *component = context;

        return compare_nodes(component, component->items[a].node, component->items[b].node);
}

/* From content alone: of the node, and of the record or the layer that the item is. */
static struct hash128 order_of_item(struct component *component, const struct member_item *item)
{
        const struct member_node *node = &component->nodes[item->node];
        struct hash128 order = hash128(node->features.data, node->features.length, SEED_ITEM);
        struct record record;

        if (node->together && !item->alone)
                return hash128_add(order, (struct hash128){.low = item->layer}); /* the first layer comes first */
        if (engine_load_record(component->engine, component->batch->arena, item->records[0], &record) < 0)
                return order;
        return hash128_add(order, record_key_hash128(record.key));
}

static struct member_item *add_item(struct component *component, uint32_t node)
{
        struct member_item *item = &component->items[component->item_count++];

        *item = (struct member_item){.node = node};
        return item;
}

static struct member_item *itemise_record(struct component *component, uint32_t index, uint32_t record)
{
        struct member_node *node = &component->nodes[index];
        struct member_item *item = add_item(component, index);

        item->records = &node->records[record];
        item->record_count = 1;
        item->unique = node->unique ? node->unique[record] : 0;
        return item;
}

/* Each record on its own. */
static void itemise_records(struct component *component, uint32_t index)
{
        for (uint32_t i = 0; i < component->nodes[index].record_count; i++)
                itemise_record(component, index, i);
}

/* Finds the records of the node that decisions make items of their own, and takes them out of it. */
static void itemise_decided(struct component *component, uint32_t index)
{
        struct engine *engine = component->engine;
        struct batch *batch = component->batch;
        struct member_node *node = &component->nodes[index];
        uint32_t kept = 0;
        uint32_t *records = arena_alloc(batch->arena, node->record_count * sizeof(*records));
        uint64_t *unique = node->unique ? arena_alloc(batch->arena, node->record_count * sizeof(*unique)) : NULL;

        for (uint32_t i = 0; i < node->record_count; i++) {
                const struct decided_group *group;
                uint32_t member;

                if (engine_decided_group_of(engine, batch, node->records[i], &group, &member) == 0 && group &&
                    decided_stands_alone(group, member)) {
                        itemise_record(component, index, i)->alone = true;
                        node->alone_count++;
                        continue;
                }
                records[kept] = node->records[i];
                if (unique)
                        unique[kept] = node->unique[i];
                kept++;
        }
        node->records = records;
        node->unique = unique;
        node->record_count = kept;
}

/* One item for all, or one for each layer. */
static void itemise_layers(struct component *component, uint32_t index)
{
        struct member_node *node = &component->nodes[index];
        uint32_t *layers, layer_count = 1;

        layers = node->unique
                         ? engine_layer_records(component->batch->arena, node->unique, node->record_count, &layer_count)
                         : NULL;
        for (uint32_t layer = 0; layer < layer_count; layer++) {
                struct member_item *item = add_item(component, index);

                item->layer = layer;
                if (!layers) {
                        item->records = node->records;
                        item->record_count = node->record_count;
                        continue;
                }
                item->records = arena_alloc(component->batch->arena, node->record_count * sizeof(uint32_t));
                for (uint32_t i = 0; i < node->record_count; i++) {
                        if (layers[i] != layer)
                                continue;
                        item->records[item->record_count++] = node->records[i];
                        item->unique |= node->unique[i];
                }
        }
}

static void make_items(struct component *component)
{
        struct engine *engine = component->engine;
        struct batch *batch = component->batch;
        size_t bound = 0;

        for (size_t i = 0; i < component->node_count; i++)
                bound += component->nodes[i].record_count;
        component->items = arena_alloc(batch->arena, (bound + 1) * sizeof(*component->items));
        for (size_t i = 0; i < component->node_count; i++) {
                struct member_node *node = &component->nodes[i];

                node->first_item = component->item_count;
                node->together = true;
                if (node->record_count == 0)
                        continue;
                if (bound > 1)
                        node->unique = engine_unique_bits(engine, batch, node->records, node->record_count);
                if (node->record_count > 1) {
                        struct score self = compare_nodes(component, (uint32_t)i, (uint32_t)i);

                        node->self_mbit = self.posterior_mbit;
                        node->together = self.posterior_mbit >= engine->config->zones[batch->type].match_mbit;
                }
                itemise_decided(component, (uint32_t)i);
                if (node->record_count == 0)
                        continue;
                if (node->together)
                        itemise_layers(component, (uint32_t)i);
                else
                        itemise_records(component, (uint32_t)i);
        }
}

static uint32_t items_of(const struct component *component, uint32_t node)
{
        uint32_t next =
                node + 1 < component->node_count ? component->nodes[node + 1].first_item : component->item_count;

        return next - component->nodes[node].first_item;
}

/* ---- solving -------------------------------------------------------------------------------------------------------
 */

struct item_edges {
        struct cluster_edge *items;
        size_t count, capacity;
};

static void add_item_edge(struct component *component, struct item_edges *list, struct cluster_edge edge)
{
        if (!(component->items[edge.a].unique & component->items[edge.b].unique))
                *ARENA_PUSH(component->batch->arena, list->items, list->count, list->capacity) = edge;
}

static void add_item_edges(struct component *component, struct item_edges *list, const struct node_edge *edge)
{
        const struct member_node *a = &component->nodes[edge->a], *b = &component->nodes[edge->b];
        uint32_t count_a = items_of(component, edge->a), count_b = items_of(component, edge->b);
        bool all = !a->unique || (uint64_t)count_a * count_b <= MEETING_PAIRS_MAX;
        uint32_t few = count_b < MEETING_ITEMS ? count_b : MEETING_ITEMS;
        struct cluster_edge of = {.posterior_mbit = edge->posterior_mbit, .cannot_link = edge->cannot_link};

        for (uint32_t i = 0; i < count_a; i++) {
                uint32_t end = all ? count_b : i < MEETING_ITEMS ? few : 0;

                of.a = a->first_item + i;
                for (uint32_t j = 0; j < end; j++) {
                        of.b = b->first_item + j;
                        add_item_edge(component, list, of);
                }
                of.b = b->first_item + i;
                if (end == 0 && i < count_b)
                        add_item_edge(component, list, of);
        }
}

/* Records of one node that are items of their own know their score: the node's with itself. Layers never meet. */
static void add_self_edges(struct component *component, struct item_edges *list, uint32_t node)
{
        const struct member_node *member = &component->nodes[node];
        uint32_t items = items_of(component, node);
        uint32_t end = member->together ? member->alone_count : items;

        for (uint32_t i = 0; i < end; i++) {
                for (uint32_t j = i + 1; j < items; j++)
                        add_item_edge(component, list,
                                      (struct cluster_edge){
                                              .a = member->first_item + i,
                                              .b = member->first_item + j,
                                              .posterior_mbit = member->self_mbit,
                                      });
        }
}

struct constraints {
        struct cluster_constraint *items;
        size_t count, capacity;
};

/* What holds about the record of item @index, and another one of the component. */
static void add_constraints(struct component *component, const struct map *item_by_record, uint32_t index,
                            struct constraints *list)
{
        struct engine *engine = component->engine;
        struct batch *batch = component->batch;
        const struct decided_group *group;
        uint32_t member;

        if (engine_decided_group_of(engine, batch, component->items[index].records[0], &group, &member) < 0 || !group)
                return;
        for (uint32_t i = 0; i < group->count; i++) {
                const uint32_t *other = group->numbers[i] ? map_get(item_by_record, group->numbers[i]) : NULL;

                if (other && *other > index && group->classes[i] == group->classes[member])
                        *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                                (struct cluster_constraint){index, *other, CLUSTER_MUST_LINK};
        }
        for (uint32_t i = 0; i < group->pair_count; i++) {
                const struct pair_decision *pair = &group->pairs[i];
                uint32_t number;
                const uint32_t *other;

                if (!pair->holds || pair->decision->kind != DECISION_DIFFERENT ||
                    (pair->a != member && pair->b != member))
                        continue;
                number = store_find_record(engine->txn, decided_other(pair, member));
                other = number ? map_get(item_by_record, number) : NULL;
                if (other && *other > index)
                        *ARENA_PUSH(batch->arena, list->items, list->count, list->capacity) =
                                (struct cluster_constraint){index, *other, CLUSTER_CANNOT_LINK};
        }
}

static struct constraints gather_constraints(struct component *component)
{
        struct constraints list = {0};
        struct map item_by_record;

        map_init(&item_by_record, component->batch->arena);
        for (uint32_t i = 0; i < component->item_count; i++) {
                if (component->items[i].alone)
                        map_put(&item_by_record, component->items[i].records[0], i, NULL);
        }
        for (uint32_t i = 0; i < component->item_count; i++) {
                if (component->items[i].alone)
                        add_constraints(component, &item_by_record, i, &list);
        }
        return list;
}

static void publish_cluster(struct component *component, const uint32_t *label, uint32_t first)
{
        struct batch *batch = component->batch;
        struct number_list records = {0};

        for (uint32_t i = first; i < component->item_count; i++) {
                const struct member_item *item = &component->items[i];

                for (uint32_t j = 0; label[i] == first && j < item->record_count; j++)
                        number_push(batch->arena, &records, item->records[j]);
        }
        batch_add_draft(batch, records.items, (uint32_t)records.count);
}

static void solve_items(struct component *component, uint32_t *label)
{
        struct arena *arena = component->batch->arena;
        struct item_edges edges = {0};
        struct cluster_item *items = arena_calloc(arena, component->item_count, sizeof(*items));
        struct constraints constraints = gather_constraints(component);

        for (uint32_t i = 0; i < component->item_count; i++) {
                const struct member_item *item = &component->items[i];

                items[i] = (struct cluster_item){
                        .order = order_of_item(component, item),
                        .weight = item->record_count,
                        .unique = item->unique,
                };
        }
        for (size_t i = 0; i < component->edge_count; i++)
                add_item_edges(component, &edges, &component->edges[i]);
        for (uint32_t i = 0; i < component->node_count; i++)
                add_self_edges(component, &edges, i);
        cluster_solve(arena,
                      &(struct cluster_problem){
                              .items = items,
                              .item_count = component->item_count,
                              .edges = edges.items,
                              .edge_count = (uint32_t)edges.count,
                              .constraints = constraints.items,
                              .constraint_count = (uint32_t)constraints.count,
                              .match_mbit = component->engine->config->zones[component->batch->type].match_mbit,
                              .compare = compare_items,
                              .context = component,
                      },
                      label);
}

static void solve_component(struct component *component)
{
        uint32_t *label;

        make_items(component);
        if (component->item_count == 0)
                return;
        label = arena_calloc(component->batch->arena, component->item_count, sizeof(*label));
        if (component->item_count > 1)
                solve_items(component, label);
        for (uint32_t i = 0; i < component->item_count; i++) {
                if (label[i] == i)
                        publish_cluster(component, label, i);
        }
}

/* The entities that the component's records belonged to may change, and those of records that left a node of it. */
static void touch_old_entities(struct engine *engine, struct batch *batch, const struct component *component)
{
        for (size_t i = 0; i < component->node_count; i++) {
                for (uint32_t j = 0; j < component->nodes[i].record_count; j++) {
                        struct record_state state = {0};

                        if (engine_get_state(engine, component->nodes[i].records[j], &state))
                                batch_touch_anchor(batch, state.anchor);
                }
        }
}

static void touch_changed_records(struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];

                if (work->changed)
                        batch_touch_anchor(batch, work->old_anchor);
        }
}

/* Records that keep their node but changed otherwise. A new first event time can move the anchor, so it is solved. */
static void seed_changed_records(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];
                struct record_state state = {0};

                if (!work->changed || work->features.length == 0 || work->features.data[0] != (char)batch->type)
                        continue;
                if (!engine_get_state(engine, work->number, &state) || state.node == 0)
                        continue;
                if (map_get(&batch->seed_set, state.node))
                        continue;
                if (state.anchor == 0 || work->record.first_time_ms != work->old_first_time_ms)
                        number_push_once(batch->arena, &batch->seeds, &batch->seed_set, state.node);
                else
                        number_push(batch->arena, &batch->golden_only, work->number);
        }
}

/* Persons whose entity gave its anchor to an organization. */
static void seed_orphans(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; batch->type == TYPE_PERSON && i < batch->orphans.count; i++) {
                struct record_state state = {0};

                if (engine_get_state(engine, batch->orphans.items[i], &state) &&
                    engine_node_type(engine, state.node) == TYPE_PERSON)
                        number_push_once(batch->arena, &batch->seeds, &batch->seed_set, state.node);
        }
}

/* The scratch features stay as they are: too large to clear for every single record. */
static void begin_component(struct component *component, struct engine *engine, struct batch *batch)
{
        component->engine = engine;
        component->batch = batch;
        component->nodes = NULL;
        component->node_count = component->node_capacity = 0;
        component->edges = NULL;
        component->edge_count = component->edge_capacity = 0;
        component->item_count = 0;
        component->scratch_node[0] = component->scratch_node[1] = 0;
}

int batch_solve_components(struct engine *engine, struct batch *batch)
{
        struct component *component;
        struct map index;

        map_init(&index, batch->arena);
        seed_changed_records(engine, batch);
        seed_orphans(engine, batch);
        if (batch_seed_decided(engine, batch) < 0)
                return ERR_FATAL;
        touch_changed_records(batch);
        component = arena_alloc(batch->arena, sizeof(*component));
        for (size_t i = 0; i < batch->seeds.count; i++) {
                if (map_get(&index, batch->seeds.items[i]))
                        continue;
                begin_component(component, engine, batch);
                walk_component(component, &index, batch->seeds.items[i]);
                touch_old_entities(engine, batch, component);
                solve_component(component);
        }
        return 0;
}
