/* Ghosts: a deleted record keeps the id of its entity alive.
 *
 * A colleague merges two contacts in Salesforce and one of them is deleted, perhaps the oldest, whose id the golden
 * record bears. So a deleted record leaves keyed hashes of its blocking keys (no personal data), and once the clusters
 * of living records stand, each ghost joins the one that it shares most keys with: at least a third of its keys and two
 * of them (or its only one), the earlier anchor on a tie, none if no cluster reaches that. Where the source named the
 * survivor of a merge, that decides.
 *
 * A ghost is looked at again when it appears or goes, when a node that shares a key with it comes or goes, and when the
 * entity it is attached to is solved anew.
 */
#include "engine/batch.h"

#include <stdlib.h>

#define SEED_MERGER 0x647572616e640008ULL

uint64_t merger_key(struct text source, struct text record_id)
{
        return hash64_mix(hash64_text(source, SEED_MERGER), hash64_text(record_id, SEED_MERGER));
}

static int compare_u64(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

        return (a > b) - (a < b);
}

void ghost_keys_of(struct engine *engine, struct arena *arena, struct record *record)
{
        struct arena *scratch = &engine->worker_arena[0];
        struct record copy = *record;
        struct features features;
        struct block_keys keys;

        standard_record(engine->standard[0], scratch, &copy, &features);
        engine_derive_keys(engine, &features, &keys);
        record->ghost_keys = arena_alloc(arena, (RECORD_KEYS_MAX + 1) * sizeof(uint64_t));
        record->ghost_key_count = 0;
        for (uint32_t i = 0; i < keys.count && record->ghost_key_count < RECORD_KEYS_MAX; i++) {
                if (keys.items[i].flags & BLOCK_GHOST)
                        record->ghost_keys[record->ghost_key_count++] = keys.items[i].hash;
        }
        qsort(record->ghost_keys, record->ghost_key_count, sizeof(uint64_t), compare_u64);
}

/* ---- the filter ----------------------------------------------------------------------------------------------------
 */

#define FILTER_BITS ((uint64_t)1 << 25) /* 4 MiB: one key in forty is a false alarm at 800,000 ghost keys */

void ghost_filter_add(struct engine *engine, uint64_t key)
{
        engine->ghost_filter[(key % FILTER_BITS) / 64] |= (uint64_t)1 << (key % 64);
}

static bool may_have(const struct engine *engine, uint64_t key)
{
        return engine->ghost_filter[(key % FILTER_BITS) / 64] >> (key % 64) & 1;
}

static int add_to_filter(void *context, struct text key, struct text value)
{
        uint64_t hash = 0;

        (void)value;
        for (uint32_t i = 0; i < key.length && i < 8; i++)
                hash = hash << 8 | (unsigned char)key.data[i];
        ghost_filter_add(context, hash);
        return 0;
}

int ghost_filter_open(struct engine *engine, struct error *error)
{
        engine->ghost_filter = calloc(FILTER_BITS / 64, sizeof(uint64_t));
        if (!engine->ghost_filter)
                return error_set(error, ERR_FATAL, "out of memory");
        return store_walk(engine->txn, STORE_GHOST_BLOCK, add_to_filter, engine);
}

/* ---- which ghosts --------------------------------------------------------------------------------------------------
 */

struct ghost_set {
        struct number_list list;
        struct map set;
};

static void add_sharing(struct engine *engine, struct batch *batch, struct ghost_set *ghosts, uint64_t key)
{
        uint32_t count = may_have(engine, key) ? store_count_postings(engine->txn, STORE_GHOST_BLOCK, key) : 0;
        uint32_t *numbers;

        if (count == 0)
                return;
        numbers = arena_alloc(batch->arena, count * sizeof(*numbers));
        count = store_get_postings(engine->txn, STORE_GHOST_BLOCK, key, numbers, count);
        for (uint32_t i = 0; i < count; i++)
                number_push_once(batch->arena, &ghosts->list, &ghosts->set, numbers[i]);
}

static void add_sharing_keys(struct engine *engine, struct batch *batch, struct ghost_set *ghosts,
                             const struct block_key *keys, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                if (keys[i].flags & BLOCK_GHOST)
                        add_sharing(engine, batch, ghosts, keys[i].hash);
        }
}

static void add_sharing_features(struct engine *engine, struct batch *batch, struct ghost_set *ghosts,
                                 struct text bytes)
{
        struct block_keys keys;
        struct features features;

        if (features_decode(bytes, &features) < 0)
                return;
        engine_derive_keys(engine, &features, &keys);
        add_sharing_keys(engine, batch, ghosts, keys.items, keys.count);
}

/* Which entity is older decides between two that share as many keys with a ghost. */
static bool has_other_age(struct batch *batch, uint32_t record)
{
        uint32_t *index = map_get(&batch->work_by_number, record);

        return index && batch->works[*index].record.first_time_ms != batch->works[*index].old_first_time_ms;
}

/* True if the draft is an entity that stands in the state with the same members, of the same ages. */
static bool is_unchanged(struct engine *engine, struct batch *batch, const struct draft *draft)
{
        struct record_state state = {0};
        struct stored stored;
        struct text value;

        if (!engine_get_state(engine, draft->members[0], &state) || state.anchor == 0 ||
            !store_get_golden(engine->txn, state.anchor, &value) ||
            stored_decode(batch->arena, value, &stored, engine->error) < 0 ||
            stored.member_count != draft->member_count)
                return false;
        for (uint32_t i = 0; i < stored.member_count; i++) {
                uint32_t *index = map_get(&batch->draft_by_record, stored.members[i]);

                if (!index || &batch->drafts[*index] != draft || has_other_age(batch, stored.members[i]))
                        return false;
        }
        return true;
}

/* Ghosts that share a key with what came, went or was put together anew. */
static void add_sharing_nodes(struct engine *engine, struct batch *batch, struct ghost_set *ghosts)
{
        for (size_t i = 0; i < batch->node_change_count; i++) {
                if (batch->node_changes[i].type == batch->type)
                        add_sharing_keys(engine, batch, ghosts, batch->node_changes[i].keys,
                                         batch->node_changes[i].key_count);
        }
        for (size_t i = 0; i < batch->crossed_count; i++)
                add_sharing(engine, batch, ghosts, batch->crossed[i]);
        for (size_t i = 0; i < batch->draft_count; i++) {
                const struct draft *draft = &batch->drafts[i];

                if (is_unchanged(engine, batch, draft))
                        continue;
                for (uint32_t j = 0; j < draft->member_count; j++) {
                        struct record_state state = {0};
                        struct text bytes;

                        if (engine_get_state(engine, draft->members[j], &state) && state.node != 0 &&
                            !map_get(&batch->node_change_by_node, state.node) &&
                            store_get_node(engine->txn, state.node, &bytes))
                                add_sharing_features(engine, batch, ghosts, bytes);
                }
        }
}

/* Ghosts whose sources named a changed record as the survivor. */
static void add_merged_into(struct engine *engine, struct batch *batch, struct ghost_set *ghosts)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];
                uint64_t key = merger_key(work->record.key.source, work->record.key.record_id);
                uint32_t *numbers, count;

                if (!work->changed || !may_have(engine, key))
                        continue;
                count = store_count_postings(engine->txn, STORE_GHOST_BLOCK, key);
                numbers = arena_alloc(batch->arena, ((size_t)count + 1) * sizeof(*numbers));
                count = store_get_postings(engine->txn, STORE_GHOST_BLOCK, key, numbers, count);
                for (uint32_t j = 0; j < count; j++)
                        number_push_once(batch->arena, &ghosts->list, &ghosts->set, numbers[j]);
        }
}

/* Ghosts that the touched entities had, and the records that became or ceased to be ghosts. */
static int add_attached(struct engine *engine, struct batch *batch, struct ghost_set *ghosts)
{
        for (size_t i = 0; i < batch->old_anchors.count; i++) {
                struct stored stored;
                struct text value;

                if (!store_get_golden(engine->txn, batch->old_anchors.items[i], &value))
                        continue;
                if (stored_decode(batch->arena, value, &stored, engine->error) < 0)
                        return ERR_FATAL;
                for (uint32_t j = 0; j < stored.ghost_count; j++)
                        number_push_once(batch->arena, &ghosts->list, &ghosts->set, stored.ghosts[j]);
        }
        for (size_t i = 0; i < batch->orphan_ghosts.count; i++)
                number_push_once(batch->arena, &ghosts->list, &ghosts->set, batch->orphan_ghosts.items[i]);
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];
                bool ghost = !work->record.alive && work->record.ghost_key_count > 0;

                if (work->changed && (ghost || work->old_ghost))
                        number_push_once(batch->arena, &ghosts->list, &ghosts->set, work->number);
        }
        return 0;
}

/* ---- where to ------------------------------------------------------------------------------------------------------
 */

/* One vote a key for each entity that has a living record under it. */
static void vote_for_key(struct engine *engine, struct batch *batch, uint64_t key, struct map *votes,
                         struct number_list *voted)
{
        uint32_t cap = (uint32_t)engine->config->block_cap;
        uint32_t *nodes = arena_alloc(batch->arena, ((size_t)cap + 1) * sizeof(*nodes));
        uint32_t count = store_get_postings(engine->txn, STORE_BLOCK, key, nodes, cap);
        struct map seen;

        if (count > cap)
                return;
        map_init(&seen, batch->arena);
        for (uint32_t i = 0; i < count; i++) {
                uint32_t *records;
                uint32_t members = store_get_members(engine->txn, batch->arena, nodes[i], &records);

                for (uint32_t j = 0; j < members; j++) {
                        struct draft *draft = batch_draft_of(engine, batch, records[j]);
                        uint32_t index, *sum;
                        bool inserted;

                        if (!draft)
                                continue;
                        index = (uint32_t)(draft - batch->drafts);
                        map_put(&seen, index, 1, &inserted);
                        if (!inserted)
                                continue;
                        sum = map_put(votes, index, 0, &inserted);
                        if (inserted)
                                number_push(batch->arena, voted, index);
                        (*sum)++;
                }
        }
}

/* The living member that comes first: what names the entity before ghosts do. */
static int living_anchor(struct engine *engine, struct batch *batch, struct draft *draft, struct record **first)
{
        int r = draft_load_records(engine, batch, draft);

        if (r < 0)
                return r;
        *first = &draft->records[0];
        for (uint32_t i = 1; i < draft->member_count; i++) {
                if (anchor_before(draft->records[i].first_time_ms, draft->records[i].key, (*first)->first_time_ms,
                                  (*first)->key))
                        *first = &draft->records[i];
        }
        return 0;
}

static int choose_by_keys(struct engine *engine, struct batch *batch, const struct record *ghost, uint32_t *chosen)
{
        uint32_t minimum = ghost->ghost_key_count == 1  ? 1
                           : ghost->ghost_key_count < 6 ? 2
                                                        : (ghost->ghost_key_count + 2) / 3;
        struct number_list voted = {0};
        uint32_t best = 0;
        struct map votes;

        map_init(&votes, batch->arena);
        for (uint32_t i = 0; i < ghost->ghost_key_count; i++)
                vote_for_key(engine, batch, ghost->ghost_keys[i], &votes, &voted);
        *chosen = UINT32_MAX;
        for (size_t i = 0; i < voted.count; i++) {
                uint32_t index = voted.items[i];
                uint32_t keys = *map_get(&votes, index);
                struct record *candidate, *leader;

                if (keys < minimum || keys < best)
                        continue;
                if (keys == best) {
                        if (living_anchor(engine, batch, &batch->drafts[index], &candidate) < 0 ||
                            living_anchor(engine, batch, &batch->drafts[*chosen], &leader) < 0)
                                return ERR_FATAL;
                        if (!anchor_before(candidate->first_time_ms, candidate->key, leader->first_time_ms,
                                           leader->key))
                                continue;
                }
                best = keys;
                *chosen = index;
        }
        return 0;
}

static int attach_ghost(struct engine *engine, struct batch *batch, uint32_t number)
{
        struct record ghost;
        struct draft *draft = NULL;
        uint32_t chosen;
        int r = engine_load_record(engine, batch->arena, number, &ghost);

        if (r < 0)
                return r;
        if (ghost.alive || ghost.ghost_key_count == 0)
                return 0;
        if (ghost.merged_into.length > 0) {
                uint32_t survivor = engine_find_reference(engine, ghost.key.source, ghost.merged_into, TYPE_COUNT);

                if (survivor) {
                        draft = batch_draft_of(engine, batch, survivor);
                        if (!draft)
                                return 0; /* of the other type: that stratum attaches it */
                }
        }
        if (!draft) {
                r = choose_by_keys(engine, batch, &ghost, &chosen);
                if (r < 0)
                        return r;
                draft = chosen == UINT32_MAX ? NULL : &batch->drafts[chosen];
        }
        if (!draft)
                return 0;
        *ARENA_PUSH(batch->arena, draft->ghosts, draft->ghost_count, draft->ghost_capacity) = number;
        return 0;
}

/* Takes the ghosts that are decided anew out of the entities that they were attached to, which become drafts. */
static int detach_ghosts(struct engine *engine, struct batch *batch, const struct ghost_set *ghosts)
{
        for (size_t i = 0; i < ghosts->list.count; i++) {
                uint32_t *before = map_get(&batch->first_anchors, ghosts->list.items[i]);
                struct record_state state = {0};
                int r;

                engine_get_state(engine, ghosts->list.items[i], &state);
                /* Organizations may have taken it from a person already. */
                for (int j = 0; j < 2; j++) {
                        uint32_t anchor = j == 0 ? state.anchor : before ? *before : 0;

                        batch_touch_anchor(batch, anchor);
                        r = batch_load_entity(engine, batch, anchor);
                        if (r < 0)
                                return r;
                }
        }
        for (size_t i = 0; i < batch->draft_count; i++) {
                struct draft *draft = &batch->drafts[i];
                size_t kept = 0;

                for (size_t j = 0; j < draft->ghost_count; j++) {
                        if (!map_get(&ghosts->set, draft->ghosts[j]))
                                draft->ghosts[kept++] = draft->ghosts[j];
                }
                draft->ghost_count = kept;
        }
        return 0;
}

int batch_attach_ghosts(struct engine *engine, struct batch *batch)
{
        struct ghost_set ghosts = {0};
        int r;

        map_init(&ghosts.set, batch->arena);
        if (store_count(engine->txn, STORE_GHOST_BLOCK) > 0)
                add_sharing_nodes(engine, batch, &ghosts);
        add_merged_into(engine, batch, &ghosts);
        r = add_attached(engine, batch, &ghosts);
        if (r == 0)
                r = detach_ghosts(engine, batch, &ghosts);
        for (size_t i = 0; r == 0 && i < ghosts.list.count; i++)
                r = attach_ghost(engine, batch, ghosts.list.items[i]);
        return r;
}
