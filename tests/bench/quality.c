/* quality: how well the matching model does on a file of records whose truth is known.
 *
 *     quality [--model F] [--population N] [--cap N] [--match BITS] [--dump N] rows.ndjson truth.csv
 *
 * The matching half of the engine in memory and in one go: standardise, collapse into value nodes, block, score, solve
 * the components that match-zone edges make. Rows are flat ({"type","source","key","value"}, fields named after
 * attributes); the truth is source,record_id,cluster. Prints pairwise and B³ figures, how many true pairs any key
 * proposed, candidates for each record and the speed of each stage; --dump lists the worst false positives and false
 * negatives with their waterfall.
 */
#include "block/block.h"
#include "cluster/cluster.h"
#include "config/config.h"
#include "model/model.h"
#include "record/features.h"
#include "record/record.h"
#include "score/score.h"
#include "standard/standard.h"

#include "base/hash.h"
#include "base/json.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
        const char *model;
        const char *rows;
        const char *truth;
        int64_t population;
        int64_t cap;
        int32_t match_mbit;
        uint32_t dump;
};

struct row {
        struct record record;
        struct text cluster; /* of the truth; empty: not listed */
        uint32_t node;
        uint32_t found; /* cluster that we gave */
};

struct node {
        struct text bytes; /* encoded features */
        struct features *features;
        uint8_t *generic;
        enum record_type type;
        uint32_t members;
        uint32_t first_row;
        struct hash128 order;
        struct block_keys keys;
};

struct edge {
        uint32_t a;
        uint32_t b;
        struct score score;
};

struct bench {
        struct arena arena;
        struct options options;
        struct config config;
        struct standard *standard;
        struct model *model;
        struct scorer *scorer;
        struct row *rows;
        size_t row_count, row_capacity;
        struct node *nodes;
        size_t node_count, node_capacity;
        struct edge *edges;
        size_t edge_count, edge_capacity;
        uint32_t *label;     /* by node */
        uint32_t label_base; /* labels below name clusters of nodes; rows that stay alone count on from here */
        int64_t standard_us, block_us, score_us, cluster_us;
};

/* Time of this thread's work: a busy machine does not blur it. */
static int64_t cpu_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *what, const char *detail)
{
        fprintf(stderr, "quality: %s: %s\n", what, detail);
        exit(2);
}

static struct text read_file(struct arena *arena, const char *path)
{
        FILE *file = fopen(path, "rb");
        if (!file)
                die(path, "cannot open");
        BUFFER_CLEANUP struct buffer bytes = {0};
        size_t got;
        while ((got = fread(buffer_reserve(&bytes, 1 << 16), 1, 1 << 16, file)) > 0)
                bytes.length += got;
        fclose(file);
        return arena_text(arena, buffer_view(&bytes));
}

/* The next line of *@rest without its end; *@rest moves on. */
static struct text next_line(struct text *rest)
{
        int64_t end = text_find_byte(*rest, '\n', 0);
        struct text line = end < 0 ? *rest : text_slice(*rest, 0, (uint32_t)end);
        *rest = end < 0 ? TEXT_NONE : text_slice(*rest, (uint32_t)end + 1, rest->length);
        return text_trim(line);
}

static int compare_slots(const void *a, const void *b)
{
        const struct slot *x = a;
        const struct slot *y = b;
        return (x->attribute > y->attribute) - (x->attribute < y->attribute);
}

static void read_row(struct bench *bench, struct text line)
{
        const struct json_node *root;
        struct error error;
        if (json_parse(&bench->arena, line, &root, &error) < 0)
                die(bench->options.rows, error.text);
        const struct json_node *value = json_get(root, "value");
        struct row *row = ARENA_PUSH(&bench->arena, bench->rows, bench->row_count, bench->row_capacity);
        memset(row, 0, sizeof(*row));
        struct record *record = &row->record;
        record->key.source = json_scalar_text(json_get(root, "source"));
        record->key.record_id = json_scalar_text(json_get(root, "key"));
        struct text type = json_scalar_text(json_get(root, "type"));
        if (!record_type_parse(type, &record->declared_type) || !json_is(value, JSON_OBJECT))
                die(bench->options.rows, "a row without type or value");
        record->key.entity = type;
        record->alive = true;
        record->slots = arena_calloc(&bench->arena, value->count + 1, sizeof(*record->slots));
        for (const struct json_node *field = value->child; field; field = field->next) {
                uint16_t attribute = vocabulary_find(&bench->config.vocabulary, field->name);
                if (attribute == ATTRIBUTE_NONE || !json_scalar_text(field).length)
                        continue;
                struct text raw = json_scalar_text(field);
                record->slots[record->slot_count++] = (struct slot){.attribute = attribute,
                                                                    .flags = SLOT_SET,
                                                                    .raw = raw,
                                                                    .value = raw,
                                                                    .version = {.time_ms = 1}};
        }
        qsort(record->slots, record->slot_count, sizeof(*record->slots), compare_slots);
}

static void read_rows(struct bench *bench)
{
        struct text rest = read_file(&bench->arena, bench->options.rows);
        while (rest.length) {
                struct text line = next_line(&rest);
                if (line.length)
                        read_row(bench, line);
        }
}

static int compare_rows_by_key(const void *a, const void *b)
{
        return record_key_compare(((const struct row *)a)->record.key, ((const struct row *)b)->record.key);
}

/* Fields hold no commas or quotes in the truth files that we use. */
static void read_truth(struct bench *bench)
{
        struct text rest = read_file(&bench->arena, bench->options.truth);
        qsort(bench->rows, bench->row_count, sizeof(*bench->rows), compare_rows_by_key);
        next_line(&rest); /* header */
        while (rest.length) {
                struct text line = next_line(&rest);
                int64_t first = text_find_byte(line, ',', 0);
                int64_t second = first < 0 ? -1 : text_find_byte(line, ',', (uint32_t)first + 1);
                if (second < 0)
                        continue;
                struct text source = text_slice(line, 0, (uint32_t)first);
                struct text id = text_slice(line, (uint32_t)first + 1, (uint32_t)(second - first - 1));
                for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                        struct row key = {.record.key = {source, text_from(record_type_name(type)), id}};
                        struct row *row =
                                bsearch(&key, bench->rows, bench->row_count, sizeof(key), compare_rows_by_key);
                        if (row)
                                row->cluster = text_slice(line, (uint32_t)second + 1, line.length);
                }
        }
}

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

static void make_nodes(struct bench *bench)
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

static struct score_pair pair_of(const struct bench *bench, uint32_t a, uint32_t b)
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

static struct score compare_nodes(void *context, uint32_t a, uint32_t b)
{
        const struct bench *bench = context;
        struct score_pair pair = pair_of(bench, a, b);
        return score_pair(bench->scorer, &pair);
}

static void score_candidates(struct bench *bench)
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

static void solve_all(struct bench *bench)
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
static void label_rows(struct bench *bench)
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

/* --- figures
 * ------------------------------------------------------------------------------------------------------------- */

static int compare_rows_by_truth(const void *a, const void *b)
{
        const struct row *x = a;
        const struct row *y = b;
        int order = text_compare(x->cluster, y->cluster);
        return order ? order : (x->found > y->found) - (x->found < y->found);
}

static int compare_u32(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a;
        uint32_t y = *(const uint32_t *)b;
        return (x > y) - (x < y);
}

struct figures {
        double true_pairs, found_pairs, both_pairs;
        double b3_precision, b3_recall;
        uint32_t rows;
};

/* Size of the found cluster @label among the listed rows, from the sorted labels. */
static uint32_t count_label(const uint32_t *labels, uint32_t count, uint32_t label)
{
        uint32_t low = 0, high = count;
        while (low < high) {
                uint32_t middle = (low + high) / 2;
                if (labels[middle] < label)
                        low = middle + 1;
                else
                        high = middle;
        }
        uint32_t end = low;
        while (end < count && labels[end] == label)
                end++;
        return end - low;
}

/* @rows sorted by (truth, found). */
static struct figures measure(struct bench *bench, const struct row *rows, int only_type)
{
        struct figures f = {0};
        uint32_t *labels = arena_alloc(&bench->arena, (bench->row_count + 1) * sizeof(*labels));
        for (uint32_t i = 0; i < bench->row_count; i++)
                if (rows[i].cluster.length && (only_type < 0 || (int)rows[i].record.declared_type == only_type))
                        labels[f.rows++] = rows[i].found;
        qsort(labels, f.rows, sizeof(*labels), compare_u32);
        for (uint32_t from = 0, to; from < f.rows; from = to) {
                for (to = from + 1; to < f.rows && labels[to] == labels[from];)
                        to++;
                f.found_pairs += (double)(to - from) * (to - from - 1) / 2;
        }
        for (uint32_t from = 0, to; from < bench->row_count; from = to) {
                for (to = from + 1; to < bench->row_count && text_equal(rows[to].cluster, rows[from].cluster);)
                        to++;
                bool counts = rows[from].cluster.length &&
                              (only_type < 0 || (int)rows[from].record.declared_type == only_type);
                if (!counts)
                        continue;
                double size = to - from;
                f.true_pairs += size * (size - 1) / 2;
                for (uint32_t i = from, j; i < to; i = j) {
                        for (j = i + 1; j < to && rows[j].found == rows[i].found;)
                                j++;
                        double common = j - i;
                        f.both_pairs += common * (common - 1) / 2;
                        f.b3_precision += common * common / count_label(labels, f.rows, rows[i].found);
                        f.b3_recall += common * common / size;
                }
        }
        f.b3_precision /= f.rows ? f.rows : 1;
        f.b3_recall /= f.rows ? f.rows : 1;
        return f;
}

static double f1(double precision, double recall)
{
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

static void print_figures(const char *title, struct figures f)
{
        double precision = f.found_pairs > 0 ? f.both_pairs / f.found_pairs : 1;
        double recall = f.true_pairs > 0 ? f.both_pairs / f.true_pairs : 1;
        if (!f.rows)
                return;
        printf("%-14s pairs P %.4f R %.4f F1 %.4f   B3 P %.4f R %.4f F1 %.4f   (%u rows, %.0f true pairs, %.0f "
               "found)\n",
               title, precision, recall, f1(precision, recall), f.b3_precision, f.b3_recall,
               f1(f.b3_precision, f.b3_recall), f.rows, f.true_pairs, f.found_pairs);
}

static bool same_truth(const struct bench *bench, uint32_t a, uint32_t b)
{
        const struct row *x = &bench->rows[bench->nodes[a].first_row];
        const struct row *y = &bench->rows[bench->nodes[b].first_row];
        return x->cluster.length && text_equal(x->cluster, y->cluster);
}

/* Share of the true pairs of nodes that some key proposed. */
static void print_blocking(struct bench *bench)
{
        struct row *rows = arena_alloc(&bench->arena, (bench->row_count + 1) * sizeof(*rows));
        memcpy(rows, bench->rows, bench->row_count * sizeof(*rows));
        for (uint32_t i = 0; i < bench->row_count; i++)
                rows[i].found = rows[i].node;
        qsort(rows, bench->row_count, sizeof(*rows), compare_rows_by_truth);
        double possible = 0, proposed = 0, candidates = 0;
        for (uint32_t from = 0, to; from < bench->row_count; from = to) {
                double distinct = 1;
                for (to = from + 1; to < bench->row_count && text_equal(rows[to].cluster, rows[from].cluster); to++)
                        distinct += rows[to].node != rows[to - 1].node;
                if (rows[from].cluster.length)
                        possible += distinct * (distinct - 1) / 2;
        }
        for (size_t i = 0; i < bench->edge_count; i++)
                proposed += same_truth(bench, bench->edges[i].a, bench->edges[i].b);
        candidates = (double)bench->edge_count;
        printf("blocking       %.0f of %.0f true node pairs proposed (%.4f), %.1f candidate pairs a node, %zu nodes of "
               "%zu rows\n",
               proposed, possible, possible > 0 ? proposed / possible : 1,
               bench->node_count ? candidates / (double)bench->node_count : 0, bench->node_count, bench->row_count);
        printf("speed          standardise %.1f us/row, block %.1f us/node, score %.2f us/pair, cluster %.1f ms\n",
               (double)bench->standard_us / (double)(bench->row_count ? bench->row_count : 1),
               (double)bench->block_us / (double)(bench->node_count ? bench->node_count : 1),
               (double)bench->score_us / (double)(bench->edge_count ? bench->edge_count : 1),
               (double)bench->cluster_us / 1000);
}

/* --- dump
 * ---------------------------------------------------------------------------------------------------------------- */

static void print_row(const struct bench *bench, const struct row *row)
{
        printf("    %.*s:", TEXT_ARG(row->record.key.record_id));
        for (uint32_t i = 0; i < row->record.slot_count; i++)
                printf(" %s=%.*s", bench->config.vocabulary.attributes[row->record.slots[i].attribute].name,
                       TEXT_ARG(row->record.slots[i].raw));
        printf("\n");
}

static void print_pair(struct bench *bench, const char *title, uint32_t a, uint32_t b)
{
        struct score_pair pair = pair_of(bench, a, b);
        struct score_detail detail;
        score_explain(bench->scorer, &pair, &bench->arena, &detail);
        printf("%s %+.1f bits%s%.*s\n", title, detail.score.posterior_mbit / 1000.0,
               detail.score.cannot_link ? ", excluded by " : "", TEXT_ARG(detail.contradiction));
        print_row(bench, &bench->rows[bench->nodes[a].first_row]);
        print_row(bench, &bench->rows[bench->nodes[b].first_row]);
        for (uint32_t i = 0; i < detail.step_count; i++) {
                const struct score_step *step = &detail.steps[i];
                printf("        %+7.2f %-15.*s %.*s", step->weight_mbit / 1000.0, TEXT_ARG(step->attribute),
                       TEXT_ARG(step->level));
                if (step->value_a.length || step->value_b.length)
                        printf(" (%.*s | %.*s)", TEXT_ARG(step->value_a), TEXT_ARG(step->value_b));
                printf("\n");
        }
}

struct mistake {
        uint32_t a;
        uint32_t b;
        bool positive;
        int32_t posterior_mbit;
};

/* False positives by falling, false negatives by falling posterior as well: the surest mistakes and the narrowest
 * misses. */
static int compare_mistakes(const void *a, const void *b)
{
        const struct mistake *x = a;
        const struct mistake *y = b;
        if (x->positive != y->positive)
                return x->positive ? -1 : 1;
        return (x->posterior_mbit < y->posterior_mbit) - (x->posterior_mbit > y->posterior_mbit);
}

static void add_mistake(struct bench *bench, struct mistake **items, size_t *count, size_t *capacity, uint32_t a,
                        uint32_t b)
{
        bool truth = same_truth(bench, a, b);
        bool found = bench->label[a] == bench->label[b];
        if (truth == found)
                return;
        *ARENA_PUSH(&bench->arena, *items, *count, *capacity) =
                (struct mistake){a, b, found, compare_nodes(bench, a, b).posterior_mbit};
}

/* All pairs within a true or a found cluster; small files only, for it is quadratic in the nodes. */
static void dump_mistakes(struct bench *bench)
{
        struct mistake *items = NULL;
        size_t count = 0, capacity = 0;
        for (uint32_t a = 0; a < bench->node_count; a++)
                for (uint32_t b = a + 1; b < bench->node_count; b++)
                        if (bench->nodes[a].type == bench->nodes[b].type)
                                add_mistake(bench, &items, &count, &capacity, a, b);
        if (count)
                qsort(items, count, sizeof(*items), compare_mistakes);
        uint32_t shown[2] = {0, 0};
        for (size_t i = 0; i < count; i++)
                if (shown[items[i].positive]++ < bench->options.dump)
                        print_pair(bench, items[i].positive ? "FALSE POSITIVE" : "FALSE NEGATIVE", items[i].a,
                                   items[i].b);
        printf("%u node pairs joined wrongly, %u missed\n", shown[1], shown[0]);
}

static void read_options(struct options *options, int argc, char **argv)
{
        static const struct option longs[] = {
                {"model", required_argument, NULL, 'm'}, {"population", required_argument, NULL, 'p'},
                {"cap", required_argument, NULL, 'c'},   {"match", required_argument, NULL, 't'},
                {"dump", required_argument, NULL, 'd'},  {NULL, 0, NULL, 0},
        };
        *options = (struct options){.cap = 50, .match_mbit = 1000};
        for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
                switch (c) {
                case 'm':
                        options->model = optarg;
                        break;
                case 'p':
                        options->population = atoll(optarg);
                        break;
                case 'c':
                        options->cap = atoll(optarg);
                        break;
                case 't':
                        options->match_mbit = (int32_t)(atof(optarg) * 1000);
                        break;
                case 'd':
                        options->dump = (uint32_t)atoi(optarg);
                        break;
                default:
                        exit(2);
                }
        }
        if (argc - optind != 2)
                die("usage",
                    "quality [--model F] [--population N] [--cap N] [--match BITS] [--dump N] rows.ndjson truth.csv");
        options->rows = argv[optind];
        options->truth = argv[optind + 1];
}

static void open_model(struct bench *bench)
{
        struct error error;
        if (!bench->options.model)
                bench->model = model_new_builtin();
        else if (model_load(bench->options.model, &bench->model, &error) < 0)
                die("model", error.text);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                int64_t rows = 0;
                for (uint32_t i = 0; i < bench->row_count; i++)
                        rows += bench->rows[i].record.declared_type == type;
                model_set_population(bench->model, type, bench->options.population ? bench->options.population : rows);
        }
        bench->scorer = scorer_new(bench->model);
}

int main(int argc, char **argv)
{
        struct bench bench = {.row_count = 0};
        struct error error;
        read_options(&bench.options, argc, argv);
        config_init_builtin(&bench.config);
        bench.standard = standard_new(&bench.config, &error);
        if (!bench.standard)
                die("standard", error.text);
        read_rows(&bench);
        read_truth(&bench);
        open_model(&bench);
        make_nodes(&bench);
        score_candidates(&bench);
        solve_all(&bench);
        label_rows(&bench);

        print_blocking(&bench);
        if (bench.options.dump)
                dump_mistakes(&bench);
        qsort(bench.rows, bench.row_count, sizeof(*bench.rows), compare_rows_by_truth);
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                print_figures(record_type_name(type), measure(&bench, bench.rows, (int)type));
        print_figures("all", measure(&bench, bench.rows, -1));

        scorer_free(bench.scorer);
        model_free(bench.model);
        standard_free(bench.standard);
        config_free(&bench.config);
        arena_free(&bench.arena);
        return 0;
}
