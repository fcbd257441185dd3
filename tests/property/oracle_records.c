/* R: every record from its own part of the history.
 *
 * Deletions and truncations split a record's history. Within a part the events merge in the order of their versions,
 * whatever the order of the history. What a deleted record leaves (its ghost) is taken from what it was then. */
#include "oracle_internal.h"

#include <stdlib.h>
#include <string.h>

bool oracle_before(int64_t time_a, struct record_key a, int64_t time_b, struct record_key b)
{
        if (time_a == time_b)
                return record_key_compare(a, b) < 0;
        if (time_a == TIME_UNKNOWN_MS || time_b == TIME_UNKNOWN_MS)
                return time_b == TIME_UNKNOWN_MS; /* a known age comes first */
        return time_a < time_b;
}

static bool is_known(const struct record *record)
{
        return record->ever_updated || record->ever_deleted || record->ever_stale;
}

static int compare_u64(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

        return (a > b) - (a < b);
}

static void take_ghost(struct oracle *oracle, struct record *record)
{
        struct record copy = *record;
        struct features features;
        struct block_keys keys;

        if (!record->alive)
                return;
        copy.slots = arena_alloc(&oracle->arena, (record->slot_count + 1) * sizeof(*copy.slots));
        if (record->slot_count > 0)
                memcpy(copy.slots, record->slots, record->slot_count * sizeof(*copy.slots));
        standard_record(oracle->standard, &oracle->arena, &copy, &features);
        block_derive(oracle->model, &features, &keys);
        record->ghost_keys = arena_calloc(&oracle->arena, RECORD_KEYS_MAX, sizeof(uint64_t));
        record->ghost_key_count = 0;
        for (uint32_t i = 0; i < keys.count; i++) {
                if (keys.items[i].flags & BLOCK_GHOST)
                        record->ghost_keys[record->ghost_key_count++] = oracle_ghost_key(oracle, keys.items[i].hash);
        }
        qsort(record->ghost_keys, record->ghost_key_count, sizeof(uint64_t), compare_u64);
}

static void drop_ghost_of_living(struct record *record)
{
        if (record->alive)
                record->ghost_key_count = 0;
}

static void lower_table(struct oracle *oracle, struct record *record, const struct record *table)
{
        if (table->ever_deleted)
                take_ghost(oracle, record);
        record_merge_table(record, table);
        drop_ghost_of_living(record);
}

static void merge_one(struct oracle *oracle, struct record *record, const struct record *table,
                      const struct change *change)
{
        if (!is_known(record)) {
                if (change->tombstone)
                        return;
                record->declared_type = change->type;
                lower_table(oracle, record, table);
        }
        if (change->op == CHANGE_DELETE)
                take_ghost(oracle, record);
        record_merge(&oracle->arena, record, change);
        drop_ghost_of_living(record);
}

struct part {
        const struct change **items;
        size_t count, capacity;
};

static void merge_part(struct oracle *oracle, struct record *record, const struct record *table, struct part *part)
{
        for (size_t i = 1; i < part->count; i++) {
                for (size_t j = i; j > 0 && version_compare(part->items[j]->version, part->items[j - 1]->version) < 0;
                     j--) {
                        const struct change *swap = part->items[j];

                        part->items[j] = part->items[j - 1];
                        part->items[j - 1] = swap;
                }
        }
        for (size_t i = 0; i < part->count; i++)
                merge_one(oracle, record, table, part->items[i]);
        part->count = 0;
}

static void merge_history(struct oracle *oracle, const struct changes *history, struct record *record)
{
        struct record_key table_key = {.source = record->key.source, .entity = record->key.entity};
        struct record truncated = {.key = table_key, .first_time_ms = TIME_UNKNOWN_MS};
        struct record stale = truncated;
        struct part part = {0};

        for (size_t i = 0; i < history->count; i++) {
                const struct change *change = &history->items[i];

                if (!text_equal(change->source, table_key.source) || !text_equal(change->entity, table_key.entity))
                        continue;
                if (change->op == CHANGE_OVERFLOW) {
                        record_merge(&oracle->arena, &stale, change);
                } else if (change->op == CHANGE_TRUNCATE) {
                        merge_part(oracle, record, &truncated, &part);
                        record_merge(&oracle->arena, &truncated, change);
                        if (is_known(record))
                                lower_table(oracle, record, &truncated);
                } else if (text_equal(change->record_id, record->key.record_id)) {
                        if (change->op == CHANGE_DELETE)
                                merge_part(oracle, record, &truncated, &part);
                        *ARENA_PUSH(&oracle->arena, part.items, part.count, part.capacity) = change;
                        if (change->op == CHANGE_DELETE)
                                merge_part(oracle, record, &truncated, &part);
                }
        }
        merge_part(oracle, record, &truncated, &part);
        if (is_known(record))
                lower_table(oracle, record, &stale);
}

/* The pseudo record of a table, whose own watermarks are part of R. */
static void merge_table_history(struct oracle *oracle, const struct changes *history, struct record *table)
{
        for (size_t i = 0; i < history->count; i++) {
                const struct change *change = &history->items[i];

                if (change->record_id.length == 0 && text_equal(change->source, table->key.source) &&
                    text_equal(change->entity, table->key.entity))
                        record_merge(&oracle->arena, table, change);
        }
}

static int compare_records(const void *left, const void *right)
{
        const struct known_record *a = left, *b = right;

        return record_key_compare(a->record.key, b->record.key);
}

static void note_key(struct oracle *oracle, struct record_key key)
{
        for (size_t i = 0; i < oracle->record_count; i++) {
                if (record_key_equal(oracle->records[i].record.key, key))
                        return;
        }
        *ARENA_PUSH(&oracle->arena, oracle->records, oracle->record_count, oracle->record_capacity) =
                (struct known_record){.record = {.key = key, .first_time_ms = TIME_UNKNOWN_MS},
                                      .node = NOWHERE,
                                      .entity = NOWHERE};
}

void oracle_merge_all(struct oracle *oracle, const struct changes *history)
{
        size_t kept = 0;

        for (size_t i = 0; i < history->count; i++) {
                const struct change *change = &history->items[i];

                if (change->op == CHANGE_DECIDE)
                        continue;
                note_key(oracle, (struct record_key){change->source, change->entity, change->record_id});
        }
        for (size_t i = 0; i < oracle->record_count; i++) {
                struct record *record = &oracle->records[i].record;

                if (record_is_table(record))
                        merge_table_history(oracle, history, record);
                else
                        merge_history(oracle, history, record);
                if (is_known(record))
                        oracle->records[kept++] = oracle->records[i];
        }
        oracle->record_count = kept;
        if (kept > 1)
                qsort(oracle->records, kept, sizeof(*oracle->records), compare_records);
}
