/* Storing and publishing what changed in R.
 *
 * Standardising is the costly part and pure, so it runs over the batch on all cores; storing and publishing follow in
 * order of record keys, so that the outputs of a batch do not depend on how its messages were interleaved.
 */
#include "engine/decisions.h"
#include "engine/digest.h"

#include <stdlib.h>
#include <string.h>

#define SEED_REFERENCE 0x647572616e640005ULL

/* ---- references ----------------------------------------------------------------------------------------------------
 */

uint64_t reference_key(struct text source, struct text record_id)
{
        return hash64_mix(hash64_text(source, SEED_REFERENCE), hash64_text(record_id, SEED_REFERENCE));
}

/* Entities that sources have without a mapping of their own. */
static const char *const common_entities[] = {"organization", "person", "Account", "Contact", "Lead"};

enum record_type engine_node_type(struct engine *engine, uint32_t node)
{
        struct text features;

        if (node == 0 || !store_get_node(engine->txn, node, &features) || features.length == 0)
                return TYPE_COUNT;
        return (unsigned char)features.data[0] < TYPE_COUNT ? (enum record_type)features.data[0] : TYPE_COUNT;
}

/* The number of @key if it lives as a record of @type. */
static uint32_t find_living(struct engine *engine, struct record_key key, enum record_type type)
{
        struct record_state state = {0};
        uint32_t number = store_find_record(engine->txn, key);

        if (number == 0 || !engine_get_state(engine, number, &state) || state.node == 0)
                return 0;
        return type == TYPE_COUNT || engine_node_type(engine, state.node) == type ? number : 0;
}

uint32_t engine_find_reference(struct engine *engine, struct text source, struct text record_id, enum record_type type)
{
        const struct source_config *config = config_find_source(engine->config, source);
        struct record_key key = {.source = source, .record_id = record_id};
        uint32_t number = 0;

        for (uint32_t i = 0; config && number == 0 && i < config->entity_count; i++) {
                key.entity = config->entities[i].entity;
                number = find_living(engine, key, type);
        }
        for (size_t i = 0; number == 0 && i < sizeof(common_entities) / sizeof(common_entities[0]); i++) {
                key.entity = text_from(common_entities[i]);
                number = find_living(engine, key, type);
        }
        return number;
}

static bool is_reference(uint16_t attribute)
{
        return attribute == ATTRIBUTE_EMPLOYER_REF || attribute == ATTRIBUTE_PARENT || attribute == ATTRIBUTE_SAME_AS;
}

struct posting_list {
        struct store_posting *items;
        size_t count, capacity;
};

static int compare_postings(const void *left, const void *right)
{
        const struct store_posting *a = left, *b = right;

        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        if (a->add != b->add)
                return a->add ? 1 : -1; /* a deletion and an addition of the same posting leave it there */
        return (a->number > b->number) - (a->number < b->number);
}

static void post_references(struct arena *arena, struct posting_list *list, const struct record *record,
                            uint32_t number, bool add)
{
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                struct text source, id;

                if (!is_reference(slot->attribute) || !(slot->flags & SLOT_SET) || slot->raw.length == 0)
                        continue;
                record_split_reference(slot->value, record->key.source, &source, &id);
                *ARENA_PUSH(arena, list->items, list->count, list->capacity) =
                        (struct store_posting){.key = reference_key(source, id), .number = number, .add = add};
        }
}

static void post_ghosts(struct engine *engine, struct arena *arena, struct posting_list *list,
                        const struct record *record, uint32_t number, bool add)
{
        for (uint32_t i = 0; i < record->ghost_key_count; i++) {
                *ARENA_PUSH(arena, list->items, list->count, list->capacity) =
                        (struct store_posting){.key = record->ghost_keys[i], .number = number, .add = add};
                if (add)
                        ghost_filter_add(engine, record->ghost_keys[i]);
        }
        if (record->ghost_key_count > 0 && record->merged_into.length > 0) {
                uint64_t key = merger_key(record->key.source, record->merged_into);

                *ARENA_PUSH(arena, list->items, list->count, list->capacity) =
                        (struct store_posting){.key = key, .number = number, .add = add};
                if (add)
                        ghost_filter_add(engine, key);
        }
}

/* ---- the pure part, on all cores -----------------------------------------------------------------------------------
 */

/* What storing a work needs; made by a worker, in its arena. */
struct prepared {
        struct record old;
        struct text encoded;
        struct text key_json;
        struct text json;         /* empty: nothing is left of the record */
        struct hash128 old_entry; /* of the digest */
        struct hash128 entry;
        bool known;
        bool failed;
};

struct prepare_run {
        struct engine *engine;
        struct work **works;
        struct prepared *prepared;
};

static bool is_empty(const struct record *record)
{
        return !record->alive && !record->ever_updated && !record->ever_deleted && !record->ever_stale;
}

static void standardise_work(struct engine *engine, unsigned worker, struct work *work, struct buffer *buffer)
{
        struct arena *arena = &engine->worker_arena[worker];
        struct features features;

        if (!work->record.alive)
                return;
        standard_record(engine->standard[worker], arena, &work->record, &features);
        buffer_clear(buffer);
        if (features.count > 0)
                features_encode(&features, buffer);
        work->features = arena_text(arena, buffer_view(buffer));
}

static void prepare_work(struct engine *engine, unsigned worker, const struct work *work, struct prepared *prepared,
                         struct buffer *buffer)
{
        const struct vocabulary *vocabulary = &engine->config->vocabulary;
        struct arena *arena = &engine->worker_arena[worker];
        struct error error;

        *prepared = (struct prepared){.known = work->old_value.length > 0, .old = {.first_time_ms = TIME_UNKNOWN_MS}};
        if (prepared->known && record_decode(arena, work->old_value, &prepared->old, &error) < 0) {
                prepared->failed = true;
                return;
        }
        buffer_clear(buffer);
        record_encode(&work->record, buffer);
        prepared->encoded = arena_text(arena, buffer_view(buffer));
        buffer_clear(buffer);
        record_key_write_json(work->record.key, buffer);
        prepared->key_json = arena_text(arena, buffer_view(buffer));
        if (prepared->known && !is_empty(&prepared->old)) {
                buffer_clear(buffer);
                record_write_json(vocabulary, &prepared->old, buffer);
                prepared->old_entry = digest_entry(TEXT("records"), prepared->key_json, buffer_view(buffer));
        }
        if (!is_empty(&work->record)) {
                buffer_clear(buffer);
                record_write_json(vocabulary, &work->record, buffer);
                prepared->entry = digest_entry(TEXT("records"), prepared->key_json, buffer_view(buffer));
                if (engine->emit)
                        prepared->json = arena_text(arena, buffer_view(buffer));
        }
}

static void prepare_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct prepare_run *run = context;
        struct buffer buffer = {0};

        for (size_t i = from; i < to; i++) {
                standardise_work(run->engine, worker, run->works[i], &buffer);
                prepare_work(run->engine, worker, run->works[i], &run->prepared[i], &buffer);
        }
        buffer_free(&buffer);
}

/* ---- storing -------------------------------------------------------------------------------------------------------
 */

int engine_load_record(struct engine *engine, struct arena *arena, uint32_t number, struct record *record)
{
        struct text value;

        if (!store_get_record(engine->txn, number, &value))
                return error_set(engine->error, ERR_FATAL, "record %u is missing in the state: it is damaged", number);
        return record_decode(arena, arena_text(arena, value), record, engine->error);
}

static int publish_record(struct engine *engine, const struct work *work, const struct prepared *prepared)
{
        engine->digest.records = hash128_subtract(engine->digest.records, prepared->old_entry);
        engine->digest.records = hash128_add(engine->digest.records, prepared->entry);
        return engine_put_output(engine, &(struct output){
                                                 .topic = OUTPUT_RECORDS,
                                                 .key = prepared->key_json,
                                                 .value = prepared->json,
                                                 .tombstone = is_empty(&work->record),
                                                 .cause = work->cause,
                                         });
}

struct postings {
        struct posting_list references;
        struct posting_list ghosts;
};

static int store_work(struct engine *engine, struct batch *batch, struct work *work, const struct prepared *prepared,
                      struct postings *postings)
{
        const struct record *old = &prepared->old;

        if (prepared->failed)
                return error_set(engine->error, ERR_FATAL, "record %u is damaged in the state", work->number);
        if (prepared->known && text_equal(work->old_value, prepared->encoded)) {
                work->changed = false;
                return 0;
        }
        if (work->number == 0) {
                work->number = store_add_record(engine->txn, work->record.key, prepared->encoded);
                map_put(&batch->work_by_number, work->number, (uint32_t)(work - batch->works), NULL);
                decisions_note_record(engine, work->record.key, work->number);
        } else {
                store_put_record(engine->txn, work->number, prepared->encoded);
                post_references(batch->arena, &postings->references, old, work->number, false);
                post_ghosts(engine, batch->arena, &postings->ghosts, old, work->number, false);
        }
        post_references(batch->arena, &postings->references, &work->record, work->number, true);
        post_ghosts(engine, batch->arena, &postings->ghosts, &work->record, work->number, true);
        engine->counts.records += (uint64_t)work->record.alive - (uint64_t)work->old_alive;
        work->stale_changed = record_is_stale(&work->record) != (prepared->known && record_is_stale(old));
        return publish_record(engine, work, prepared);
}

static int compare_works(const void *left, const void *right)
{
        const struct work *const *a = left, *const *b = right;

        return record_key_compare((*a)->record.key, (*b)->record.key);
}

static void apply_postings(struct engine *engine, enum store_table table, struct posting_list *list)
{
        if (list->count == 0)
                return;
        qsort(list->items, list->count, sizeof(*list->items), compare_postings);
        store_apply_postings(engine->txn, table, list->items, list->count);
}

void batch_drop_empty(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];

                if (work->changed && work->number && is_empty(&work->record))
                        store_delete_record(engine->txn, work->number);
        }
}

int batch_store_records(struct engine *engine, struct batch *batch)
{
        struct work **works = arena_alloc(batch->arena, (batch->work_count + 1) * sizeof(struct work *));
        struct prepare_run run = {.engine = engine, .works = works};
        struct postings postings = {0};
        size_t count = 0;

        for (size_t i = 0; i < batch->work_count; i++) {
                if (batch->works[i].changed)
                        works[count++] = &batch->works[i];
        }
        qsort(works, count, sizeof(struct work *), compare_works);
        run.prepared = arena_alloc(batch->arena, (count + 1) * sizeof(*run.prepared));
        parallel_for(engine->parallel, count, 64, prepare_range, &run);
        for (size_t i = 0; i < count; i++) {
                int r = store_work(engine, batch, works[i], &run.prepared[i], &postings);

                if (r < 0)
                        return r;
        }
        apply_postings(engine, STORE_REFERENCE, &postings.references);
        apply_postings(engine, STORE_GHOST_BLOCK, &postings.ghosts);
        return 0;
}
