/* What came of it: pairwise and B³ figures, what no key proposed, and the worst mistakes with their waterfall. */
#include "quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
void print_blocking(struct bench *bench)
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
        bool proposed; /* by some key */
        int32_t posterior_mbit;
};

/* True if some key proposed the pair; edges are sorted by their nodes. */
static bool was_proposed(const struct bench *bench, uint32_t a, uint32_t b)
{
        size_t from = 0, to = bench->edge_count;
        while (from < to) {
                size_t middle = from + (to - from) / 2;
                const struct edge *edge = &bench->edges[middle];
                if (edge->a == a && edge->b == b)
                        return true;
                if (edge->a < a || (edge->a == a && edge->b < b))
                        from = middle + 1;
                else
                        to = middle;
        }
        return false;
}

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
                (struct mistake){a, b, found, was_proposed(bench, a, b), compare_nodes(bench, a, b).posterior_mbit};
}

/* All pairs within a true or a found cluster; small files only, for it is quadratic in the nodes. */
void dump_mistakes(struct bench *bench)
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
                        print_pair(bench,
                                   items[i].positive   ? "FALSE POSITIVE"
                                   : items[i].proposed ? "FALSE NEGATIVE"
                                                       : "NOT PROPOSED",
                                   items[i].a, items[i].b);
        uint32_t unproposed = 0;
        for (size_t i = 0; i < count; i++)
                unproposed += !items[i].positive && !items[i].proposed;
        printf("%u node pairs joined wrongly, %u missed, %u of them proposed by no key\n", shown[1], shown[0],
               unproposed);
}

void print_all_figures(struct bench *bench)
{
        qsort(bench->rows, bench->row_count, sizeof(*bench->rows), compare_rows_by_truth);
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                print_figures(record_type_name(type), measure(bench, bench->rows, (int)type));
        print_figures("all", measure(bench, bench->rows, -1));
}
