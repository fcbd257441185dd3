/* Changes into records, in memory.
 *
 * Merging is order independent (record/record.h), but a truncation must reach records that come before and after it. So
 * pseudo records of tables are merged like any other, and lowered onto the records of their table at the end: a
 * watermark holds whenever it arrives. Tombstones without a time delete what is there when they come, and are applied
 * at once.
 */
#include "replay/gather.h"

#include "base/map.h"
#include "replay/prefetch.h"

#include <stdlib.h>
#include <string.h>

struct gather {
        struct gathered *out;
        size_t capacity;
        struct map index;
};

static struct record_key copy_key(struct arena *arena, struct record_key key)
{
        return (struct record_key){
                .source = arena_text(arena, key.source),
                .entity = arena_text(arena, key.entity),
                .record_id = arena_text(arena, key.record_id),
        };
}

/* The record of @key, made if @create; NULL: there is none. Keys whose hashes collide take the next free place. */
static struct record *find(struct gather *gather, struct record_key key, enum record_type type, bool create)
{
        struct gathered *out = gather->out;
        for (uint64_t hash = record_key_hash(key);; hash = hash64_mix(hash, 1)) {
                uint32_t *at = map_get(&gather->index, hash);
                if (!at && !create)
                        return NULL;
                if (!at) {
                        map_put(&gather->index, hash, (uint32_t)out->count, NULL);
                        struct record *record = ARENA_PUSH(&out->arena, out->records, out->count, gather->capacity);
                        *record = (struct record){.key = copy_key(&out->arena, key),
                                                  .declared_type = type,
                                                  .first_time_ms = TIME_UNKNOWN_MS};
                        return record;
                }
                if (record_key_equal(out->records[*at].key, key))
                        return &out->records[*at];
        }
}

static void apply(struct gather *gather, const struct change *change)
{
        if (change->op == CHANGE_DECIDE)
                return;
        struct record_key key = {.source = change->source, .entity = change->entity, .record_id = change->record_id};
        struct record *record = find(gather, key, change->type, !change->tombstone);
        if (record)
                record_merge(&gather->out->arena, record, change);
}

static void lower_tables(struct gather *gather)
{
        struct gathered *out = gather->out;
        for (size_t i = 0; i < out->count; i++) {
                struct record_key table = {.source = out->records[i].key.source, .entity = out->records[i].key.entity};
                const struct record *pseudo = find(gather, table, TYPE_COUNT, false);
                if (pseudo && !record_is_table(&out->records[i]))
                        record_merge_table(&out->records[i], pseudo);
        }
}

static int compare_records(const void *a, const void *b)
{
        return record_key_compare(((const struct record *)a)->key, ((const struct record *)b)->key);
}

static void keep_living(struct gathered *out)
{
        size_t kept = 0;
        for (size_t i = 0; i < out->count; i++)
                if (out->records[i].alive && !record_is_table(&out->records[i]))
                        out->records[kept++] = out->records[i];
        out->count = kept;
        if (kept)
                qsort(out->records, kept, sizeof(*out->records), compare_records);
}

int replay_gather(const struct replay_options *options, struct gathered *gathered, struct error *error)
{
        struct gather gather = {.out = gathered};
        struct prefetch *prefetch;
        struct read_batch *batch;
        int r;

        *gathered = (struct gathered){0};
        map_init(&gather.index, &gathered->arena);
        r = prefetch_start(options, &prefetch, error);
        if (r < 0)
                return r;
        while ((r = prefetch_next(prefetch, &batch, error)) == 1) {
                for (size_t i = 0; i < batch->changes.count; i++)
                        apply(&gather, &batch->changes.items[i]);
                gathered->lines += batch->lines;
                gathered->rejected += batch->rejection_count;
                prefetch_release(prefetch, batch);
        }
        prefetch_stop(prefetch);
        if (r < 0)
                return r;
        lower_tables(&gather);
        keep_living(gathered);
        return 0;
}

void gathered_free(struct gathered *gathered)
{
        arena_free(&gathered->arena);
}
