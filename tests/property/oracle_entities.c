/* Components, clusters, ghosts and names. */
#include "oracle_internal.h"

#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

#define SEED_ITEM 0x647572616e640006ULL /* the canonical order of items: processor/engine/components.c */

/* One item of a component: one of a value node's records, or all of them but for what unique sources keep apart: then
 * the records that come after @layer others of their source in the node. */
struct item {
        uint32_t node;
        uint32_t record; /* NOWHERE: all of the layer */
        uint32_t layer;
        uint64_t unique;
};

struct component {
        struct oracle *oracle;
        struct item *items;
        size_t count, capacity;
};

/* Nodes of records that decisions make one are of one part. */
static bool join_decided(struct oracle *oracle, enum record_type type)
{
        bool changed = false;

        for (uint32_t i = 0; i < oracle->record_count; i++) {
                for (uint32_t j = 0; j < i; j++) {
                        struct value_node *a, *b;

                        if (oracle->records[i].node == NOWHERE || oracle->records[j].node == NOWHERE ||
                            !oracle_are_one(oracle, i, j))
                                continue;
                        a = &oracle->nodes[oracle->records[i].node];
                        b = &oracle->nodes[oracle->records[j].node];
                        if (a->type != type || b->type != type || a->part == b->part)
                                continue;
                        a->part = b->part = a->part < b->part ? a->part : b->part;
                        changed = true;
                }
        }
        return changed;
}

/* Lowest label wins until nothing changes. */
static void label_parts(struct oracle *oracle, enum record_type type)
{
        bool changed = true;

        for (uint32_t i = 0; i < oracle->node_count; i++) {
                if (oracle->nodes[i].type == type)
                        oracle->nodes[i].part = i;
        }
        while (changed) {
                changed = join_decided(oracle, type);
                for (size_t i = 0; i < oracle->edge_count; i++) {
                        const struct node_edge *edge = &oracle->edges[i];
                        struct value_node *a = &oracle->nodes[edge->a], *b = &oracle->nodes[edge->b];
                        uint32_t low = a->part < b->part ? a->part : b->part;

                        if (a->type != type || edge->score.posterior_mbit < oracle->config->zones[type].match_mbit ||
                            edge->score.cannot_link || a->part == b->part)
                                continue;
                        a->part = b->part = low;
                        changed = true;
                }
        }
}

static struct score compare_nodes(struct oracle *oracle, uint32_t a, uint32_t b)
{
        struct score_pair pair;

        oracle_fill_pair(oracle, a, b, &pair);
        return score_pair(oracle->scorer, &pair);
}

static struct score compare_items(void *context, uint32_t a, uint32_t b)
{
        struct component *component = context;

        return compare_nodes(component->oracle, component->items[a].node, component->items[b].node);
}

static bool is_together(struct oracle *oracle, uint32_t node)
{
        return oracle->nodes[node].member_count < 2 ||
               compare_nodes(oracle, node, node).posterior_mbit >=
                       oracle->config->zones[oracle->nodes[node].type].match_mbit;
}

/* How many of the node's records before this one are of the same unique source. */
static uint32_t layer_of(const struct oracle *oracle, const struct value_node *node, uint32_t index)
{
        uint64_t unique = oracle->records[node->members[index]].unique;
        uint32_t before = 0;

        for (uint32_t i = 0; i < index; i++)
                before += unique != 0 && oracle->records[node->members[i]].unique == unique &&
                          !oracle->records[node->members[i]].alone;
        return before;
}

static void add_item(struct component *component, struct item item)
{
        *ARENA_PUSH(&component->oracle->arena, component->items, component->count, component->capacity) = item;
}

static void add_layers(struct component *component, uint32_t index)
{
        const struct oracle *oracle = component->oracle;
        const struct value_node *node = &oracle->nodes[index];

        for (uint32_t layer = 0; layer < node->member_count; layer++) {
                struct item item = {.node = index, .record = NOWHERE, .layer = layer};
                bool any = false;

                for (uint32_t i = 0; i < node->member_count; i++) {
                        if (oracle->records[node->members[i]].alone || layer_of(oracle, node, i) != layer)
                                continue;
                        any = true;
                        item.unique |= oracle->records[node->members[i]].unique;
                }
                if (any)
                        add_item(component, item);
        }
}

/* Last node first: the solver must not care. */
static void gather_items(struct component *component, uint32_t part)
{
        struct oracle *oracle = component->oracle;

        for (uint32_t i = (uint32_t)oracle->node_count; i-- > 0;) {
                const struct value_node *node = &oracle->nodes[i];

                if (node->part != part)
                        continue;
                if (is_together(oracle, i))
                        add_layers(component, i);
                for (uint32_t j = 0; j < node->member_count; j++) {
                        if (!is_together(oracle, i) || oracle->records[node->members[j]].alone)
                                add_item(component, (struct item){.node = i,
                                                                  .record = node->members[j],
                                                                  .unique = oracle->records[node->members[j]].unique});
                }
        }
}

static const struct node_edge *find_edge(const struct oracle *oracle, uint32_t a, uint32_t b)
{
        for (size_t i = 0; i < oracle->edge_count; i++) {
                const struct node_edge *edge = &oracle->edges[i];

                if ((edge->a == a && edge->b == b) || (edge->a == b && edge->b == a))
                        return edge;
        }
        return NULL;
}

static bool is_of(const struct oracle *oracle, const struct item *item, uint32_t member)
{
        const struct value_node *node = &oracle->nodes[item->node];

        if (item->record != NOWHERE)
                return node->members[member] == item->record;
        return !oracle->records[node->members[member]].alone && layer_of(oracle, node, member) == item->layer;
}

static struct cluster_item describe_item(struct oracle *oracle, const struct item *item)
{
        const struct value_node *node = &oracle->nodes[item->node];
        struct cluster_item described = {.order = hash128(node->bytes.data, node->bytes.length, SEED_ITEM),
                                         .unique = item->unique};

        for (uint32_t i = 0; i < node->member_count; i++)
                described.weight += is_of(oracle, item, i);
        if (item->record != NOWHERE)
                described.order =
                        hash128_add(described.order, record_key_hash128(oracle->records[item->record].record.key));
        else
                described.order = hash128_add(described.order, (struct hash128){.low = item->layer});
        return described;
}

/* Records of one node always know their score, even below the review zone. */
static uint32_t gather_edges(struct component *component, struct cluster_edge *edges)
{
        struct oracle *oracle = component->oracle;
        uint32_t count = 0;

        for (uint32_t i = 0; i < component->count; i++) {
                for (uint32_t j = i + 1; j < component->count; j++) {
                        uint32_t a = component->items[i].node, b = component->items[j].node;
                        const struct node_edge *known = find_edge(oracle, a, b);
                        struct score score;

                        if (!known && a != b)
                                continue;
                        score = known ? known->score : compare_nodes(oracle, a, b);
                        edges[count++] = (struct cluster_edge){.a = i,
                                                               .b = j,
                                                               .posterior_mbit = score.posterior_mbit,
                                                               .cannot_link = a != b && score.cannot_link};
                }
        }
        return count;
}

/* What decisions say about two items that are a record each. */
static uint32_t gather_constraints(const struct component *component, struct cluster_constraint *constraints)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < component->count; i++) {
                for (uint32_t j = 0; j < component->count; j++) {
                        uint32_t a = component->items[i].record, b = component->items[j].record;

                        if (i == j || a == NOWHERE || b == NOWHERE)
                                continue;
                        if (oracle_are_one(component->oracle, a, b))
                                constraints[count++] = (struct cluster_constraint){i, j, CLUSTER_MUST_LINK};
                        else if (oracle_are_told_apart(component->oracle, a, b))
                                constraints[count++] = (struct cluster_constraint){i, j, CLUSTER_CANNOT_LINK};
                }
        }
        return count;
}

static void add_member(struct oracle *oracle, struct whole *whole, uint32_t record)
{
        const struct record *r = &oracle->records[record].record;
        uint32_t at = whole->member_count++;

        while (at > 0 && whole->members[at - 1] > record) {
                whole->members[at] = whole->members[at - 1];
                at--;
        }
        whole->members[at] = record;
        if (whole->member_count == 1 ||
            oracle_before(r->first_time_ms, r->key, whole->living_time_ms, whole->living_anchor)) {
                whole->living_anchor = r->key;
                whole->living_time_ms = r->first_time_ms;
        }
        oracle->records[record].entity = (uint32_t)(whole - oracle->wholes);
}

static void add_whole(struct component *component, const uint32_t *label, uint32_t first, enum record_type type)
{
        struct oracle *oracle = component->oracle;
        struct whole *whole = ARENA_PUSH(&oracle->arena, oracle->wholes, oracle->whole_count, oracle->whole_capacity);

        *whole = (struct whole){.type = type};
        whole->members = arena_alloc(&oracle->arena, (oracle->record_count + 1) * sizeof(uint32_t));
        for (uint32_t i = 0; i < component->count; i++) {
                const struct item *item = &component->items[i];
                const struct value_node *node = &oracle->nodes[item->node];

                if (label[i] != first)
                        continue;
                for (uint32_t j = 0; j < node->member_count; j++) {
                        if (is_of(oracle, item, j))
                                add_member(oracle, whole, node->members[j]);
                }
        }
}

static void solve_part(struct oracle *oracle, uint32_t part, enum record_type type)
{
        struct component component = {.oracle = oracle};
        struct cluster_problem problem = {.match_mbit = oracle->config->zones[type].match_mbit,
                                          .compare = compare_items,
                                          .context = &component};
        struct cluster_item *items;
        struct cluster_edge *edges;
        struct cluster_constraint *constraints;
        uint32_t *label;

        gather_items(&component, part);
        items = arena_calloc(&oracle->arena, component.count, sizeof(*items));
        edges = arena_calloc(&oracle->arena, component.count * component.count, sizeof(*edges));
        constraints = arena_calloc(&oracle->arena, component.count * component.count, sizeof(*constraints));
        label = arena_calloc(&oracle->arena, component.count, sizeof(*label));
        for (uint32_t i = 0; i < component.count; i++)
                items[i] = describe_item(oracle, &component.items[i]);
        problem.items = items;
        problem.item_count = (uint32_t)component.count;
        problem.edges = edges;
        problem.edge_count = gather_edges(&component, edges);
        problem.constraints = constraints;
        problem.constraint_count = gather_constraints(&component, constraints);
        cluster_solve(&oracle->arena, &problem, label);
        for (uint32_t i = 0; i < component.count; i++) {
                if (label[i] == i)
                        add_whole(&component, label, i, type);
        }
}

void oracle_find_entities(struct oracle *oracle, enum record_type type)
{
        label_parts(oracle, type);
        for (uint32_t i = 0; i < oracle->node_count; i++) {
                if (oracle->nodes[i].type == type && oracle->nodes[i].part == i)
                        solve_part(oracle, i, type);
        }
}

/* ---- ghosts --------------------------------------------------------------------------------------------------------
 */

static bool entity_has_key(const struct oracle *oracle, uint32_t entity, uint64_t ghost_key)
{
        const struct whole *whole = &oracle->wholes[entity];

        for (uint32_t i = 0; i < whole->member_count; i++) {
                const struct block_keys *keys = &oracle->nodes[oracle->records[whole->members[i]].node].keys;

                for (uint32_t j = 0; j < keys->count; j++) {
                        if (oracle_ghost_key(oracle, keys->items[j].hash) == ghost_key)
                                return oracle_count_key(oracle, keys->items[j].hash) <=
                                       (uint32_t)oracle->config->block_cap;
                }
        }
        return false;
}

static uint32_t choose_by_keys(const struct oracle *oracle, const struct record *ghost)
{
        uint32_t third = (ghost->ghost_key_count + 2) / 3;
        uint32_t least = ghost->ghost_key_count < 2 ? 1 : third < 2 ? 2 : third;
        uint32_t chosen = NOWHERE, best = 0;

        for (uint32_t i = 0; i < oracle->whole_count; i++) {
                const struct whole *whole = &oracle->wholes[i];
                const struct whole *leader = chosen == NOWHERE ? NULL : &oracle->wholes[chosen];
                uint32_t shared = 0;

                for (uint32_t j = 0; j < ghost->ghost_key_count; j++)
                        shared += entity_has_key(oracle, i, ghost->ghost_keys[j]);
                if (shared < least || shared < best)
                        continue;
                if (leader && shared == best &&
                    !oracle_before(whole->living_time_ms, whole->living_anchor, leader->living_time_ms,
                                   leader->living_anchor))
                        continue;
                chosen = i;
                best = shared;
        }
        return chosen;
}

void oracle_attach_ghosts(struct oracle *oracle)
{
        for (uint32_t i = 0; i < oracle->record_count; i++) {
                struct known_record *known = &oracle->records[i];
                const struct record *ghost = &known->record;
                uint32_t survivor = NOWHERE;
                struct whole *whole;

                if (ghost->alive || ghost->ghost_key_count == 0)
                        continue;
                if (ghost->merged_into.length > 0)
                        survivor = oracle_find_reference(oracle, ghost->key.source, ghost->merged_into, TYPE_COUNT);
                known->entity = survivor != NOWHERE ? oracle->records[survivor].entity : choose_by_keys(oracle, ghost);
                if (known->entity == NOWHERE)
                        continue;
                whole = &oracle->wholes[known->entity];
                *ARENA_PUSH(&oracle->arena, whole->ghosts, whole->ghost_count, whole->ghost_capacity) = ghost->key;
        }
}

void oracle_name_entities(struct oracle *oracle)
{
        for (uint32_t i = 0; i < oracle->whole_count; i++) {
                struct whole *whole = &oracle->wholes[i];

                whole->anchor = whole->living_anchor;
                whole->anchor_time_ms = whole->living_time_ms;
                for (uint32_t j = 0; j < oracle->record_count; j++) {
                        const struct record *ghost = &oracle->records[j].record;

                        if (oracle->records[j].entity != i || ghost->alive ||
                            !oracle_before(ghost->first_time_ms, ghost->key, whole->anchor_time_ms, whole->anchor))
                                continue;
                        whole->anchor = ghost->key;
                        whole->anchor_time_ms = ghost->first_time_ms;
                }
                golden_entity_id(whole->type, whole->anchor, whole->id);
        }
}
