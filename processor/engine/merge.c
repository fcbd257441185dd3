/* Changes into records: the first stage, and the only one that looks at changes.
 *
 * Each record that the batch touches is loaded once into a work; changes merge into it in order of arrival. A change of
 * a whole table (truncate, overflow) raises the watermarks of the table's pseudo record, which is kept in R like any
 * other record, and lowers them onto every record of the table, now and whenever one is loaded later.
 */
#include "engine/decisions.h"
#include "engine/erasure.h"

#include <string.h>

static struct work *find_loaded(struct batch *batch, struct record_key key, uint64_t hash)
{
        uint32_t *first = map_get(&batch->work_by_key, hash);
        uint32_t at = first ? *first + 1 : 0;

        while (at > 0) {
                struct work *work = &batch->works[at - 1];

                if (record_key_equal(work->record.key, key))
                        return work;
                at = work->next;
        }
        return NULL;
}

/* False for a record that was only asked for: there is nothing of it in R. */
static bool is_known(const struct record *record)
{
        return record->ever_updated || record->ever_deleted || record->ever_stale;
}

static struct record_key copy_key(struct arena *arena, struct record_key key)
{
        return (struct record_key){
                .source = arena_text(arena, key.source),
                .entity = arena_text(arena, key.entity),
                .record_id = arena_text(arena, key.record_id),
        };
}

static int load_work(struct engine *engine, struct batch *batch, struct record_key key, struct work *work)
{
        struct text value;

        *work = (struct work){.record = {.first_time_ms = TIME_UNKNOWN_MS}};
        work->number = store_find_record(engine->txn, key);
        if (work->number == 0 || !store_get_record(engine->txn, work->number, &value)) {
                work->record.key = copy_key(batch->arena, key);
                work->old_first_time_ms = TIME_UNKNOWN_MS;
                return 0;
        }
        work->old_value = arena_text(batch->arena, value);
        if (record_decode(batch->arena, work->old_value, &work->record, engine->error) < 0)
                return ERR_FATAL;
        work->old_alive = work->record.alive;
        work->old_ghost = !work->record.alive && work->record.ghost_key_count > 0;
        work->old_first_time_ms = work->record.first_time_ms;
        return 0;
}

int batch_find_work(struct engine *engine, struct batch *batch, struct record_key key, struct work **out)
{
        uint64_t hash = record_key_hash(key);
        struct work *work = find_loaded(batch, key, hash);
        uint32_t index, *first;
        bool inserted;
        int r;

        if (work) {
                *out = work;
                return 0;
        }
        work = ARENA_PUSH(batch->arena, batch->works, batch->work_count, batch->work_capacity);
        index = (uint32_t)batch->work_count - 1;
        r = load_work(engine, batch, key, work);
        if (r < 0)
                return r;
        first = map_put(&batch->work_by_key, hash, index, &inserted);
        if (!inserted) {
                work->next = *first + 1;
                *first = index;
        }
        if (work->number)
                map_put(&batch->work_by_number, work->number, index, NULL);
        *out = work;
        return 0;
}

/* A deletion is about to take the record's values: what it needs to be recognised by later is made now. */
static void keep_ghost(struct engine *engine, struct batch *batch, struct work *work)
{
        if (work->record.alive)
                ghost_keys_of(engine, batch->arena, &work->record);
}

static void settle_ghost(struct work *work)
{
        if (work->record.alive)
                work->record.ghost_key_count = 0;
}

static int apply_table(struct engine *engine, struct batch *batch, struct work *work, const struct record *table,
                       const struct message *cause)
{
        if (table->ever_deleted)
                keep_ghost(engine, batch, work);
        if (record_merge_table(&work->record, table)) {
                work->changed = true;
                work->cause = cause;
        }
        settle_ghost(work);
        return 0;
}

struct table_walk {
        struct engine *engine;
        struct batch *batch;
        struct record_key table;
        struct number_list numbers;
};

/* Collects the numbers of a table's records; the walk itself must not write. */
static int collect_table(void *context, struct text key, struct text value)
{
        struct table_walk *walk = context;
        struct arena *arena = &walk->engine->worker_arena[0];
        struct record record;
        uint64_t number = 0;

        if (record_decode(arena, value, &record, walk->engine->error) < 0)
                return ERR_FATAL;
        for (uint32_t i = 0; i < key.length; i++)
                number = number << 8 | (unsigned char)key.data[i];
        if (!record_is_table(&record) && text_equal(record.key.source, walk->table.source) &&
            text_equal(record.key.entity, walk->table.entity))
                number_push(walk->batch->arena, &walk->numbers, (uint32_t)number);
        arena_reset(arena);
        return 0;
}

/* Lowers the table's watermarks onto all its records, stored ones and those of this batch. */
static int apply_to_table(struct engine *engine, struct batch *batch, const struct record *table,
                          const struct message *cause)
{
        struct table_walk walk = {.engine = engine, .batch = batch, .table = table->key};
        size_t loaded = batch->work_count;
        int r;

        r = store_walk(engine->txn, STORE_RECORD, collect_table, &walk);
        if (r < 0)
                return r;
        for (size_t i = 0; i < walk.numbers.count; i++) {
                struct record record;
                struct work *work;

                r = engine_load_record(engine, batch->arena, walk.numbers.items[i], &record);
                if (r < 0)
                        return r;
                r = batch_find_work(engine, batch, record.key, &work);
                if (r < 0)
                        return r;
                apply_table(engine, batch, work, table, cause);
        }
        for (size_t i = 0; i < loaded; i++) {
                struct work *work = &batch->works[i];

                if (!record_is_table(&work->record) && is_known(&work->record) &&
                    text_equal(work->record.key.source, table->key.source) &&
                    text_equal(work->record.key.entity, table->key.entity))
                        apply_table(engine, batch, work, table, cause);
        }
        return 0;
}

static int merge_table_change(struct engine *engine, struct batch *batch, const struct change *change)
{
        struct record_key key = {.source = change->source, .entity = change->entity};
        struct record table;
        struct work *work;
        int r = batch_find_work(engine, batch, key, &work);

        if (r < 0)
                return r;
        if (!record_merge(batch->arena, &work->record, change))
                return 0;
        work->changed = true;
        work->cause = change->message;
        table = work->record; /* the array of works may move */
        return apply_to_table(engine, batch, &table, change->message);
}

/* A new record takes the watermarks of its table, which may have come before it: first of all, so that of several
 * events below a truncation none is the one that it was deleted after. Adding works moves them: @out is where it is
 * now. */
static int lower_watermarks(struct engine *engine, struct batch *batch, struct record_key key,
                            const struct message *cause, struct work **out)
{
        struct record_key table_key = {.source = key.source, .entity = key.entity};
        uint64_t hash = record_key_hash(table_key);
        struct record table;
        struct work *work;
        int r;

        if (!find_loaded(batch, table_key, hash)) {
                if (map_get(&batch->plain_tables, hash))
                        return 0;
                if (!store_find_record(engine->txn, table_key)) {
                        map_put(&batch->plain_tables, hash, 1, NULL);
                        return 0;
                }
        }
        r = batch_find_work(engine, batch, table_key, &work);
        if (r < 0)
                return r;
        table = work->record;
        r = batch_find_work(engine, batch, key, out);
        return r < 0 ? r : apply_table(engine, batch, *out, &table, cause);
}

static int merge_record_change(struct engine *engine, struct batch *batch, const struct change *change)
{
        struct record_key key = {.source = change->source, .entity = change->entity, .record_id = change->record_id};
        struct newcomer newcomer;
        struct work *work;
        bool known, erased;
        int r;

        r = batch_meet_erased(engine, batch, change, &erased);
        if (r < 0 || erased)
                return r;
        r = batch_find_work(engine, batch, key, &work);
        if (r < 0)
                return r;
        known = is_known(&work->record);
        if (!known && change->tombstone)
                return 0; /* of a record that never was: it leaves nothing, whatever befell its table */
        if (!known) {
                work->record.declared_type = change->type;
                r = lower_watermarks(engine, batch, key, change->message, &work);
                if (r < 0)
                        return r;
        }
        if (change->op == CHANGE_DELETE)
                keep_ghost(engine, batch, work);
        newcomer_begin(engine, batch, &work->record, &newcomer);
        if (record_merge(batch->arena, &work->record, change)) {
                work->changed = true;
                work->cause = change->message;
        }
        settle_ghost(work);
        return newcomer_end(engine, batch, work, &newcomer, change);
}

int batch_merge(struct engine *engine, struct batch *batch, const struct changes *changes)
{
        for (size_t i = 0; i < changes->count; i++) {
                const struct change *change = &changes->items[i];
                bool table = change->record_id.length == 0;
                int r = change->op == CHANGE_DECIDE ? batch_merge_decision(engine, batch, change)
                        : table                     ? merge_table_change(engine, batch, change)
                                                    : merge_record_change(engine, batch, change);

                if (r < 0)
                        return r;
                batch->last_cause = change->message;
        }
        return 0;
}
