/* The matching half of the engine, in memory and in one go.
 *
 * Records with equal features are one value node. Keys within the cap propose pairs; a value whose key is over it is
 * generic and no evidence. Match-zone edges make components, each solved with comparisons on demand. Rows of a node are
 * one cluster where the node's comparison with itself reaches the threshold.
 */
#include "quality.h"

#include <stdlib.h>
#include <string.h>

/* --- nodes
 * ------------------------------------------------------------------------------------------------------------- */

struct encoded_row {
        struct text bytes;
        enum record_type type;
        uint32_t row;
};

static int compare_encoded(const void *a, const void *b)
{
        const struct encoded_row *x = a;
        const struct encoded_row *y = b;
        if (x->type != y->type)
                return x->type < y->type ? -1 : 1;
        int order = text_compare(x->bytes, y->bytes);
        return order ? order : (x->row > y->row) - (x->row < y->row);
}

void make_nodes(struct bench *bench)
{
        struct encoded_row *encoded = arena_alloc(&bench->arena, bench->row_count * sizeof(*encoded));
        struct features *features = arena_alloc(&bench->arena, sizeof(*features));
        BUFFER_CLEANUP struct buffer bytes = {0};
        int64_t start_us = cpu_us();
        for (uint32_t i = 0; i < bench->row_count; i++) {
                standard_record(bench->standard, &bench->arena, &bench->rows[i].record, features);
                buffer_clear(&bytes);
                features_encode(features, &bytes);
                encoded[i] = (struct encoded_row){arena_text(&bench->arena, buffer_view(&bytes)), features->type, i};
        }
        bench->standard_us = cpu_us() - start_us;
        qsort(encoded, bench->row_count, sizeof(*encoded), compare_encoded);
        for (uint32_t i = 0; i < bench->row_count; i++) {
                bool repeated = i && encoded[i].type == encoded[i - 1].type &&
                                text_equal(encoded[i].bytes, encoded[i - 1].bytes);
                if (!repeated) {
                        struct node *node =
                                ARENA_PUSH(&bench->arena, bench->nodes, bench->node_count, bench->node_capacity);
                        *node = (struct node){.bytes = encoded[i].bytes,
                                              .type = encoded[i].type,
                                              .first_row = encoded[i].row};
                        node->order = hash128(node->bytes.data, node->bytes.length, node->type);
                        node->features = arena_alloc(&bench->arena, sizeof(*node->features));
                        node->generic = arena_calloc(&bench->arena, FEATURES_MAX, 1);
                        if (features_decode(node->bytes, node->features) < 0)
                                die("features", "cannot decode what was encoded");
                }
                bench->nodes[bench->node_count - 1].members++;
                bench->rows[encoded[i].row].node = (uint32_t)bench->node_count - 1;
        }
}

/* --- candidates
 * ---------------------------------------------------------------------------------------------------------- */

struct posting {
        uint64_t key;
        uint32_t node;
        uint8_t flags;
};

static int compare_postings(const void *a, const void *b)
{
        const struct posting *x = a;
        const struct posting *y = b;
        if (x->key != y->key)
                return x->key < y->key ? -1 : 1;
        return (x->node > y->node) - (x->node < y->node);
}

static int compare_codes(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a;
        uint64_t y = *(const uint64_t *)b;
        return (x > y) - (x < y);
}

static void mark_generic(struct node *node, uint64_t key)
{
        for (uint32_t i = 0; i < node->features->count; i++)
                if (block_value_key(node->type, &node->features->items[i]) == key)
                        node->generic[i] = 1;
}

/* The distinct pairs that keys within the cap propose, as (a << 32 | b); marks generic values. */
static uint64_t *propose_pairs(struct bench *bench, size_t *pair_count)
{
        struct posting *postings = NULL;
        size_t count = 0, capacity = 0, pair_capacity = 0;
        uint64_t *pairs = NULL;
        *pair_count = 0;
        int64_t start_us = cpu_us();
        for (uint32_t i = 0; i < bench->node_count; i++)
                block_derive(bench->model, bench->nodes[i].features, &bench->nodes[i].keys);
        bench->block_us = cpu_us() - start_us;
        for (uint32_t i = 0; i < bench->node_count; i++) {
                struct node *node = &bench->nodes[i];
                for (uint32_t k = 0; k < node->keys.count; k++)
                        *ARENA_PUSH(&bench->arena, postings, count, capacity) =
                                (struct posting){node->keys.items[k].hash, i, node->keys.items[k].flags};
        }
        if (!count)
                return NULL;
        qsort(postings, count, sizeof(*postings), compare_postings);
        for (size_t from = 0, to; from < count; from = to) {
                for (to = from + 1; to < count && postings[to].key == postings[from].key;)
                        to++;
                if (to - from > (size_t)bench->options.cap) {
                        for (size_t i = from; i < to; i++)
                                if (postings[i].flags & BLOCK_VALUE)
                                        mark_generic(&bench->nodes[postings[i].node], postings[i].key);
                        continue;
                }
                for (size_t i = from; i < to; i++)
                        for (size_t j = i + 1; j < to; j++)
                                *ARENA_PUSH(&bench->arena, pairs, *pair_count, pair_capacity) =
                                        (uint64_t)postings[i].node << 32 | postings[j].node;
        }
        if (!*pair_count)
                return NULL;
        qsort(pairs, *pair_count, sizeof(*pairs), compare_codes);
        size_t kept = 0;
        for (size_t i = 0; i < *pair_count; i++)
                if (!i || pairs[i] != pairs[i - 1])
                        pairs[kept++] = pairs[i];
        *pair_count = kept;
        return pairs;
}

static bool reference_equals(const struct features *features, enum feature_kind kind, struct text source,
                             struct text id)
{
        for (uint32_t i = features->first[kind]; i < features->first[kind + 1]; i++) {
                struct text t = features->items[i].text;
                if (t.length == source.length + 1 + id.length && text_starts_with(t, source) && text_ends_with(t, id))
                        return true;
        }
        return false;
}

struct score_pair pair_of(const struct bench *bench, uint32_t a, uint32_t b)
{
        const struct node *x = &bench->nodes[a];
        const struct node *y = &bench->nodes[b];
        struct record_key key_x = bench->rows[x->first_row].record.key;
        struct record_key key_y = bench->rows[y->first_row].record.key;
        return (struct score_pair){
                .a = {x->features, x->generic},
                .b = {y->features, y->generic},
                .asserted = reference_equals(x->features, FEATURE_SAME_AS, key_y.source, key_y.record_id) ||
                            reference_equals(y->features, FEATURE_SAME_AS, key_x.source, key_x.record_id),
        };
}

struct score compare_nodes(void *context, uint32_t a, uint32_t b)
{
        const struct bench *bench = context;
        struct score_pair pair = pair_of(bench, a, b);
        return score_pair(bench->scorer, &pair);
}

void score_candidates(struct bench *bench)
{
        size_t count;
        uint64_t *pairs = propose_pairs(bench, &count);
        int64_t start_us = cpu_us();
        bench->edges = arena_alloc(&bench->arena, (count + 1) * sizeof(*bench->edges));
        for (size_t i = 0; i < count; i++) {
                uint32_t a = (uint32_t)(pairs[i] >> 32);
                uint32_t b = (uint32_t)pairs[i];
                bench->edges[bench->edge_count++] = (struct edge){a, b, compare_nodes(bench, a, b)};
        }
        bench->score_us = cpu_us() - start_us;
}

/* --- clusters
 * ------------------------------------------------------------------------------------------------------------ */

static uint32_t find_root(uint32_t *parent, uint32_t i)
{
        while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
        return i;
}

struct component {
        struct bench *bench;
        const uint32_t *nodes; /* of the component, by item */
};

static struct score compare_items(void *context, uint32_t a, uint32_t b)
{
        const struct component *component = context;
        return compare_nodes(component->bench, component->nodes[a], component->nodes[b]);
}

/* Solves the component with @nodes; @position is every node's item number within its component. */
static void solve_component(struct bench *bench, struct arena *arena, const uint32_t *nodes, uint32_t count,
                            const uint32_t *position, const struct edge *edges, size_t edge_count)
{
        struct cluster_item *items = arena_alloc(arena, count * sizeof(*items));
        struct cluster_edge *known = arena_alloc(arena, (edge_count + 1) * sizeof(*known));
        uint32_t *label = arena_alloc(arena, count * sizeof(*label));
        struct component component = {bench, nodes};
        for (uint32_t i = 0; i < count; i++)
                items[i] = (struct cluster_item){bench->nodes[nodes[i]].order, bench->nodes[nodes[i]].members};
        for (size_t i = 0; i < edge_count; i++)
                known[i] = (struct cluster_edge){position[edges[i].a], position[edges[i].b],
                                                 edges[i].score.posterior_mbit, edges[i].score.cannot_link};
        struct cluster_problem problem = {.items = items,
                                          .item_count = count,
                                          .edges = known,
                                          .edge_count = (uint32_t)edge_count,
                                          .match_mbit = bench->options.match_mbit,
                                          .compare = compare_items,
                                          .context = &component};
        cluster_solve(arena, &problem, label);
        for (uint32_t i = 0; i < count; i++)
                bench->label[nodes[i]] = nodes[label[i]];
}

struct placed_edge {
        uint32_t root;
        struct edge edge;
};

static int compare_placed(const void *a, const void *b)
{
        uint32_t x = ((const struct placed_edge *)a)->root;
        uint32_t y = ((const struct placed_edge *)b)->root;
        return (x > y) - (x < y);
}

static uint32_t *sort_nodes_by_root(struct bench *bench, uint32_t *parent)
{
        uint32_t n = (uint32_t)bench->node_count;
        uint32_t *start = arena_calloc(&bench->arena, n + 2, sizeof(*start));
        uint32_t *order = arena_alloc(&bench->arena, (n + 1) * sizeof(*order));
        for (uint32_t i = 0; i < n; i++)
                start[find_root(parent, i) + 1]++;
        for (uint32_t i = 0; i < n; i++)
                start[i + 1] += start[i];
        for (uint32_t i = 0; i < n; i++)
                order[start[find_root(parent, i)]++] = i;
        return order;
}

void solve_all(struct bench *bench)
{
        uint32_t n = (uint32_t)bench->node_count;
        int64_t start_us = cpu_us();
        uint32_t *parent = arena_alloc(&bench->arena, (n + 1) * sizeof(*parent));
        uint32_t *position = arena_alloc(&bench->arena, (n + 1) * sizeof(*position));
        bench->label = arena_alloc(&bench->arena, (n + 1) * sizeof(*bench->label));
        for (uint32_t i = 0; i < n; i++)
                parent[i] = bench->label[i] = i;
        for (size_t i = 0; i < bench->edge_count; i++)
                if (bench->edges[i].score.posterior_mbit >= bench->options.match_mbit &&
                    !bench->edges[i].score.cannot_link)
                        parent[find_root(parent, bench->edges[i].a)] = find_root(parent, bench->edges[i].b);

        struct placed_edge *placed = arena_alloc(&bench->arena, (bench->edge_count + 1) * sizeof(*placed));
        size_t placed_count = 0;
        for (size_t i = 0; i < bench->edge_count; i++) {
                uint32_t root = find_root(parent, bench->edges[i].a);
                if (root == find_root(parent, bench->edges[i].b))
                        placed[placed_count++] = (struct placed_edge){root, bench->edges[i]};
        }
        qsort(placed, placed_count, sizeof(*placed), compare_placed);
        uint32_t *order = sort_nodes_by_root(bench, parent);
        ARENA_CLEANUP struct arena scratch = {0};
        size_t edge_at = 0;
        for (uint32_t from = 0, to; from < n; from = to) {
                uint32_t root = find_root(parent, order[from]);
                for (to = from; to < n && find_root(parent, order[to]) == root; to++)
                        position[order[to]] = to - from;
                while (edge_at < placed_count && placed[edge_at].root < root)
                        edge_at++;
                size_t edge_end = edge_at;
                while (edge_end < placed_count && placed[edge_end].root == root)
                        edge_end++;
                arena_reset(&scratch);
                struct edge *edges = arena_alloc(&scratch, (edge_end - edge_at + 1) * sizeof(*edges));
                for (size_t i = edge_at; i < edge_end; i++)
                        edges[i - edge_at] = placed[i].edge;
                if (to - from > 1)
                        solve_component(bench, &scratch, order + from, to - from, position, edges, edge_end - edge_at);
                edge_at = edge_end;
        }
        bench->cluster_us = cpu_us() - start_us;
}

/* Rows of a node are one cluster if the node matches itself; else each stays alone, but for the first. */
void label_rows(struct bench *bench)
{
        uint32_t alone = (uint32_t)bench->node_count;
        for (uint32_t i = 0; i < bench->row_count; i++) {
                const struct node *node = &bench->nodes[bench->rows[i].node];
                bool own = node->members == 1 || bench->label[bench->rows[i].node] != bench->rows[i].node ||
                           i == node->first_row ||
                           compare_nodes(bench, bench->rows[i].node, bench->rows[i].node).posterior_mbit >=
                                   bench->options.match_mbit;
                bench->rows[i].found = own ? bench->label[bench->rows[i].node] : alone++;
        }
}
