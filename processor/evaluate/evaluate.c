/* Evaluation by the contingency table of true and predicted clusters.
 *
 * With n_ij records in true cluster i and predicted cluster j, pairs in common are the sum of n_ij (n_ij - 1) / 2, and
 * B³ precision is the sum of n_ij² / |j| over the number of records. Sorting the records by (true, predicted) gives the
 * table without holding it.
 */
#include "evaluate/evaluate.h"

#include "base/hash.h"
#include "base/map.h"
#include "decode/decode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct labelled {
        uint32_t truth;
        uint32_t predicted;
};

struct label {
        struct record_name name;
        uint64_t hash; /* of it */
        uint32_t cluster;
        uint32_t next; /* index + 1 of the record before it in the same cluster; 0: none */
};

struct labels {
        struct arena arena;
        struct map records;  /* hash of (source, record id) -> index of the label */
        struct map clusters; /* hash of the cluster's name -> number */
        struct label *items; /* as they came */
        size_t count, capacity;
        uint32_t *last; /* of each cluster: index + 1 of the record that came last */
        size_t cluster_count, cluster_capacity;
};

struct labels *labels_new(void)
{
        struct labels *labels = calloc(1, sizeof(*labels));

        if (!labels)
                abort();
        map_init(&labels->records, &labels->arena);
        map_init(&labels->clusters, &labels->arena);
        return labels;
}

void labels_free(struct labels *labels)
{
        if (!labels)
                return;
        arena_free(&labels->arena);
        free(labels);
}

static uint64_t hash_name(struct text source, struct text record_id)
{
        return hash64_mix(hash64_text(source, 1), hash64_text(record_id, 2));
}

static uint32_t find_cluster(struct labels *labels, struct text name)
{
        bool inserted;
        uint32_t number = *map_put(&labels->clusters, hash64_text(name, 3), (uint32_t)labels->cluster_count, &inserted);

        if (inserted)
                *ARENA_PUSH(&labels->arena, labels->last, labels->cluster_count, labels->cluster_capacity) = 0;
        return number;
}

bool labels_add(struct labels *labels, struct text source, struct text record_id, struct text cluster)
{
        uint64_t hash = hash_name(source, record_id);
        struct label label = {.hash = hash};
        bool inserted;

        map_put(&labels->records, hash, (uint32_t)labels->count, &inserted);
        if (!inserted)
                return false;
        label.name.source = arena_text(&labels->arena, source);
        label.name.record_id = arena_text(&labels->arena, record_id);
        label.cluster = find_cluster(labels, cluster);
        label.next = labels->last[label.cluster];
        labels->last[label.cluster] = (uint32_t)labels->count + 1;
        *ARENA_PUSH(&labels->arena, labels->items, labels->count, labels->capacity) = label;
        return true;
}

static int read_file(struct arena *arena, const char *path, struct text *content, struct error *error)
{
        FILE *file = fopen(path, "rb");
        long size;
        char *data;

        if (!file)
                return error_set(error, ERR_USAGE, "cannot read %s: %s", path, strerror(errno));
        if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || size > INT32_MAX) {
                fclose(file);
                return error_set(error, ERR_USAGE, "cannot read %s: it is no file of at most 2 GiB", path);
        }
        rewind(file);
        data = arena_alloc(arena, (size_t)size + 1);
        content->data = data;
        content->length = (uint32_t)fread(data, 1, (size_t)size, file);
        fclose(file);
        return 0;
}

static int add_row(struct labels *labels, const char *path, int64_t line, const struct json_node *row,
                   struct error *error)
{
        const struct json_node *source = json_get(row, "source");
        const struct json_node *record = json_get(row, "record_id");
        const struct json_node *cluster = json_get(row, "cluster");

        if (!source || !record || !cluster)
                return error_set(error, ERR_USAGE,
                                 "%s, line %lld: the columns source, record_id and cluster are expected", path,
                                 (long long)line);
        if (!labels_add(labels, json_scalar_text(source), json_scalar_text(record), json_scalar_text(cluster)))
                return error_set(error, ERR_USAGE, "%s, line %lld: the record %.*s of %.*s is there twice", path,
                                 (long long)line, TEXT_ARG(json_scalar_text(record)),
                                 TEXT_ARG(json_scalar_text(source)));
        return 0;
}

static int read_rows(struct labels *labels, const char *path, struct error *error)
{
        struct csv_reader *reader;
        const struct json_node *row;
        struct arena rows = {0};
        struct text content = TEXT_NONE;
        int64_t line;
        int r = read_file(&labels->arena, path, &content, error);

        if (r < 0)
                return r;
        reader = csv_open(content, ',', error);
        if (!reader)
                return error_prefix(error, ERR_USAGE, "%s", path);
        while (r == 0) {
                int got = csv_next(reader, &rows, &row, &line, error);

                if (got == 0)
                        break;
                r = got < 0 ? error_prefix(error, ERR_USAGE, "%s, line %lld", path, (long long)line)
                            : add_row(labels, path, line, row, error);
                arena_reset(&rows);
        }
        csv_close(reader);
        arena_free(&rows);
        return r;
}

int labels_read(const char *path, struct labels **labels, struct error *error)
{
        int r;

        *labels = labels_new();
        r = read_rows(*labels, path, error);
        if (r == 0)
                return 0;
        labels_free(*labels);
        *labels = NULL;
        return r;
}

static int by_truth(const void *left, const void *right)
{
        const struct labelled *a = left, *b = right;

        if (a->truth != b->truth)
                return a->truth < b->truth ? -1 : 1;
        return (a->predicted > b->predicted) - (a->predicted < b->predicted);
}

static uint64_t pairs_of(uint64_t n)
{
        return n * (n - 1) / 2;
}

static double ratio(double part, double whole)
{
        return whole > 0 ? part / whole : 1;
}

static double harmonic(double a, double b)
{
        return a + b > 0 ? 2 * a * b / (a + b) : 0;
}

struct sizes {
        uint64_t *truth; /* records of each true cluster */
        uint64_t *predicted;
        uint64_t *truths_in; /* distinct true clusters in each predicted one */
};

/* One cell of the contingency table. */
static void add_cell(struct evaluation *evaluation, const struct labelled *cell, uint64_t n, struct sizes *sizes)
{
        double truth = (double)sizes->truth[cell->truth], predicted = (double)sizes->predicted[cell->predicted];

        evaluation->correct_pairs += pairs_of(n);
        evaluation->b3_precision += (double)n * (double)n / predicted;
        evaluation->b3_recall += (double)n * (double)n / truth;
        evaluation->exact += n == sizes->truth[cell->truth] && n == sizes->predicted[cell->predicted];
        sizes->truths_in[cell->predicted]++;
}

static void add_cells(struct evaluation *evaluation, const struct labelled *rows, size_t count, struct sizes *sizes)
{
        for (size_t from = 0, to; from < count; from = to) {
                uint64_t cells = 0;

                for (to = from; to < count && rows[to].truth == rows[from].truth;) {
                        size_t cell = to;

                        while (to < count && rows[to].truth == rows[cell].truth &&
                               rows[to].predicted == rows[cell].predicted)
                                to++;
                        add_cell(evaluation, &rows[cell], to - cell, sizes);
                        cells++;
                }
                evaluation->truth_clusters++;
                evaluation->true_pairs += pairs_of(to - from);
                evaluation->split += cells > 1;
        }
}

static const struct label *find_label(const struct labels *labels, uint64_t hash)
{
        const uint32_t *index = map_get(&labels->records, hash);

        return index ? &labels->items[*index] : NULL;
}

static void compare(struct arena *arena, const struct labels *truth, const struct labels *predicted,
                    struct evaluation *evaluation)
{
        struct labelled *rows = arena_calloc(arena, truth->count + 1, sizeof(*rows));
        size_t bound = predicted->cluster_count + truth->count + 1;
        struct sizes sizes = {
                .truth = arena_calloc(arena, truth->cluster_count + 1, sizeof(uint64_t)),
                .predicted = arena_calloc(arena, bound, sizeof(uint64_t)),
                .truths_in = arena_calloc(arena, bound, sizeof(uint64_t)),
        };
        uint32_t next = (uint32_t)predicted->cluster_count;

        for (size_t i = 0; i < truth->count; i++) {
                const struct label *found = find_label(predicted, truth->items[i].hash);

                rows[i].truth = truth->items[i].cluster;
                rows[i].predicted = found ? found->cluster : next++;
                evaluation->missing += !found;
                sizes.truth[rows[i].truth]++;
                sizes.predicted[rows[i].predicted]++;
        }
        for (size_t i = 0; predicted->items && i < predicted->count; i++)
                evaluation->unknown += !find_label(truth, predicted->items[i].hash);
        qsort(rows, truth->count, sizeof(*rows), by_truth);
        evaluation->records = truth->count;
        add_cells(evaluation, rows, truth->count, &sizes);
        for (size_t i = 0; i < bound; i++) {
                evaluation->predicted_clusters += sizes.predicted[i] > 0;
                evaluation->predicted_pairs += sizes.predicted[i] ? pairs_of(sizes.predicted[i]) : 0;
                evaluation->merged += sizes.truths_in[i] > 1;
        }
}

void evaluate(const struct labels *truth, const struct labels *predicted, struct evaluation *evaluation)
{
        struct arena arena ARENA_CLEANUP = {0};

        *evaluation = (struct evaluation){0};
        compare(&arena, truth, predicted, evaluation);
        evaluation->pair_precision = ratio((double)evaluation->correct_pairs, (double)evaluation->predicted_pairs);
        evaluation->pair_recall = ratio((double)evaluation->correct_pairs, (double)evaluation->true_pairs);
        evaluation->pair_f1 = harmonic(evaluation->pair_precision, evaluation->pair_recall);
        evaluation->b3_precision = ratio(evaluation->b3_precision, (double)evaluation->records);
        evaluation->b3_recall = ratio(evaluation->b3_recall, (double)evaluation->records);
        evaluation->b3_f1 = harmonic(evaluation->b3_precision, evaluation->b3_recall);
}

void evaluate_differences(const struct labels *own, const struct labels *other,
                          bool (*visit)(void *context, struct record_name a, struct record_name b), void *context)
{
        for (size_t i = 0; i < own->count; i++) {
                const struct label *label = &own->items[i], *there = find_label(other, label->hash);

                for (uint32_t at = label->next; there && at > 0; at = own->items[at - 1].next) {
                        const struct label *before = &own->items[at - 1], *beside = find_label(other, before->hash);

                        if (beside && beside->cluster != there->cluster && !visit(context, before->name, label->name))
                                return;
                }
        }
}

bool labels_together(const struct labels *labels, struct record_name a, struct record_name b)
{
        const struct label *left = find_label(labels, hash_name(a.source, a.record_id));
        const struct label *right = find_label(labels, hash_name(b.source, b.record_id));

        return left && right && left->cluster == right->cluster;
}
