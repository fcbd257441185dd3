/* Entities: anchors, golden records and their changes.
 *
 * When this stage starts, every entity that may have changed is a draft (its living records and ghosts) or one of the
 * old anchors. The anchor of a draft is the member or ghost with the earliest (first event time, source, record id);
 * its key names the entity. Then the golden record is made, compared with the one that was last published, and
 * published if it differs, with a change that says what happened. Old anchors without a draft have ended.
 */
#include "conflict/conflict.h"
#include "engine/changes.h"
#include "engine/decisions.h"
#include "engine/digest.h"

#include <stdlib.h>
#include <string.h>

/* ---- drafts --------------------------------------------------------------------------------------------------------
 */

void batch_touch_anchor(struct batch *batch, uint32_t anchor)
{
        if (anchor != 0)
                number_push_once(batch->arena, &batch->old_anchors, &batch->old_anchor_set, anchor);
}

struct draft *batch_add_draft(struct batch *batch, const uint32_t *members, uint32_t count)
{
        uint32_t index = (uint32_t)batch->draft_count;
        struct draft *draft = ARENA_PUSH(batch->arena, batch->drafts, batch->draft_count, batch->draft_capacity);

        *draft = (struct draft){.type = batch->type, .member_count = count};
        draft->members = arena_alloc(batch->arena, ((size_t)count + 1) * sizeof(*draft->members));
        memcpy(draft->members, members, count * sizeof(*members));
        for (uint32_t i = 0; i < count; i++)
                map_put(&batch->draft_by_record, members[i], index, NULL);
        return draft;
}

int batch_load_entity(struct engine *engine, struct batch *batch, uint32_t anchor)
{
        struct number_list members = {0};
        struct stored stored;
        struct draft *draft;
        struct text value;

        if (anchor == 0 || !store_get_golden(engine->txn, anchor, &value))
                return 0;
        if (stored_decode(batch->arena, value, &stored, engine->error) < 0)
                return ERR_FATAL;
        if (stored.type != batch->type)
                return 0;
        batch_touch_anchor(batch, anchor);
        for (uint32_t i = 0; i < stored.member_count; i++) {
                struct record_state state = {0};

                /* Members that died, changed type or are in a draft of their own do not belong to it any more. */
                if (map_get(&batch->draft_by_record, stored.members[i]) ||
                    !engine_get_state(engine, stored.members[i], &state) || state.node == 0 ||
                    (map_get(&batch->work_by_number, stored.members[i]) &&
                     engine_node_type(engine, state.node) != batch->type))
                        continue;
                number_push(batch->arena, &members, stored.members[i]);
        }
        if (members.count == 0)
                return 0;
        draft = batch_add_draft(batch, members.items, (uint32_t)members.count);
        for (uint32_t i = 0; i < stored.ghost_count; i++)
                *ARENA_PUSH(batch->arena, draft->ghosts, draft->ghost_count, draft->ghost_capacity) = stored.ghosts[i];
        return 0;
}

struct draft *batch_draft_of(struct engine *engine, struct batch *batch, uint32_t record)
{
        uint32_t *index = map_get(&batch->draft_by_record, record);
        struct record_state state = {0};

        if (!index) {
                if (!engine_get_state(engine, record, &state) || state.node == 0 ||
                    batch_load_entity(engine, batch, state.anchor) < 0)
                        return NULL;
                index = map_get(&batch->draft_by_record, record);
        }
        return index ? &batch->drafts[*index] : NULL;
}

static int compare_records(const void *left, const void *right)
{
        const struct record *a = left, *b = right;

        return record_key_compare(a->key, b->key);
}

int draft_load_records(struct engine *engine, struct batch *batch, struct draft *draft)
{
        if (draft->records)
                return 0;
        draft->records = arena_alloc(batch->arena, draft->member_count * sizeof(*draft->records));
        for (uint32_t i = 0; i < draft->member_count; i++) {
                struct record *record = &draft->records[i];
                int r = engine_load_record(engine, batch->arena, draft->members[i], record);

                if (r < 0)
                        return r;
                if (i > 0 &&
                    !anchor_before(record->first_time_ms, record->key, draft->living_time_ms, draft->living_key))
                        continue;
                draft->living = draft->members[i];
                draft->living_key = record->key;
                draft->living_time_ms = record->first_time_ms;
        }
        if (draft->member_count > 1)
                qsort(draft->records, draft->member_count, sizeof(*draft->records), compare_records);
        return 0;
}

/* ---- anchors -------------------------------------------------------------------------------------------------------
 */

bool anchor_before(int64_t time_a, struct record_key a, int64_t time_b, struct record_key b)
{
        /* A record of unknown age does not come before one whose age is known. */
        int64_t left = time_a == TIME_UNKNOWN_MS ? INT64_MAX : time_a;
        int64_t right = time_b == TIME_UNKNOWN_MS ? INT64_MAX : time_b;

        return left != right ? left < right : record_key_compare(a, b) < 0;
}

static int compare_record_keys(const void *left, const void *right)
{
        return record_key_compare(*(const struct record_key *)left, *(const struct record_key *)right);
}

/* Decides the anchor of @draft: the earliest of its members and ghosts. */
static int choose_anchor(struct engine *engine, struct batch *batch, struct draft *draft)
{
        int64_t time;
        int r = draft_load_records(engine, batch, draft);

        if (r < 0)
                return r;
        draft->anchor = draft->living;
        draft->anchor_key = draft->living_key;
        time = draft->living_time_ms;
        draft->ghost_keys = arena_alloc(batch->arena, (draft->ghost_count + 1) * sizeof(*draft->ghost_keys));
        for (size_t i = 0; i < draft->ghost_count; i++) {
                struct record ghost;

                r = engine_load_record(engine, batch->arena, draft->ghosts[i], &ghost);
                if (r < 0)
                        return r;
                draft->ghost_keys[i] = ghost.key;
                if (!anchor_before(ghost.first_time_ms, ghost.key, time, draft->anchor_key))
                        continue;
                draft->anchor_key = ghost.key;
                draft->anchor = draft->ghosts[i];
                time = ghost.first_time_ms;
        }
        qsort(draft->ghost_keys, draft->ghost_count, sizeof(*draft->ghost_keys), compare_record_keys);
        golden_entity_id(draft->type, draft->anchor_key, draft->id);
        return 0;
}

static void set_anchor(struct engine *engine, struct batch *batch, uint32_t record, uint32_t anchor)
{
        struct record_state state = {0};

        engine_get_state(engine, record, &state);
        if (state.anchor == anchor)
                return;
        map_put(&batch->old_anchor_by_record, record, state.anchor, NULL);
        map_put(&batch->first_anchors, record, state.anchor, NULL);
        state.anchor = anchor;
        engine_put_state(engine, record, state);
        if (batch->type == TYPE_ORGANIZATION)
                number_push(batch->arena, &batch->moved_organizations, record);
}

/* A record that became one of the other type is set by that type's stratum; here it only is an organization no longer.
 */
static bool is_of_other_type(struct engine *engine, struct batch *batch, uint32_t record)
{
        struct record_state state = {0};

        return engine_get_state(engine, record, &state) && state.node != 0 &&
               engine_node_type(engine, state.node) != batch->type;
}

/* @anchor: of the entity that it leaves. A ghost that an organization took from a person has another one already. */
static void release_record(struct engine *engine, struct batch *batch, uint32_t record, uint32_t anchor)
{
        struct record_state state = {0};

        if (engine_get_state(engine, record, &state) && state.anchor == anchor &&
            !is_of_other_type(engine, batch, record))
                set_anchor(engine, batch, record, 0);
}

/* A reference leads to living organizations only, so one that appeared or went has moved even where its anchor stays: a
 * ghost keeps the anchor that it had when it lived. */
static void note_appeared_organizations(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; batch->type == TYPE_ORGANIZATION && i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];
                struct record_state state = {0};
                bool is, was = work->old_type == TYPE_ORGANIZATION;

                if (!work->changed)
                        continue;
                engine_get_state(engine, work->number, &state);
                is = engine_node_type(engine, state.node) == TYPE_ORGANIZATION;
                if (is != was)
                        number_push(batch->arena, &batch->moved_organizations, work->number);
        }
}

/* Records and ghosts of old entities that no draft took over belong to no entity now. */
static int release_leavers(struct engine *engine, struct batch *batch)
{
        struct map kept;

        map_init(&kept, batch->arena);
        for (size_t i = 0; i < batch->draft_count; i++) {
                for (uint32_t j = 0; j < batch->drafts[i].member_count; j++)
                        map_put(&kept, batch->drafts[i].members[j], 1, NULL);
                for (size_t j = 0; j < batch->drafts[i].ghost_count; j++)
                        map_put(&kept, batch->drafts[i].ghosts[j], 1, NULL);
        }
        for (size_t i = 0; i < batch->old_anchors.count; i++) {
                struct stored stored;
                struct text value;

                if (!store_get_golden(engine->txn, batch->old_anchors.items[i], &value))
                        continue;
                if (stored_decode(batch->arena, value, &stored, engine->error) < 0)
                        return ERR_FATAL;
                if (stored.type != batch->type)
                        continue;
                for (uint32_t j = 0; j < stored.member_count; j++) {
                        if (!map_get(&kept, stored.members[j]))
                                release_record(engine, batch, stored.members[j], batch->old_anchors.items[i]);
                }
                for (uint32_t j = 0; j < stored.ghost_count; j++) {
                        if (!map_get(&kept, stored.ghosts[j]))
                                release_record(engine, batch, stored.ghosts[j], batch->old_anchors.items[i]);
                }
        }
        return 0;
}

static int decide_anchors(struct engine *engine, struct batch *batch, size_t from)
{
        for (size_t i = from; i < batch->draft_count; i++) {
                struct draft *draft = &batch->drafts[i];
                int r = choose_anchor(engine, batch, draft);

                if (r < 0)
                        return r;
                for (uint32_t j = 0; j < draft->member_count; j++)
                        set_anchor(engine, batch, draft->members[j], draft->anchor);
                for (size_t j = 0; j < draft->ghost_count; j++)
                        set_anchor(engine, batch, draft->ghosts[j], draft->anchor);
        }
        return 0;
}

/* ---- entities that refer to a moved organization -------------------------------------------------------------------
 */

static int load_referrers(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->moved_organizations.count; i++) {
                struct record record;
                uint64_t key;
                uint32_t *numbers, count;
                int r = engine_load_record(engine, batch->arena, batch->moved_organizations.items[i], &record);

                if (r < 0)
                        return r;
                key = reference_key(record.key.source, record.key.record_id);
                count = store_count_postings(engine->txn, STORE_REFERENCE, key);
                if (count == 0)
                        continue;
                numbers = arena_alloc(batch->arena, count * sizeof(*numbers));
                store_get_postings(engine->txn, STORE_REFERENCE, key, numbers, count);
                for (uint32_t j = 0; j < count; j++)
                        batch_draft_of(engine, batch, numbers[j]);
                r = store_error(engine->txn, engine->error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- golden records ------------------------------------------------------------------------------------------------
 */

int engine_entity_id(struct engine *engine, struct batch *batch, enum record_type type, uint32_t anchor,
                     char out[ENTITY_ID_SIZE])
{
        struct record record;
        int r = engine_load_record(engine, batch->arena, anchor, &record);

        if (r == 0)
                golden_entity_id(type, record.key, out);
        return r;
}

/* Employers and parents are organizations; a reference to anything else is not resolved. */
static int resolve_organization(struct engine *engine, struct batch *batch, struct text source, struct text record_id,
                                char out[ENTITY_ID_SIZE])
{
        struct record_state state = {0};
        uint32_t number = engine_find_reference(engine, source, record_id, TYPE_ORGANIZATION);

        out[0] = '\0';
        if (number == 0 || !engine_get_state(engine, number, &state) || state.anchor == 0)
                return 0;
        return engine_entity_id(engine, batch, TYPE_ORGANIZATION, state.anchor, out);
}

/* The references of all drafts, resolved before the golden records are written on all cores. */
struct resolved {
        struct map index; /* reference key -> entry */
        char (*ids)[ENTITY_ID_SIZE];
        size_t count, capacity;
};

static int resolve_record(struct engine *engine, struct batch *batch, struct resolved *resolved,
                          const struct record *record)
{
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                struct text source, id;
                bool inserted;
                int r;

                if ((slot->attribute != ATTRIBUTE_EMPLOYER_REF && slot->attribute != ATTRIBUTE_PARENT) ||
                    !(slot->flags & SLOT_SET))
                        continue;
                record_split_reference(slot->value, record->key.source, &source, &id);
                map_put(&resolved->index, reference_key(source, id), (uint32_t)resolved->count, &inserted);
                if (!inserted)
                        continue;
                r = resolve_organization(engine, batch, source, id,
                                         *ARENA_PUSH(batch->arena, resolved->ids, resolved->count, resolved->capacity));
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool find_resolved(void *context, struct text source, struct text record_id, char out[ENTITY_ID_SIZE])
{
        const struct resolved *resolved = context;
        uint32_t *index = map_get(&resolved->index, reference_key(source, record_id));

        if (!index || resolved->ids[*index][0] == '\0')
                return false;
        memcpy(out, resolved->ids[*index], ENTITY_ID_SIZE);
        return true;
}

/* A golden record as a worker made it. */
struct written {
        struct draft *draft;
        struct decided_pins pins;
        struct text json;
        struct hash128 digest;
};

struct write_run {
        struct engine *engine;
        struct written *written;
        struct resolved resolved;
};

static void write_golden(struct write_run *run, unsigned worker, struct written *written, struct buffer *buffer)
{
        struct arena *arena = &run->engine->worker_arena[worker];
        struct draft *draft = written->draft;
        const struct record **members = arena_alloc(arena, draft->member_count * sizeof(struct record *));
        struct golden_input input = {
                .config = run->engine->config,
                .type = draft->type,
                .anchor = draft->anchor_key,
                .members = members,
                .member_count = draft->member_count,
                .ghosts = draft->ghost_keys,
                .ghost_count = (uint32_t)draft->ghost_count,
                .pins = engine_standardise_pins(run->engine->standard[worker], arena, &written->pins, draft->type),
                .pin_count = (uint32_t)written->pins.count,
                .resolve = find_resolved,
                .resolve_context = &run->resolved,
        };

        for (uint32_t i = 0; i < draft->member_count; i++)
                members[i] = &draft->records[i];
        buffer_clear(buffer);
        golden_write_json(arena, &input, buffer);
        written->json = arena_text(arena, buffer_view(buffer));
        draft->finding_count = conflict_find(arena, &input, &draft->findings);
        written->digest = digest_entry(output_topic_name(arena, OUTPUT_GOLDEN, draft->type, TEXT_NONE),
                                       text_from(draft->id), written->json);
}

static void write_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct write_run *run = context;
        struct buffer buffer = {0};

        for (size_t i = from; i < to; i++)
                write_golden(run, worker, &run->written[i], &buffer);
        buffer_free(&buffer);
}

static bool same_numbers(const uint32_t *a, uint32_t count_a, const uint32_t *b, uint32_t count_b)
{
        return count_a == count_b && (count_a == 0 || memcmp(a, b, count_a * sizeof(*a)) == 0);
}

static int compare_numbers(const void *left, const void *right)
{
        uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

        return (a > b) - (a < b);
}

static void sort_numbers(uint32_t *numbers, uint32_t count)
{
        if (count > 1)
                qsort(numbers, count, sizeof(*numbers), compare_numbers);
}

/* The same record anchored an entity of the other type (a person account that was an account): that one has ended.
 * Organizations come first, so what else belonged to it is a person, whose turn is still to come. */
static int end_other_type(struct engine *engine, struct batch *batch, uint32_t anchor, struct stored *stored)
{
        int r = changes_publish_end(engine, batch, anchor, stored, NULL);

        for (uint32_t i = 0; i < stored->member_count; i++)
                number_push(batch->arena, &batch->orphans, stored->members[i]);
        for (uint32_t i = 0; i < stored->ghost_count; i++)
                number_push(batch->arena, &batch->orphan_ghosts, stored->ghosts[i]);
        *stored = (struct stored){0};
        return r;
}

static int publish_draft(struct engine *engine, struct batch *batch, const struct written *written)
{
        struct draft *draft = written->draft;
        struct stored next = {
                .type = draft->type,
                .members = draft->members,
                .member_count = draft->member_count,
                .ghosts = draft->ghosts,
                .ghost_count = (uint32_t)draft->ghost_count,
                .digest = written->digest,
        };
        struct stored old = {0};
        struct text value;
        bool existed = store_get_golden(engine->txn, draft->anchor, &value);
        int r = 0;

        if (existed && stored_decode(batch->arena, arena_text(batch->arena, value), &old, engine->error) < 0)
                return ERR_FATAL;
        if (existed && old.type != draft->type) {
                r = end_other_type(engine, batch, draft->anchor, &old);
                existed = false;
        }
        draft->json = written->json;
        sort_numbers(next.members, next.member_count);
        sort_numbers(next.ghosts, next.ghost_count);
        if (r == 0 && (!existed || !hash128_equal(next.digest, old.digest) ||
                       !same_numbers(next.members, next.member_count, old.members, old.member_count) ||
                       !same_numbers(next.ghosts, next.ghost_count, old.ghosts, old.ghost_count))) {
                buffer_clear(&engine->scratch);
                stored_encode(&next, written->json, &engine->scratch);
                store_put_golden(engine->txn, draft->anchor, buffer_view(&engine->scratch));
        }
        if (r == 0 && (!existed || !hash128_equal(next.digest, old.digest)))
                r = changes_publish(engine, batch, draft, existed ? &old : NULL, next.digest, written->json);
        return r;
}

/* Old anchors that name no draft: the entity was merged into another, or its last record is gone. */
static int publish_ends(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->old_anchors.count; i++) {
                uint32_t anchor = batch->old_anchors.items[i];
                struct stored stored;
                struct text value;
                int r;

                if (map_get(&batch->anchors, anchor) || !store_get_golden(engine->txn, anchor, &value))
                        continue;
                if (stored_decode(batch->arena, arena_text(batch->arena, value), &stored, engine->error) < 0)
                        return ERR_FATAL;
                if (stored.type != batch->type)
                        continue;
                r = changes_publish_end(engine, batch, anchor, &stored, &batch->draft_by_record);
                if (r < 0)
                        return r;
                store_delete_golden(engine->txn, anchor);
        }
        return 0;
}

static int compare_written(const void *left, const void *right)
{
        const struct written *a = left, *b = right;

        return strcmp(a->draft->id, b->draft->id);
}

static int publish_drafts(struct engine *engine, struct batch *batch)
{
        struct write_run run = {.engine = engine};
        int r = 0;

        map_init(&run.resolved.index, batch->arena);
        run.written = arena_calloc(batch->arena, batch->draft_count + 1, sizeof(*run.written));
        for (size_t i = 0; r == 0 && i < batch->draft_count; i++) {
                struct draft *draft = &batch->drafts[i];

                run.written[i].draft = draft;
                r = batch_find_pins(engine, batch, draft, &run.written[i].pins);
                for (uint32_t j = 0; r == 0 && j < draft->member_count; j++)
                        r = resolve_record(engine, batch, &run.resolved, &draft->records[j]);
        }
        if (r < 0)
                return r;
        qsort(run.written, batch->draft_count, sizeof(*run.written), compare_written);
        parallel_for(engine->parallel, batch->draft_count, 32, write_range, &run);
        for (size_t i = 0; r == 0 && i < batch->draft_count; i++)
                r = publish_draft(engine, batch, &run.written[i]);
        return r;
}

int batch_publish_entities(struct engine *engine, struct batch *batch)
{
        size_t solved;
        int r = 0;

        for (size_t i = 0; i < batch->golden_only.count; i++)
                batch_draft_of(engine, batch, batch->golden_only.items[i]);
        r = batch_load_judged(engine, batch);
        if (r < 0)
                return r;
        note_appeared_organizations(engine, batch);
        r = release_leavers(engine, batch);
        if (r == 0)
                r = decide_anchors(engine, batch, 0);
        solved = batch->draft_count;
        if (r == 0)
                r = load_referrers(engine, batch);
        if (r == 0)
                r = decide_anchors(engine, batch, solved);
        if (r < 0)
                return r;
        map_init(&batch->anchors, batch->arena);
        for (size_t i = 0; i < batch->draft_count; i++)
                map_put(&batch->anchors, batch->drafts[i].anchor, (uint32_t)i, NULL);
        r = publish_ends(engine, batch);
        return r < 0 ? r : publish_drafts(engine, batch);
}
