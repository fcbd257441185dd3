/* Ghosts: a deleted record keeps the id of its entity alive.
 *
 * A colleague merges two contacts in Salesforce and one of them is deleted, perhaps the oldest, whose id the golden
 * record bears. So a deleted record leaves keyed hashes of its blocking keys (no personal data), and once the clusters
 * of living records stand, each ghost joins the one that it shares most keys with: at least a third of its keys and two
 * of them (or its only one), the earlier anchor on a tie, none if no cluster reaches that. Where the source named the
 * survivor of a merge, that decides.
 *
 * A ghost is looked at again when it appears or goes, when the entity it is attached to is solved anew, when an entity
 * that is solved anew shares enough keys with it, and when a key of it crosses its cap.
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

/* At least a third of its keys, and two of them, or its only one. */
static uint32_t keys_needed(const struct record *ghost)
{
        if (ghost->ghost_key_count == 1)
                return 1;
        return ghost->ghost_key_count < 6 ? 2 : (ghost->ghost_key_count + 2) / 3;
}

/* Ghosts that share keys with one entity. */
struct sharing {
        struct number_list ghosts;
        struct map counts; /* ghost -> keys shared */
        struct map keys;   /* of the entity, seen so far */
};

static void count_sharing_key(struct engine *engine, struct batch *batch, struct sharing *sharing, uint64_t key)
{
        uint32_t count = store_count_postings(engine->txn, STORE_GHOST_BLOCK, key);
        uint32_t *numbers = arena_alloc(batch->arena, ((size_t)count + 1) * sizeof(*numbers));

        count = store_get_postings(engine->txn, STORE_GHOST_BLOCK, key, numbers, count);
        for (uint32_t i = 0; i < count; i++) {
                bool inserted;
                uint32_t *keys = map_put(&sharing->counts, numbers[i], 0, &inserted);

                ++*keys;
                if (inserted)
                        number_push(batch->arena, &sharing->ghosts, numbers[i]);
        }
}

static void count_sharing_keys(struct engine *engine, struct batch *batch, struct sharing *sharing,
                               const struct block_key *keys, uint32_t count)
{
        bool inserted;

        for (uint32_t i = 0; i < count; i++) {
                if (!(keys[i].flags & BLOCK_GHOST) || !may_have(engine, keys[i].hash))
                        continue;
                map_put(&sharing->keys, keys[i].hash, 1, &inserted);
                if (inserted)
                        count_sharing_key(engine, batch, sharing, keys[i].hash);
        }
}

/* The keys of the node of @record; those of a node that came in this batch are derived already. */
static void count_sharing_record(struct engine *engine, struct batch *batch, struct sharing *sharing, uint32_t record)
{
        struct record_state state = {0};
        struct features features;
        struct block_keys keys;
        struct text bytes;
        uint32_t *index;

        if (!engine_get_state(engine, record, &state) || state.node == 0)
                return;
        index = map_get(&batch->node_change_by_node, state.node);
        if (index && batch->node_changes[*index].keys) {
                count_sharing_keys(engine, batch, sharing, batch->node_changes[*index].keys,
                                   batch->node_changes[*index].key_count);
                return;
        }
        if (!store_get_node(engine->txn, state.node, &bytes) || features_decode(bytes, &features) < 0)
                return;
        engine_derive_keys(engine, &features, &keys);
        count_sharing_keys(engine, batch, sharing, keys.items, keys.count);
}

/* Keeps of the ghosts that share keys with an entity those that it may get. */
static int add_shared(struct engine *engine, struct batch *batch, struct ghost_set *ghosts, struct sharing *sharing,
                      struct map *needed)
{
        for (size_t i = 0; i < sharing->ghosts.count; i++) {
                uint32_t number = sharing->ghosts.items[i];
                uint32_t keys = *map_get(&sharing->counts, number), *limit = map_get(needed, number);

                if (!limit) {
                        struct record ghost;
                        int r = engine_load_record(engine, batch->arena, number, &ghost);

                        if (r < 0)
                                return r;
                        limit = map_put(needed, number, keys_needed(&ghost), NULL);
                }
                if (keys >= *limit)
                        number_push_once(batch->arena, &ghosts->list, &ghosts->set, number);
        }
        return 0;
}

/* True if the node of a member came in this batch. */
static bool has_new_node(struct engine *engine, struct batch *batch, const struct draft *draft)
{
        for (uint32_t i = 0; i < draft->member_count; i++) {
                struct record_state state = {0};

                if (engine_get_state(engine, draft->members[i], &state) &&
                    map_get(&batch->node_change_by_node, state.node))
                        return true;
        }
        return false;
}

/* Ghosts that share enough with what was put together anew; what only lost keys gets no ghost that it did not have. */
static int add_sharing_entities(struct engine *engine, struct batch *batch, struct ghost_set *ghosts)
{
        struct map needed;

        map_init(&needed, batch->arena);
        for (size_t i = 0; i < batch->crossed_count; i++)
                add_sharing(engine, batch, ghosts, batch->crossed[i]);
        for (size_t i = 0; i < batch->draft_count; i++) {
                const struct draft *draft = &batch->drafts[i];
                struct sharing sharing = {0};
                int r;

                if (!has_new_node(engine, batch, draft) && is_unchanged(engine, batch, draft))
                        continue;
                map_init(&sharing.counts, batch->arena);
                map_init(&sharing.keys, batch->arena);
                for (uint32_t j = 0; j < draft->member_count; j++)
                        count_sharing_record(engine, batch, &sharing, draft->members[j]);
                r = add_shared(engine, batch, ghosts, &sharing, &needed);
                if (r < 0)
                        return r;
        }
        return 0;
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

/* Entities that share keys with one ghost. Most of them share one key of twenty, so they are told apart by a number and
 * only those that may get the ghost are loaded. */
struct candidate {
        uint32_t record; /* a living record of the entity */
        uint32_t keys;   /* that it shares with the ghost */
};

struct ballot {
        struct candidate *items;
        size_t count, capacity;
        struct map index; /* group -> item */
};

/* What all records of one entity have in common, and no others: the draft where they have one, else the anchor. 0: the
 * record is of no entity. */
static uint64_t group_of(struct engine *engine, const struct batch *batch, uint32_t record)
{
        const uint32_t *draft = map_get(&batch->draft_by_record, record);
        struct record_state state = {0};

        if (draft)
                return (uint64_t)1 << 32 | *draft;
        return engine_get_state(engine, record, &state) && state.node != 0 ? state.anchor : 0;
}

/* One vote a key for each entity that has a living record under it. */
static void vote_for_key(struct engine *engine, struct batch *batch, uint64_t key, struct ballot *ballot)
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
                        uint64_t group = group_of(engine, batch, records[j]);
                        uint32_t index;
                        bool inserted;

                        if (group == 0)
                                continue;
                        map_put(&seen, group, 1, &inserted);
                        if (!inserted)
                                continue;
                        index = *map_put(&ballot->index, group, (uint32_t)ballot->count, &inserted);
                        if (inserted)
                                *ARENA_PUSH(batch->arena, ballot->items, ballot->count, ballot->capacity) =
                                        (struct candidate){.record = records[j]};
                        ballot->items[index].keys++;
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

static int compare_candidates(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;

        return (a->keys < b->keys) - (a->keys > b->keys);
}

/* True if @candidate is of an earlier anchor than @leader, which shares as many keys. */
static int is_earlier(struct engine *engine, struct batch *batch, uint32_t candidate, uint32_t leader)
{
        struct record *first, *second;

        if (living_anchor(engine, batch, &batch->drafts[candidate], &first) < 0 ||
            living_anchor(engine, batch, &batch->drafts[leader], &second) < 0)
                return ERR_FATAL;
        return anchor_before(first->first_time_ms, first->key, second->first_time_ms, second->key);
}

/* @chosen: the index of a draft, or UINT32_MAX. */
static int choose_by_keys(struct engine *engine, struct batch *batch, const struct record *ghost, uint32_t *chosen)
{
        uint32_t needed = keys_needed(ghost);
        struct ballot ballot = {0};

        map_init(&ballot.index, batch->arena);
        for (uint32_t i = 0; i < ghost->ghost_key_count; i++)
                vote_for_key(engine, batch, ghost->ghost_keys[i], &ballot);
        if (ballot.count > 1)
                qsort(ballot.items, ballot.count, sizeof(*ballot.items), compare_candidates);
        *chosen = UINT32_MAX;
        for (size_t i = 0; i < ballot.count && ballot.items[i].keys >= needed; i++) {
                struct draft *draft = batch_draft_of(engine, batch, ballot.items[i].record);
                uint32_t index;
                int r = 1;

                if (!draft)
                        continue; /* of the other type */
                index = (uint32_t)(draft - batch->drafts);
                needed = ballot.items[i].keys;
                if (*chosen != UINT32_MAX)
                        r = is_earlier(engine, batch, index, *chosen);
                if (r < 0)
                        return r;
                if (r > 0)
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
        int r = 0;

        map_init(&ghosts.set, batch->arena);
        if (store_count(engine->txn, STORE_GHOST_BLOCK) > 0)
                r = add_sharing_entities(engine, batch, &ghosts);
        add_merged_into(engine, batch, &ghosts);
        if (r == 0)
                r = add_attached(engine, batch, &ghosts);
        if (r == 0)
                r = detach_ghosts(engine, batch, &ghosts);
        for (size_t i = 0; r == 0 && i < ghosts.list.count; i++)
                r = attach_ghost(engine, batch, ghosts.list.items[i]);
        return r;
}
