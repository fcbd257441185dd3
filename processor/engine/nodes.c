/* Which value node each changed record belongs to.
 *
 * A record moves to another node exactly when its features change; then a node may come into being, gain or lose
 * members, or vanish with its last one. A record whose features stay the same touches no blocking key and no pair: only
 * its golden record is made anew.
 */
#include "engine/batch.h"

static struct node_change *note_node(struct engine *engine, struct batch *batch, uint32_t node)
{
        bool inserted;
        uint32_t *at = map_put(&batch->node_change_by_node, node, (uint32_t)batch->node_change_count, &inserted);
        struct node_change *change;
        struct text features = TEXT_NONE;

        if (!inserted)
                return &batch->node_changes[*at];
        change = ARENA_PUSH(batch->arena, batch->node_changes, batch->node_change_count, batch->node_change_capacity);
        if (!store_get_node(engine->txn, node, &features))
                features = TEXT_NONE;
        *change = (struct node_change){.node = node, .features = arena_text(batch->arena, features)};
        if (features.length > 0 && (unsigned char)features.data[0] < TYPE_COUNT)
                change->type = (enum record_type)features.data[0];
        return change;
}

static uint32_t join_node(struct engine *engine, struct batch *batch, struct text features)
{
        uint32_t node = store_find_node(engine->txn, features);

        if (node == 0) {
                node = store_add_node(engine->txn, features);
                note_node(engine, batch, node)->created = true;
        } else {
                note_node(engine, batch, node);
        }
        return node;
}

static void assign_work(struct engine *engine, struct batch *batch, struct work *work)
{
        struct record_state state = {0};
        struct text old;

        engine_get_state(engine, work->number, &state);
        work->old_type = engine_node_type(engine, state.node);
        work->old_anchor = state.anchor;
        if (state.node != 0 && work->features.length > 0 && store_get_node(engine->txn, state.node, &old) &&
            text_equal(old, work->features))
                return;
        if (state.node == 0 && work->features.length == 0)
                return;
        if (state.node != 0) {
                note_node(engine, batch, state.node);
                store_delete_member(engine->txn, state.node, work->number);
        }
        state.node = 0;
        if (work->features.length > 0) {
                state.node = join_node(engine, batch, work->features);
                store_add_member(engine->txn, state.node, work->number);
        }
        engine_put_state(engine, work->number, state);
}

int batch_assign_nodes(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                if (batch->works[i].changed)
                        assign_work(engine, batch, &batch->works[i]);
        }
        for (size_t i = 0; i < batch->node_change_count; i++) {
                struct node_change *change = &batch->node_changes[i];

                change->removed = store_count_members(engine->txn, change->node) == 0;
                if (change->removed && change->created)
                        store_delete_node(engine->txn, change->node);
        }
        return store_error(engine->txn, engine->error);
}
