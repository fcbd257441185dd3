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
        uint64_t record; /* hash of (source, record id) */
        uint32_t truth;
        uint32_t predicted;
};

struct labels {
        struct arena arena;
        struct map records;  /* hash of (source, record id) -> cluster number */
        struct map clusters; /* hash of the cluster's name -> number */
        uint64_t *order;     /* record hashes as they came */
        size_t count, capacity;
};

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
        uint32_t number = (uint32_t)labels->clusters.count;
        uint64_t hash;
        bool inserted;

        if (!source || !record || !cluster)
                return error_set(error, ERR_USAGE,
                                 "%s, line %lld: the columns source, record_id and cluster are expected", path,
                                 (long long)line);
        hash = hash64_mix(hash64_text(json_scalar_text(source), 1), hash64_text(json_scalar_text(record), 2));
        number = *map_put(&labels->clusters, hash64_text(json_scalar_text(cluster), 3), number, NULL);
        map_put(&labels->records, hash, number, &inserted);
        if (!inserted)
                return error_set(error, ERR_USAGE, "%s, line %lld: the record %.*s of %.*s is there twice", path,
                                 (long long)line, TEXT_ARG(json_scalar_text(record)),
                                 TEXT_ARG(json_scalar_text(source)));
        *ARENA_PUSH(&labels->arena, labels->order, labels->count, labels->capacity) = hash;
        return 0;
}

static int read_labels(const char *path, struct labels *labels, struct error *error)
{
        struct csv_reader *reader;
        const struct json_node *row;
        struct arena rows = {0};
        struct text content = TEXT_NONE;
        int64_t line;
        int r;

        map_init(&labels->records, &labels->arena);
        map_init(&labels->clusters, &labels->arena);
        r = read_file(&labels->arena, path, &content, error);
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

static void compare(struct labels *truth, struct labels *predicted, struct evaluation *evaluation)
{
        struct labelled *rows = arena_calloc(&truth->arena, truth->count + 1, sizeof(*rows));
        size_t bound = predicted->clusters.count + truth->count + 1;
        struct sizes sizes = {
                .truth = arena_calloc(&truth->arena, truth->clusters.count + 1, sizeof(uint64_t)),
                .predicted = arena_calloc(&truth->arena, bound, sizeof(uint64_t)),
                .truths_in = arena_calloc(&truth->arena, bound, sizeof(uint64_t)),
        };
        uint32_t next = (uint32_t)predicted->clusters.count;

        for (size_t i = 0; i < truth->count; i++) {
                uint32_t *found = map_get(&predicted->records, truth->order[i]);

                rows[i].record = truth->order[i];
                rows[i].truth = *map_get(&truth->records, truth->order[i]);
                rows[i].predicted = found ? *found : next++;
                evaluation->missing += !found;
                sizes.truth[rows[i].truth]++;
                sizes.predicted[rows[i].predicted]++;
        }
        for (size_t i = 0; i < predicted->count; i++)
                evaluation->unknown += !map_get(&truth->records, predicted->order[i]);
        qsort(rows, truth->count, sizeof(*rows), by_truth);
        evaluation->records = truth->count;
        add_cells(evaluation, rows, truth->count, &sizes);
        for (size_t i = 0; i < bound; i++) {
                evaluation->predicted_clusters += sizes.predicted[i] > 0;
                evaluation->predicted_pairs += sizes.predicted[i] ? pairs_of(sizes.predicted[i]) : 0;
                evaluation->merged += sizes.truths_in[i] > 1;
        }
}

int evaluate_files(const char *truth_path, const char *predicted_path, struct evaluation *evaluation,
                   struct error *error)
{
        struct labels truth = {0}, predicted = {0};
        int r = read_labels(truth_path, &truth, error);

        *evaluation = (struct evaluation){0};
        if (r == 0)
                r = read_labels(predicted_path, &predicted, error);
        if (r == 0) {
                compare(&truth, &predicted, evaluation);
                evaluation->pair_precision =
                        ratio((double)evaluation->correct_pairs, (double)evaluation->predicted_pairs);
                evaluation->pair_recall = ratio((double)evaluation->correct_pairs, (double)evaluation->true_pairs);
                evaluation->pair_f1 = harmonic(evaluation->pair_precision, evaluation->pair_recall);
                evaluation->b3_precision = ratio(evaluation->b3_precision, (double)evaluation->records);
                evaluation->b3_recall = ratio(evaluation->b3_recall, (double)evaluation->records);
                evaluation->b3_f1 = harmonic(evaluation->b3_precision, evaluation->b3_recall);
        }
        arena_free(&truth.arena);
        arena_free(&predicted.arena);
        return r;
}
