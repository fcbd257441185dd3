/* One batch from merged records to published outputs: the order of the stages, and the small sets they share. */
#include "engine/batch.h"

#include "engine/current.h"
#include "engine/decisions.h"
#include "engine/erasure.h"

void number_push(struct arena *arena, struct number_list *list, uint32_t number)
{
        *ARENA_PUSH(arena, list->items, list->count, list->capacity) = number;
}

bool number_push_once(struct arena *arena, struct number_list *list, struct map *set, uint32_t number)
{
        bool inserted;

        map_put(set, number, (uint32_t)list->count, &inserted);
        if (inserted)
                number_push(arena, list, number);
        return inserted;
}

void batch_init(struct batch *batch, struct arena *arena)
{
        *batch = (struct batch){.arena = arena};
        map_init(&batch->work_by_key, arena);
        map_init(&batch->work_by_number, arena);
        map_init(&batch->plain_tables, arena);
        map_init(&batch->node_change_by_node, arena);
        map_init(&batch->decided_index, arena);
        map_init(&batch->decided_causes, arena);
        map_init(&batch->group_by_key, arena);
        map_init(&batch->erased, arena);
        map_init(&batch->first_anchors, arena);
        map_init(&batch->current.index, arena);
        map_init(&batch->candidates.index, arena);
}

/* Organizations first, then persons: a person's employer is a resolved organization, so F has no cycle. */
static void begin_stratum(struct batch *batch, enum record_type type)
{
        batch->type = type;
        batch->fresh = batch->seeds = batch->old_anchors = batch->golden_only = (struct number_list){0};
        batch->crossed = NULL;
        batch->crossed_count = batch->crossed_capacity = 0;
        batch->drafts = NULL;
        batch->draft_count = batch->draft_capacity = 0;
        map_init(&batch->fresh_index, batch->arena);
        map_init(&batch->seed_set, batch->arena);
        map_init(&batch->key_counts, batch->arena);
        map_init(&batch->reference_anchors, batch->arena);
        batch->unique = NULL;
        batch->unique_count = batch->unique_capacity = 0;
        map_init(&batch->unique_by_record, batch->arena);
        map_init(&batch->unique_by_anchor, batch->arena);
        map_init(&batch->draft_by_record, batch->arena);
        map_init(&batch->old_anchor_set, batch->arena);
        map_init(&batch->old_anchor_by_record, batch->arena);
}

static int settle_stratum(struct engine *engine, struct batch *batch, enum record_type type)
{
        int (*const stages[])(struct engine *, struct batch *) = {
                batch_score_pairs,       batch_solve_components, batch_attach_ghosts, batch_publish_entities,
                batch_publish_conflicts, batch_derive_commands,  batch_derive_feeds,
        };

        begin_stratum(batch, type);
        for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
                int r = stages[i](engine, batch);

                if (r == 0)
                        r = store_error(engine->txn, engine->error);
                if (r < 0)
                        return r;
        }
        return 0;
}

int batch_settle(struct engine *engine, struct batch *batch)
{
        int r;

        states_begin(engine);
        r = batch_store_records(engine, batch);
        if (r == 0)
                r = batch_store_decisions(engine, batch);
        if (r == 0)
                r = batch_assign_nodes(engine, batch);
        if (r == 0)
                r = settle_stratum(engine, batch, TYPE_ORGANIZATION);
        if (r == 0)
                r = settle_stratum(engine, batch, TYPE_PERSON);
        if (r == 0)
                r = batch_derive_refreshes(engine, batch);
        if (r == 0)
                batch_ask_for_deletions(engine, batch);
        if (r == 0)
                r = batch_settle_feeds(engine, batch);
        if (r == 0)
                r = current_publish(engine, batch);
        states_end(engine);
        if (r == 0)
                batch_drop_empty(engine, batch);
        return r;
}
