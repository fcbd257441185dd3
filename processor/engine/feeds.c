/* Feeds: which rows the batch may have changed, and who has the row of a value that several could have.
 *
 * A candidate is kept for each entity that a feed takes, and an index from the unique value to the candidates. The
 * entities that became drafts are derived anew; then each value that a candidate gained or lost is decided again among
 * all who have it. So a row passes to the next person when the first one leaves, and the choice does not depend on who
 * came first.
 */
#include "engine/current.h"

#include "feed/feed.h"

#include <string.h>

#define SEED_FEED 0x647572616e640009ULL

/* What one feed makes of one entity now. */
struct feed_candidate {
        const struct feed_config *feed;
        struct hash128 id;
        struct feed_row row;
        bool found;
};

/* A value to be decided again. */
struct feed_value {
        const struct feed_config *feed;
        struct text unique;
};

static struct hash128 candidate_id(const struct feed_config *feed, struct text entity_id)
{
        struct hash128 parts[2] = {
                hash128(feed->name.data, feed->name.length, SEED_FEED),
                hash128(entity_id.data, entity_id.length, SEED_FEED),
        };

        return hash128(parts, sizeof(parts), SEED_FEED);
}

static uint64_t value_key(const struct feed_config *feed, struct text unique)
{
        return hash64_mix(hash64_text(feed->name, SEED_FEED), hash64_text(unique, SEED_FEED));
}

static struct feed_candidate *find_candidate(struct batch *batch, const struct feed_config *feed, struct text entity_id)
{
        struct feed_candidates *list = &batch->candidates;
        struct hash128 id = candidate_id(feed, entity_id);
        struct feed_candidate *candidate;
        bool inserted;
        uint32_t *index = map_put(&list->index, id.low, (uint32_t)list->count, &inserted);

        if (!inserted)
                return &list->items[*index];
        candidate = ARENA_PUSH(batch->arena, list->items, list->count, list->capacity);
        *candidate = (struct feed_candidate){.feed = feed, .id = id};
        return candidate;
}

void feeds_note_end(struct engine *engine, struct batch *batch, enum record_type type, const char *id)
{
        for (uint32_t i = 0; i < engine->config->feed_count; i++) {
                if (engine->config->feeds[i].type == type)
                        find_candidate(batch, &engine->config->feeds[i], text_from(id));
        }
}

/* ---- deriving, on all cores ----------------------------------------------------------------------------------------
 */

struct derived_row {
        struct feed_row row;
        bool found;
        int result;
        struct error error;
};

struct feed_run {
        struct engine *engine;
        struct batch *batch;
        const struct feed_config *feed;
        struct derived_row *derived;
};

static void derive_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct feed_run *run = context;
        struct engine *engine = run->engine;

        for (size_t i = from; i < to; i++) {
                struct derived_row *derived = &run->derived[i];

                derived->result =
                        feed_derive(&engine->worker_arena[worker], engine->config, engine->standard[worker], run->feed,
                                    run->batch->drafts[i].json, &derived->row, &derived->found, &derived->error);
        }
}

static int derive_feed(struct engine *engine, struct batch *batch, const struct feed_config *feed)
{
        struct feed_run run = {.engine = engine, .batch = batch, .feed = feed};

        run.derived = arena_calloc(batch->arena, batch->draft_count + 1, sizeof(*run.derived));
        parallel_for(engine->parallel, batch->draft_count, 32, derive_range, &run);
        for (size_t i = 0; i < batch->draft_count; i++) {
                const struct derived_row *derived = &run.derived[i];
                struct feed_candidate *candidate;

                if (derived->result < 0)
                        return error_set(engine->error, derived->result, "%s", derived->error.text);
                candidate = find_candidate(batch, feed, text_from(batch->drafts[i].id));
                candidate->row = derived->row;
                candidate->found = derived->found;
        }
        return 0;
}

int batch_derive_feeds(struct engine *engine, struct batch *batch)
{
        for (uint32_t i = 0; i < engine->config->feed_count; i++) {
                int r = 0;

                if (engine->config->feeds[i].type == batch->type)
                        r = derive_feed(engine, batch, &engine->config->feeds[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- deciding ------------------------------------------------------------------------------------------------------
 */

struct value_list {
        struct feed_value *items;
        size_t count, capacity;
        struct map set;
};

static void decide_later(struct batch *batch, struct value_list *values, const struct feed_config *feed,
                         struct text unique)
{
        bool inserted;

        map_put(&values->set, value_key(feed, unique), 1, &inserted);
        if (inserted)
                *ARENA_PUSH(batch->arena, values->items, values->count, values->capacity) =
                        (struct feed_value){.feed = feed, .unique = unique};
}

static bool same_row(const struct feed_row *a, const struct feed_row *b)
{
        return a->completeness_milli == b->completeness_milli && text_equal(a->unique, b->unique) &&
               text_equal(a->key, b->key) && text_equal(a->json, b->json);
}

/* Stores the candidate, or its end. */
static int store_candidate(struct engine *engine, struct batch *batch, const struct feed_candidate *candidate,
                           struct value_list *values)
{
        const struct feed_config *feed = candidate->feed;
        struct feed_row old = {0};
        struct text value;
        bool existed = store_get_feed(engine->txn, candidate->id, &value);

        if (existed && feed_row_decode(arena_text(batch->arena, value), &old) < 0)
                return error_set(engine->error, ERR_FATAL, "a row of the feed %.*s is damaged", TEXT_ARG(feed->name));
        if (existed == candidate->found && (!existed || same_row(&old, &candidate->row)))
                return 0;
        if (existed) {
                current_touch(batch, OUTPUT_FEED, feed->name, old.key, batch->last_cause);
                store_delete_feed_of(engine->txn, value_key(feed, old.unique), candidate->id);
                store_delete_feed(engine->txn, candidate->id);
                if (old.unique.length > 0)
                        decide_later(batch, values, feed, old.unique);
        }
        if (!candidate->found)
                return 0;
        buffer_clear(&engine->scratch);
        feed_row_encode(&candidate->row, &engine->scratch);
        store_put_feed(engine->txn, candidate->id, buffer_view(&engine->scratch));
        store_add_feed_of(engine->txn, value_key(feed, candidate->row.unique), candidate->id);
        if (candidate->row.unique.length > 0)
                decide_later(batch, values, feed, candidate->row.unique);
        else
                current_want(batch, OUTPUT_FEED, feed->name, candidate->row.key, candidate->row.json,
                             batch->last_cause);
        return 0;
}

/* The row of one value: of all candidates that have it the first in the canonical order. */
static int decide(struct engine *engine, struct batch *batch, const struct feed_value *value)
{
        struct feed_row best = {0};
        struct hash128 *ids;
        uint32_t count = store_get_feeds_of(engine->txn, batch->arena, value_key(value->feed, value->unique), &ids);

        for (uint32_t i = 0; i < count; i++) {
                struct feed_row row;
                struct text stored;

                if (!store_get_feed(engine->txn, ids[i], &stored) ||
                    feed_row_decode(arena_text(batch->arena, stored), &row) < 0)
                        return error_set(engine->error, ERR_FATAL, "a row of the feed %.*s is missing or damaged",
                                         TEXT_ARG(value->feed->name));
                if (!text_equal(row.unique, value->unique))
                        continue;
                current_touch(batch, OUTPUT_FEED, value->feed->name, row.key, batch->last_cause);
                if (best.key.length == 0 || feed_is_before(&row, &best))
                        best = row;
        }
        if (best.key.length > 0)
                current_want(batch, OUTPUT_FEED, value->feed->name, best.key, best.json, batch->last_cause);
        return 0;
}

int batch_settle_feeds(struct engine *engine, struct batch *batch)
{
        struct value_list values = {0};
        int r = 0;

        map_init(&values.set, batch->arena);
        for (size_t i = 0; r == 0 && i < batch->candidates.count; i++)
                r = store_candidate(engine, batch, &batch->candidates.items[i], &values);
        for (size_t i = 0; r == 0 && i < values.count; i++)
                r = decide(engine, batch, &values.items[i]);
        return r;
}
