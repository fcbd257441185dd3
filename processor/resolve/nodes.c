/* Records into value nodes.
 *
 * Standardising is the costly part and runs on all threads, each with a standardiser of its own. Nodes are then made by
 * sorting encoded features by their hash, so that their numbers depend on nothing but the records.
 */
#include "resolve/internal.h"

#include "standard/standard.h"

#include <stdlib.h>
#include <string.h>

struct encoded {
        struct text bytes;
        struct hash128 order;
        enum record_type type;
        uint32_t record;
};

struct standardise_run {
        struct resolve *resolve;
        struct standard **standards; /* one a worker */
        struct arena *arenas;
        struct features **features;
        struct encoded *encoded;
};

static void standardise_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct standardise_run *run = context;
        struct features *features = run->features[worker];
        BUFFER_CLEANUP struct buffer bytes = {0};
        for (size_t i = from; i < to; i++) {
                struct resolve_record *record = &run->resolve->records[i];
                struct encoded *encoded = &run->encoded[i];
                standard_record(run->standards[worker], &run->arenas[worker], &record->record, features);
                buffer_clear(&bytes);
                features_encode(features, &bytes);
                record->type = features->type;
                encoded->bytes = arena_text(&run->arenas[worker], buffer_view(&bytes));
                encoded->type = features->type;
                encoded->order = hash128(encoded->bytes.data, encoded->bytes.length, encoded->type);
                encoded->record = (uint32_t)i;
        }
}

static int compare_encoded(const void *a, const void *b)
{
        const struct encoded *x = a;
        const struct encoded *y = b;
        if (x->type != y->type)
                return x->type < y->type ? -1 : 1;
        if (x->order.high != y->order.high)
                return x->order.high < y->order.high ? -1 : 1;
        if (x->order.low != y->order.low)
                return x->order.low < y->order.low ? -1 : 1;
        return (x->record > y->record) - (x->record < y->record);
}

static const struct features *decode(struct resolve *resolve, const struct encoded *encoded)
{
        const struct features *features = features_decode_kept(&resolve->arena, encoded->bytes);
        if (!features) /* cannot fail: features_encode() wrote these bytes in this process */
                abort();
        return features;
}

static void make_nodes(struct resolve *resolve, struct encoded *encoded)
{
        uint32_t count = resolve->record_count;
        resolve->members = arena_alloc(&resolve->arena, (count + 1) * sizeof(*resolve->members));
        resolve->nodes = arena_calloc(&resolve->arena, count + 1, sizeof(*resolve->nodes));
        if (count)
                qsort(encoded, count, sizeof(*encoded), compare_encoded);
        for (uint32_t i = 0; i < count; i++) {
                bool repeated = i && encoded[i].type == encoded[i - 1].type &&
                                hash128_equal(encoded[i].order, encoded[i - 1].order);
                if (!repeated)
                        resolve->nodes[resolve->node_count++] =
                                (struct resolve_node){.features = decode(resolve, &encoded[i]),
                                                      .type = encoded[i].type,
                                                      .order = encoded[i].order,
                                                      .first_member = i,
                                                      .cluster = resolve->node_count};
                resolve->nodes[resolve->node_count - 1].member_count++;
                resolve->nodes[resolve->node_count - 1].unique |=
                        config_unique_bit(resolve->config, encoded[i].type,
                                          resolve->records[encoded[i].record].record.key.source);
                resolve->members[i] = encoded[i].record;
                resolve->records[encoded[i].record].node = resolve->node_count - 1;
        }
        for (uint32_t type = 0, at = 0; type < TYPE_COUNT; type++) {
                struct resolve_stratum *stratum = &resolve->strata[type];
                stratum->first_node = at;
                for (; at < resolve->node_count && resolve->nodes[at].type == (enum record_type)type; at++)
                        stratum->record_count += resolve->nodes[at].member_count;
                stratum->end_node = at;
        }
}

uint64_t resolve_reference_hash(struct text reference, enum record_type type)
{
        return hash64_text(reference, type);
}

static void index_records(struct resolve *resolve)
{
        BUFFER_CLEANUP struct buffer reference = {0};
        resolve->lookup = arena_calloc(&resolve->arena, 1, sizeof(*resolve->lookup));
        map_init(&resolve->lookup->nodes, &resolve->arena);
        for (uint32_t i = 0; i < resolve->record_count; i++) {
                const struct resolve_record *record = &resolve->records[i];
                buffer_clear(&reference);
                buffer_text(&reference, record->record.key.source);
                buffer_byte(&reference, 0x1f);
                buffer_text(&reference, record->record.key.record_id);
                map_put(&resolve->lookup->nodes, resolve_reference_hash(buffer_view(&reference), record->type),
                        record->node, NULL);
        }
}

static int compare_records(const void *a, const void *b)
{
        return record_key_compare(((const struct resolve_record *)a)->record.key,
                                  ((const struct resolve_record *)b)->record.key);
}

static void take_records(struct resolve *resolve, const struct record *records, size_t count)
{
        resolve->records = arena_calloc(&resolve->arena, count + 1, sizeof(*resolve->records));
        for (size_t i = 0; i < count; i++)
                if (records[i].alive && !record_is_table(&records[i]))
                        resolve->records[resolve->record_count++].record = records[i];
        if (resolve->record_count)
                qsort(resolve->records, resolve->record_count, sizeof(*resolve->records), compare_records);
        for (uint32_t i = 0; i < resolve->record_count; i++)
                resolve->records[i].cluster = i;
}

static int standardise(struct resolve *resolve, struct encoded *encoded, struct arena *arenas, struct error *error)
{
        unsigned workers = parallel_threads(resolve->parallel);
        ARENA_CLEANUP struct arena scratch = {0};
        struct standardise_run run = {
                .resolve = resolve,
                .standards = arena_calloc(&scratch, workers, sizeof(struct standard *)),
                .arenas = arenas,
                .features = arena_calloc(&scratch, workers, sizeof(struct features *)),
                .encoded = encoded,
        };
        int r = 0;
        for (unsigned i = 0; i < workers && r == 0; i++) {
                run.features[i] = arena_alloc(&scratch, sizeof(struct features));
                run.standards[i] = standard_new(resolve->config, error);
                r = run.standards[i] ? 0 : ERR_FATAL;
        }
        if (r == 0)
                parallel_for(resolve->parallel, resolve->record_count, 64, standardise_range, &run);
        for (unsigned i = 0; i < workers; i++)
                standard_free(run.standards[i]);
        return r;
}

int resolve_open(const struct config *config, struct parallel *parallel, const struct record *records, size_t count,
                 struct resolve **out, struct error *error)
{
        struct resolve *resolve = calloc(1, sizeof(*resolve));
        if (!resolve)
                return error_set(error, ERR_FATAL, "out of memory");
        resolve->config = config;
        resolve->parallel = parallel;
        take_records(resolve, records, count);
        resolve->worker_count = parallel_threads(parallel);
        resolve->worker_arenas = arena_calloc(&resolve->arena, resolve->worker_count, sizeof(struct arena));
        struct encoded *encoded = arena_calloc(&resolve->arena, resolve->record_count + 1, sizeof(*encoded));
        int r = standardise(resolve, encoded, resolve->worker_arenas, error);
        if (r < 0) {
                resolve_close(resolve);
                return r;
        }
        make_nodes(resolve, encoded);
        index_records(resolve);
        *out = resolve;
        return 0;
}

void resolve_close(struct resolve *resolve)
{
        if (!resolve)
                return;
        for (unsigned i = 0; i < resolve->worker_count; i++)
                arena_free(&resolve->worker_arenas[i]);
        arena_free(&resolve->round_arena);
        arena_free(&resolve->arena);
        free(resolve);
}

uint32_t resolve_find_record(const struct resolve *resolve, struct record_key key)
{
        uint32_t found = UINT32_MAX;
        for (uint32_t i = 0; i < resolve->record_count; i++) {
                struct record_key other = resolve->records[i].record.key;
                if (!text_equal(key.source, other.source) || !text_equal(key.record_id, other.record_id) ||
                    (key.entity.length && !text_equal(key.entity, other.entity)))
                        continue;
                if (found != UINT32_MAX)
                        return UINT32_MAX;
                found = i;
        }
        return found;
}
