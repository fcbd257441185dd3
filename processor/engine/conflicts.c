/* Conflicts of the entities that the batch touched.
 *
 * All conflicts about a touched entity are derived anew: from the review-zone edges between its nodes and others', from
 * invalid values of its records, and from its size. Those that were open and are not among them have closed themselves.
 * Entities of which a steward told one record from one of the other's are no question any more.
 *
 * A conflict about two entities follows from edges that both sides see, so deriving it from either gives the same
 * bytes.
 */
#include "conflict/conflict.h"
#include "engine/decisions.h"
#include "engine/digest.h"

#include <stdlib.h>
#include <string.h>

#define SEED_TIE 0x647572616e640007ULL

/* The best edge between two entities. */
struct entity_pair {
        uint32_t anchors[2]; /* ascending numbers; only a key */
        uint32_t nodes[2];   /* nodes[i] belongs to anchors[i] */
        int32_t posterior_mbit;
        bool cannot_link;
};

struct opened {
        struct hash128 id;
        uint32_t anchors[2]; /* the second 0 where the conflict is about one entity */
};

struct conflict_run {
        struct engine *engine;
        struct batch *batch;
        struct entity_pair *pairs;
        size_t pair_count, pair_capacity;
        struct map pair_index;
        struct opened *opened;
        size_t opened_count, opened_capacity;
        struct map opened_set; /* low half of the id */
};

static struct text conflicts_topic(void)
{
        return TEXT("conflicts");
}

/* ---- opening and closing -------------------------------------------------------------------------------------------
 */

/* A conflict that a steward dismissed is kept without content: whoever takes that back finds the entities by it. */
static bool is_shown(const struct stored *stored)
{
        return stored->json_length > 0;
}

/* From what was published to what is: @old and @next are NULL where there is nothing. */
static int publish_step(struct conflict_run *run, struct hash128 id, const struct stored *old,
                        const struct stored *next, struct text json)
{
        struct engine *engine = run->engine;
        bool was = old && is_shown(old), is = next && json.length > 0;
        char text[CONFLICT_ID_SIZE];

        if (was && is && hash128_equal(old->digest, next->digest))
                return 0;
        if (was)
                digest_remove(engine, old->digest);
        if (is)
                digest_add(engine, next->digest);
        engine->counts.conflicts += (uint64_t)is - (uint64_t)was;
        if (!was && !is)
                return 0;
        conflict_id_text(id, text);
        return engine_put_output(engine, &(struct output){
                                                 .topic = OUTPUT_CONFLICTS,
                                                 .type = is ? next->type : old->type,
                                                 .key = text_from(text),
                                                 .value = json,
                                                 .tombstone = !is,
                                                 .cause = run->batch->last_cause,
                                         });
}

/* Stores it under both entities, where anything of that became different. */
static void store_opened(struct conflict_run *run, struct hash128 id, const struct stored *old,
                         const struct stored *next, struct text json)
{
        struct engine *engine = run->engine;
        struct buffer encoded BUFFER_CLEANUP = {0};

        if (old && hash128_equal(old->digest, next->digest) && is_shown(old) == (json.length > 0) &&
            old->member_count == next->member_count &&
            memcmp(old->members, next->members, next->member_count * sizeof(uint32_t)) == 0)
                return;
        for (uint32_t i = 0; old && i < old->member_count; i++)
                store_delete_conflict_of(engine->txn, old->members[i], id);
        for (uint32_t i = 0; i < next->member_count; i++)
                store_add_conflict_of(engine->txn, next->members[i], id);
        stored_encode(next, json, &encoded);
        store_put_conflict(engine->txn, id, buffer_view(&encoded));
}

static int publish_opened(struct conflict_run *run, struct conflict *conflict, const uint32_t anchors[2])
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;
        struct stored next = {.type = conflict->type}, old;
        uint32_t numbers[2] = {anchors[0], anchors[1]};
        struct buffer json BUFFER_CLEANUP = {0};
        struct verdict verdict;
        char id[CONFLICT_ID_SIZE];
        struct text value;
        bool existed, inserted;

        if (engine->config->ignored_kinds & 1U << conflict->kind)
                return 0;
        map_put(&run->opened_set, conflict->id.low, 1, &inserted);
        if (!inserted)
                return 0;
        *ARENA_PUSH(batch->arena, run->opened, run->opened_count, run->opened_capacity) =
                (struct opened){.id = conflict->id, .anchors = {anchors[0], anchors[1]}};
        conflict_id_text(conflict->id, id);
        if (engine_find_verdict(engine, batch->arena, arena_text(batch->arena, text_from(id)), &verdict) < 0)
                return ERR_FATAL;
        conflict->assignee = verdict.assignee;
        conflict->comment = verdict.comment;
        if (!verdict.dismissed) {
                conflict_write_json(batch->arena, engine->config, conflict, &json);
                next.digest = digest_entry(conflicts_topic(), text_from(id), buffer_view(&json));
        }
        next.members = numbers;
        next.member_count = anchors[1] ? 2 : 1;
        existed = store_get_conflict(engine->txn, conflict->id, &value);
        if (existed && stored_decode(batch->arena, arena_text(batch->arena, value), &old, engine->error) < 0)
                return ERR_FATAL;
        store_opened(run, conflict->id, existed ? &old : NULL, &next, buffer_view(&json));
        return publish_step(run, conflict->id, existed ? &old : NULL, &next, buffer_view(&json));
}

static int close_conflict(struct conflict_run *run, struct hash128 conflict)
{
        struct engine *engine = run->engine;
        struct stored old;
        struct text value;

        if (!store_get_conflict(engine->txn, conflict, &value))
                return 0;
        if (stored_decode(run->batch->arena, arena_text(run->batch->arena, value), &old, engine->error) < 0)
                return ERR_FATAL;
        if (old.type != run->batch->type)
                return 0;
        for (uint32_t i = 0; i < old.member_count; i++)
                store_delete_conflict_of(engine->txn, old.members[i], conflict);
        store_delete_conflict(engine->txn, conflict);
        return publish_step(run, conflict, &old, NULL, TEXT_NONE);
}

static int close_of_anchor(struct conflict_run *run, uint32_t anchor)
{
        struct hash128 *ids;
        uint32_t count = store_get_conflicts_of(run->engine->txn, run->batch->arena, anchor, &ids);

        for (uint32_t i = 0; i < count; i++) {
                int r = map_get(&run->opened_set, ids[i].low) ? 0 : close_conflict(run, ids[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- pairs of entities ---------------------------------------------------------------------------------------------
 */

static uint64_t tie_order(struct engine *engine, uint32_t a, uint32_t b)
{
        struct text left = TEXT_NONE, right = TEXT_NONE;
        uint64_t x, y;

        store_get_node(engine->txn, a, &left);
        x = hash64_text(left, SEED_TIE);
        store_get_node(engine->txn, b, &right);
        y = hash64_text(right, SEED_TIE);
        return x < y ? hash64_mix(x, y) : hash64_mix(y, x);
}

/* Two nodes whose records are entities of their own can link the same two entities either way round: a in one and b in
 * the other, or b and a. The way counts in which the entity with the smaller id has the smaller node, by content. */
static bool is_first_way(struct conflict_run *run, const struct entity_pair *pair, const struct entity_pair *best)
{
        struct engine *engine = run->engine;
        char ids[2][ENTITY_ID_SIZE];
        struct text bytes[2] = {TEXT_NONE, TEXT_NONE};
        int first;

        for (int i = 0; i < 2; i++) {
                if (engine_entity_id(engine, run->batch, run->batch->type, pair->anchors[i], ids[i]) < 0)
                        return false;
        }
        first = strcmp(ids[0], ids[1]) <= 0 ? 0 : 1;
        store_get_node(engine->txn, pair->nodes[first], &bytes[0]);
        store_get_node(engine->txn, best->nodes[first], &bytes[1]);
        return text_compare(bytes[0], bytes[1]) < 0;
}

/* Of two equally strong edges the one that comes first by content. */
static bool is_better(struct conflict_run *run, const struct entity_pair *pair, const struct entity_pair *best)
{
        uint64_t order, best_order;

        if (pair->posterior_mbit != best->posterior_mbit)
                return pair->posterior_mbit > best->posterior_mbit;
        if (pair->nodes[0] == best->nodes[0] && pair->nodes[1] == best->nodes[1])
                return false;
        order = tie_order(run->engine, pair->nodes[0], pair->nodes[1]);
        best_order = tie_order(run->engine, best->nodes[0], best->nodes[1]);
        if (order != best_order)
                return order < best_order;
        return pair->nodes[0] != best->nodes[0] && is_first_way(run, pair, best);
}

static void offer_pair(struct conflict_run *run, uint32_t anchor_a, uint32_t node_a, uint32_t anchor_b, uint32_t node_b,
                       const struct store_neighbour *edge)
{
        bool swap = anchor_a > anchor_b, inserted;
        struct entity_pair pair = {
                .anchors = {swap ? anchor_b : anchor_a, swap ? anchor_a : anchor_b},
                .nodes = {swap ? node_b : node_a, swap ? node_a : node_b},
                .posterior_mbit = edge->posterior_mbit,
                .cannot_link = edge->cannot_link,
        };
        uint64_t key = (uint64_t)pair.anchors[0] << 32 | pair.anchors[1];
        uint32_t *index = map_put(&run->pair_index, key, (uint32_t)run->pair_count, &inserted);

        if (inserted)
                *ARENA_PUSH(run->batch->arena, run->pairs, run->pair_count, run->pair_capacity) = pair;
        else if (is_better(run, &pair, &run->pairs[*index]))
                run->pairs[*index] = pair;
}

/* Anchors of the entities that a steward said are not the draft's: @told. */
static int find_told_apart(struct conflict_run *run, const struct draft *draft, struct map *told)
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;

        map_init(told, batch->arena);
        for (uint32_t i = 0; i < draft->member_count; i++) {
                const struct decided_group *group;
                uint32_t member;

                if (engine_decided_group_of(engine, batch, draft->members[i], &group, &member) < 0)
                        return ERR_FATAL;
                for (uint32_t j = 0; group && j < group->pair_count; j++) {
                        const struct pair_decision *pair = &group->pairs[j];
                        struct record_state state = {0};
                        uint32_t number;

                        if (!pair->holds || pair->decision->kind != DECISION_DIFFERENT ||
                            (pair->a != member && pair->b != member))
                                continue;
                        number = store_find_record(engine->txn, decided_other(pair, member));
                        if (number && engine_get_state(engine, number, &state) && state.anchor)
                                map_put(told, state.anchor, 1, NULL);
                }
        }
        return 0;
}

/* Another entity that the draft may be one with. */
struct neighbourhood {
        const struct draft *draft;
        uint64_t unique; /* the draft's unique sources: with an entity that has one of them it can never be one */
        struct map told; /* anchors of entities that a steward told from it */
};

static void offer_neighbour(struct conflict_run *run, const struct neighbourhood *around, uint32_t node,
                            const struct store_neighbour *edge)
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;
        uint32_t anchor = around->draft->anchor;
        uint64_t unique = around->unique;
        uint32_t *records;
        uint32_t count = store_get_members(engine->txn, batch->arena, edge->node, &records);

        for (uint32_t i = 0; i < count; i++) {
                struct record_state state = {0};

                if (unique && (unique & engine_unique_bit(engine, batch, records[i])))
                        continue;
                if (!engine_get_state(engine, records[i], &state) || state.anchor == 0 || state.anchor == anchor ||
                    map_get(&around->told, state.anchor))
                        continue;
                if (unique && (unique & engine_unique_of_entity(engine, batch, records[i], state.anchor)))
                        continue;
                offer_pair(run, anchor, node, state.anchor, edge->node, edge);
        }
}

/* Records of one value node that are entities of their own: the node's comparison with itself is what is known. */
static void offer_twins(struct conflict_run *run, const struct neighbourhood *around, uint32_t node)
{
        struct engine *engine = run->engine;
        struct store_neighbour self = {.node = node};
        struct features features;
        struct score_pair pair;
        struct text bytes;

        if (store_count_members(engine->txn, node) < 2 || !store_get_node(engine->txn, node, &bytes) ||
            features_decode(bytes, &features) < 0)
                return;
        engine_fill_pair(engine, run->batch, run->batch->arena, node, &features, node, &features, &pair);
        self.posterior_mbit = score_pair(engine->scorer[0], &pair).posterior_mbit;
        if (self.posterior_mbit >= engine->config->zones[run->batch->type].review_mbit)
                offer_neighbour(run, around, node, &self);
}

static int offer_draft(struct conflict_run *run, const struct draft *draft)
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;
        struct neighbourhood around = {.draft = draft};
        struct map seen;

        if (engine->config->unique[batch->type] && draft->member_count > 0)
                around.unique = engine_unique_of_entity(engine, batch, draft->members[0], draft->anchor);
        if (find_told_apart(run, draft, &around.told) < 0)
                return ERR_FATAL;
        map_init(&seen, batch->arena);
        for (uint32_t i = 0; i < draft->member_count; i++) {
                struct record_state state = {0};
                struct store_neighbour *edges;
                uint32_t count;
                bool inserted;

                if (!engine_get_state(engine, draft->members[i], &state) || state.node == 0)
                        continue;
                map_put(&seen, state.node, 1, &inserted);
                if (!inserted)
                        continue;
                count = store_get_edges(engine->txn, batch->arena, state.node, &edges);
                for (uint32_t j = 0; j < count; j++) {
                        if (edges[j].posterior_mbit >= engine->config->zones[batch->type].review_mbit)
                                offer_neighbour(run, &around, state.node, &edges[j]);
                }
                offer_twins(run, &around, state.node);
        }
        return 0;
}

/* ---- content -------------------------------------------------------------------------------------------------------
 */

#define SIDE_RECORDS_MAX (CONFLICT_RECORDS_MAX / 2)

static int compare_records(const void *left, const void *right)
{
        const struct record *a = left, *b = right;

        return record_key_compare(a->key, b->key);
}

/* The entity's first records in canonical order, appended to @records; gives the number of all. */
static int side_records(struct conflict_run *run, uint32_t anchor, const struct record **records, uint32_t *count,
                        uint32_t *total)
{
        struct engine *engine = run->engine;
        struct arena *arena = &engine->scratch_arena;
        struct stored stored = {0};
        struct record *loaded;
        struct text value;

        if (!store_get_golden(engine->txn, anchor, &value))
                return 0;
        if (stored_decode(arena, value, &stored, engine->error) < 0)
                return ERR_FATAL;
        loaded = arena_alloc(arena, ((size_t)stored.member_count + 1) * sizeof(*loaded));
        for (uint32_t i = 0; i < stored.member_count; i++) {
                int r = engine_load_record(engine, arena, stored.members[i], &loaded[i]);

                if (r < 0)
                        return r;
        }
        qsort(loaded, stored.member_count, sizeof(*loaded), compare_records);
        for (uint32_t i = 0; i < stored.member_count && i < SIDE_RECORDS_MAX; i++)
                records[(*count)++] = &loaded[i];
        *total += stored.member_count;
        return 0;
}

static void copy_evidence(struct arena *arena, const struct score_detail *detail, struct conflict *conflict)
{
        struct conflict_evidence *evidence = arena_calloc(arena, detail->step_count + 1, sizeof(*evidence));

        for (uint32_t i = 0; i < detail->step_count; i++)
                evidence[i] = (struct conflict_evidence){
                        .attribute = detail->steps[i].attribute,
                        .level = detail->steps[i].level,
                        .value_a = detail->steps[i].value_a,
                        .value_b = detail->steps[i].value_b,
                        .weight_mbit = detail->steps[i].weight_mbit,
                        .weighed = true,
                };
        conflict->evidence = evidence;
        conflict->evidence_count = detail->step_count;
        conflict->contradiction = detail->contradiction;
}

static int explain_pair(struct conflict_run *run, uint32_t node_a, uint32_t node_b, struct score_detail *detail)
{
        struct engine *engine = run->engine;
        struct arena *arena = &engine->scratch_arena;
        struct features *features = arena_alloc(arena, 2 * sizeof(*features));
        struct score_pair pair;
        struct text a, b;

        if (!store_get_node(engine->txn, node_a, &a) || !store_get_node(engine->txn, node_b, &b) ||
            features_decode(a, &features[0]) < 0 || features_decode(b, &features[1]) < 0)
                return error_set(engine->error, ERR_FATAL, "value node %u or %u is missing or damaged", node_a, node_b);
        engine_fill_pair(engine, run->batch, arena, node_a, &features[0], node_b, &features[1], &pair);
        score_explain(engine->scorer[0], &pair, arena, detail);
        return 0;
}

static int open_pair(struct conflict_run *run, const struct entity_pair *pair)
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;
        const struct record *records[CONFLICT_RECORDS_MAX];
        struct conflict conflict = {.type = batch->type, .records = records, .scored = true};
        char ids[2][ENTITY_ID_SIZE];
        struct score_detail detail = {0};
        int first, r = 0;

        arena_reset(&engine->scratch_arena);
        for (int i = 0; r == 0 && i < 2; i++)
                r = engine_entity_id(engine, batch, batch->type, pair->anchors[i], ids[i]);
        if (r < 0)
                return r;
        first = strcmp(ids[0], ids[1]) <= 0 ? 0 : 1;
        r = explain_pair(run, pair->nodes[first], pair->nodes[1 - first], &detail);
        if (r < 0)
                return r;
        /* Establishments of one company are kept apart by their numbers, but contradict nothing. */
        if (pair->cannot_link && detail.contradiction.length == 0)
                return 0;
        conflict.kind = pair->cannot_link ? CONFLICT_CONTRADICTING_IDENTIFIERS : CONFLICT_POSSIBLE_DUPLICATE;
        conflict.posterior_mbit = pair->posterior_mbit;
        conflict.rule = detail.rule ? detail.rule->name : TEXT_NONE;
        copy_evidence(&engine->scratch_arena, &detail, &conflict);
        for (int i = 0; r == 0 && i < 2; i++) {
                int side = i == 0 ? first : 1 - first;

                conflict.entities[i] = text_from(ids[side]);
                r = side_records(run, pair->anchors[side], records, &conflict.record_count, &conflict.record_total);
                if (i == 0)
                        conflict.first_count = conflict.record_count;
        }
        conflict_offer_verdicts(&engine->scratch_arena, &conflict);
        conflict.id = conflict_id(conflict.kind, conflict.entities[0], conflict.entities[1]);
        return r < 0 ? r : publish_opened(run, &conflict, pair->anchors);
}

/* ---- conflicts of one entity ---------------------------------------------------------------------------------------
 */

static bool is_identifying(const struct vocabulary *vocabulary, uint16_t attribute)
{
        switch (vocabulary->attributes[attribute].kind) {
        case KIND_IDENTIFIER:
        case KIND_EMAIL:
        case KIND_PHONE:
        case KIND_DATE:
                return true;
        default:
                return false;
        }
}

static int open_invalid(struct conflict_run *run, const struct draft *draft, const struct record *record)
{
        struct engine *engine = run->engine;
        struct batch *batch = run->batch;
        struct conflict_evidence evidence[16];
        const struct record *records[1] = {record};
        struct conflict conflict = {
                .kind = CONFLICT_INVALID_IDENTIFYING_DATA,
                .type = batch->type,
                .records = records,
                .record_count = 1,
                .record_total = 1,
                .evidence = evidence,
        };
        uint32_t anchors[2] = {draft->anchor, 0};
        struct buffer key = {0};
        int r;

        for (uint32_t i = 0; i < record->slot_count && conflict.evidence_count < 16; i++) {
                const struct slot *slot = &record->slots[i];

                if (!(slot->flags & SLOT_SET) || !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) ||
                    !is_identifying(&engine->config->vocabulary, slot->attribute))
                        continue;
                evidence[conflict.evidence_count++] = (struct conflict_evidence){
                        .attribute = text_from(engine->config->vocabulary.attributes[slot->attribute].name),
                        .level = text_from(standard_invalid_reason(engine->standard[0], slot)),
                        .value_a = slot->raw,
                };
        }
        if (conflict.evidence_count == 0)
                return 0;
        conflict.entities[0] = text_from(draft->id);
        record_key_write_json(record->key, &key);
        conflict.id = conflict_id(conflict.kind, buffer_view(&key), TEXT_NONE);
        r = publish_opened(run, &conflict, anchors);
        buffer_free(&key);
        return r;
}

static int open_over_merge(struct conflict_run *run, const struct draft *draft)
{
        const struct record *records[CONFLICT_RECORDS_MAX];
        struct conflict conflict = {
                .kind = CONFLICT_OVER_MERGE,
                .type = run->batch->type,
                .records = records,
                .record_total = draft->member_count,
        };
        uint32_t anchors[2] = {draft->anchor, 0};

        if (draft->member_count <= (uint64_t)run->engine->config->cluster_records_max)
                return 0;
        for (uint32_t i = 0; i < draft->member_count && i < CONFLICT_RECORDS_MAX; i++)
                records[conflict.record_count++] = &draft->records[i];
        conflict.entities[0] = text_from(draft->id);
        conflict.id = conflict_id(conflict.kind, conflict.entities[0], TEXT_NONE);
        return publish_opened(run, &conflict, anchors);
}

/* The entity of the stratum that a record belongs to; 0: none. */
static uint32_t anchor_of_key(struct conflict_run *run, struct record_key key, bool *living)
{
        struct engine *engine = run->engine;
        uint32_t number = store_find_record(engine->txn, key);
        struct record_state state = {0};
        enum record_type type = TYPE_COUNT;

        if (number && engine_get_state(engine, number, &state))
                type = engine_node_type(engine, state.node);
        *living = type != TYPE_COUNT;
        return type == run->batch->type ? state.anchor : 0;
}

/* About the records of the decision that live, under the type of the first of them. */
static int open_overruled(struct conflict_run *run, const struct decision *decision)
{
        struct engine *engine = run->engine;
        struct arena *arena = run->batch->arena;
        const struct record *records[2];
        struct record *loaded = arena_alloc(arena, 2 * sizeof(*loaded));
        struct conflict_evidence evidence;
        struct conflict conflict = {.kind = CONFLICT_CONTRADICTING_DECISIONS,
                                    .type = run->batch->type,
                                    .records = records,
                                    .evidence = &evidence,
                                    .evidence_count = 1};
        struct buffer subject BUFFER_CLEANUP = {0};
        uint32_t anchors[2] = {0}, count = 0;
        char ids[2][ENTITY_ID_SIZE];

        for (uint32_t i = 0; i < 2; i++) {
                bool living;
                uint32_t anchor = anchor_of_key(run, decision->records[i], &living);

                if (living && !anchor && count == 0)
                        return 0; /* the other type's */
                if (!anchor)
                        continue;
                if (engine_load_record(engine, arena, store_find_record(engine->txn, decision->records[i]),
                                       &loaded[conflict.record_count]) < 0)
                        return ERR_FATAL;
                records[conflict.record_count] = &loaded[conflict.record_count];
                conflict.record_count++;
                if (count == 0 || anchor != anchors[0])
                        anchors[count++] = anchor;
        }
        if (count == 0)
                return 0;
        if (count == 2 && anchors[0] > anchors[1]) {
                uint32_t first = anchors[0];

                anchors[0] = anchors[1];
                anchors[1] = first;
        }
        for (uint32_t i = 0; i < count; i++) {
                if (engine_entity_id(engine, run->batch, run->batch->type, anchors[i], ids[i]) < 0)
                        return ERR_FATAL;
        }
        conflict.entities[0] = text_from(ids[count == 2 && strcmp(ids[0], ids[1]) > 0 ? 1 : 0]);
        if (count == 2)
                conflict.entities[1] = text_from(ids[conflict.entities[0].data == ids[0] ? 1 : 0]);
        conflict.record_total = conflict.record_count;
        evidence =
                conflict_decision_evidence(arena, decision_kind_name(decision->kind), decision->by, decision->reason);
        decision_write_subject(decision, &subject);
        conflict.id = conflict_id(conflict.kind, buffer_view(&subject), TEXT_NONE);
        return publish_opened(run, &conflict, anchors);
}

static int open_overruled_of(struct conflict_run *run, uint32_t record)
{
        const struct decided_group *group;
        uint32_t member;
        int r = engine_decided_group_of(run->engine, run->batch, record, &group, &member);

        for (uint32_t i = 0; r == 0 && group && i < group->pair_count; i++) {
                const struct pair_decision *pair = &group->pairs[i];

                if (!pair->holds && (pair->a == member || pair->b == member))
                        r = open_overruled(run, pair->decision);
        }
        return r;
}

static int open_findings(struct conflict_run *run, const struct draft *draft)
{
        uint32_t anchors[2] = {draft->anchor, 0};
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < draft->finding_count; i++) {
                struct conflict conflict = draft->findings[i];

                r = publish_opened(run, &conflict, anchors);
        }
        return r;
}

static int open_of_draft(struct conflict_run *run, const struct draft *draft)
{
        int r = open_over_merge(run, draft);

        if (r == 0)
                r = open_findings(run, draft);

        for (uint32_t i = 0; r == 0 && i < draft->member_count; i++)
                r = open_invalid(run, draft, &draft->records[i]);
        for (uint32_t i = 0; r == 0 && i < draft->member_count; i++)
                r = open_overruled_of(run, draft->members[i]);
        return r;
}

int batch_publish_conflicts(struct engine *engine, struct batch *batch)
{
        struct conflict_run run = {.engine = engine, .batch = batch};
        int r = 0;

        map_init(&run.pair_index, batch->arena);
        map_init(&run.opened_set, batch->arena);
        for (size_t i = 0; r == 0 && i < batch->draft_count; i++)
                r = offer_draft(&run, &batch->drafts[i]);
        for (size_t i = 0; r == 0 && i < run.pair_count; i++)
                r = open_pair(&run, &run.pairs[i]);
        for (size_t i = 0; r == 0 && i < batch->draft_count; i++)
                r = open_of_draft(&run, &batch->drafts[i]);
        for (size_t i = 0; r == 0 && i < batch->old_anchors.count; i++)
                r = close_of_anchor(&run, batch->old_anchors.items[i]);
        for (size_t i = 0; r == 0 && i < batch->draft_count; i++)
                r = close_of_anchor(&run, batch->drafts[i].anchor);
        return r;
}
