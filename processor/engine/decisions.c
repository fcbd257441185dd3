/* J in the engine: which decisions stand, and what those about pairs of records make of the records.
 *
 * A decision that arrives replaces the one about the same subject if it is later; what became different is published on
 * `records`, the log of R and J. Decisions that call records the same make groups of them, over records that are not
 * there as well: "A is B" and "B is C" hold for A and C while nobody knows B. Within a group contradictions are settled
 * (steward/settle.h), and what holds leaves classes of records that are one, and pairs that are not.
 *
 * Decisions are few and records are many, so a set in memory answers for nearly all records that nobody decided about
 * them.
 */
#include "engine/decisions.h"

#include "conflict/conflict.h"
#include "engine/digest.h"
#include "engine/erasure.h"
#include "steward/settle.h"

#include <stdlib.h>
#include <string.h>

#define SEED_CONFLICT_KEY 0x647572616e64000eULL

static bool is_about_pair(enum decision_kind kind)
{
        return kind == DECISION_SAME || kind == DECISION_DIFFERENT;
}

static bool is_about_value(enum decision_kind kind)
{
        return kind == DECISION_PIN || kind == DECISION_RELEASE;
}

/* ---- the set in memory ---------------------------------------------------------------------------------------------
 */

static void mark_key(struct engine *engine, struct record_key key)
{
        uint32_t number = store_find_record(engine->txn, key);

        map_put(&engine->decided_keys, record_key_hash(key), 1, NULL);
        if (number)
                map_put(&engine->decided_records, number, 1, NULL);
}

bool engine_is_named(const struct engine *engine, struct record_key key)
{
        return engine->decided_keys.count > 0 && map_get(&engine->decided_keys, record_key_hash(key));
}

void decisions_note_record(struct engine *engine, struct record_key key, uint32_t number)
{
        if (engine_is_named(engine, key))
                map_put(&engine->decided_records, number, 1, NULL);
}

bool engine_is_decided(const struct engine *engine, uint32_t record)
{
        return engine->decided_records.count > 0 && map_get(&engine->decided_records, record);
}

struct marks {
        struct engine *engine;
        struct arena arena;
        struct error *error;
};

int engine_read_decision(struct arena *arena, struct text value, struct decision *decision, struct error *error)
{
        const struct json_node *root;

        if (json_parse(arena, arena_text(arena, value), &root, error) < 0 ||
            decision_read_kept(root, decision, error) < 0)
                return error_prefix(error, ERR_FATAL, "a decision in the state");
        return 0;
}

static int mark_decision(void *context, struct text key, struct text value)
{
        struct marks *marks = context;
        struct decision decision = {0};

        (void)key;
        arena_reset(&marks->arena);
        if (engine_read_decision(&marks->arena, value, &decision, marks->error) < 0)
                return ERR_FATAL;
        if (decision.kind == DECISION_ERASE)
                return erasure_count(marks->engine, NULL, &decision, marks->error);
        for (uint32_t i = 0; i < decision.record_count; i++)
                mark_key(marks->engine, decision.records[i]);
        return 0;
}

int decisions_open(struct engine *engine, struct error *error)
{
        struct marks marks = {.engine = engine, .error = error};
        int r;

        map_init(&engine->decided_keys, &engine->decided_arena);
        map_init(&engine->decided_records, &engine->decided_arena);
        map_init(&engine->erased_tokens, &engine->decided_arena);
        r = store_walk(engine->txn, STORE_DECISION, mark_decision, &marks);
        arena_free(&marks.arena);
        return r;
}

/* ---- J -------------------------------------------------------------------------------------------------------------
 */

struct decided_subject *batch_find_subject(struct engine *engine, struct batch *batch, const struct decision *about)
{
        struct hash128 hash = decision_subject_hash(about);
        struct buffer key BUFFER_CLEANUP = {0};
        struct decided_subject *subject;
        struct text value;
        bool inserted;
        uint32_t at = *map_put(&batch->decided_index, hash.low, (uint32_t)batch->decided_count, &inserted);

        if (!inserted)
                return &batch->decided[at];
        subject = ARENA_PUSH(batch->arena, batch->decided, batch->decided_count, batch->decided_capacity);
        decision_write_subject(about, &key);
        *subject = (struct decided_subject){.hash = hash,
                                            .about = *about,
                                            .key = arena_text(batch->arena, buffer_view(&key))};
        if (!store_get_decision(engine->txn, hash, &value))
                return subject;
        subject->old_value = arena_text(batch->arena, value);
        if (engine_read_decision(batch->arena, subject->old_value, &subject->now, engine->error) < 0)
                return NULL;
        subject->stands = true;
        subject->old_pending = subject->now.pending;
        return subject;
}

const struct message *decisions_withdrawal(struct batch *batch, const struct message *message,
                                           const struct decision *withdrawn)
{
        struct message *cause = arena_alloc(batch->arena, sizeof(*cause));
        char *id = arena_alloc(batch->arena, DECISION_ID_SIZE);

        decision_id(withdrawn, id);
        *cause = *message;
        cause->decision = text_from(id);
        return cause;
}

int batch_merge_decision(struct engine *engine, struct batch *batch, const struct change *change)
{
        struct decided_subject *subject;

        if (change->decision->kind == DECISION_ERASE)
                return batch_erase(engine, batch, change);
        for (uint32_t i = 0; i < change->decision->record_count; i++) {
                bool erased;

                if (batch_is_erased(engine, batch, change->decision->records[i], &erased) < 0)
                        return ERR_FATAL;
                if (erased)
                        return 0; /* what was said of somebody who is to be forgotten */
        }
        subject = batch_find_subject(engine, batch, change->decision);
        if (!subject)
                return ERR_FATAL;
        if (change->tombstone) {
                if (subject->stands)
                        subject->cause = decisions_withdrawal(batch, change->message, &subject->now);
                subject->stands = false;
        } else if (!subject->stands || decision_compare(change->decision, &subject->now) > 0) {
                subject->stands = true;
                subject->now = *change->decision;
                subject->cause = change->message;
        }
        return 0;
}

int batch_restore_decision(struct engine *engine, struct batch *batch, const struct json_node *key,
                           const struct json_node *value, struct error *error)
{
        struct decided_subject *subject;
        struct decision decision = {0};

        if ((value ? decision_read_kept(value, &decision, error) : decision_read_subject(key, &decision, error)) < 0)
                return ERR_FATAL;
        subject = batch_find_subject(engine, batch, &decision);
        if (!subject)
                return ERR_FATAL;
        if (decision.kind == DECISION_ERASE &&
            erasure_count(engine, subject->stands ? &subject->now : NULL, value ? &decision : NULL, error) < 0)
                return ERR_FATAL;
        subject->stands = value != NULL;
        subject->now = decision;
        return 0;
}

static bool names_record(const struct decision *decision, struct record_key key)
{
        for (uint32_t i = 0; i < decision->record_count; i++) {
                if (record_key_equal(decision->records[i], key))
                        return true;
        }
        return false;
}

int batch_withdraw_decisions_of(struct engine *engine, struct batch *batch, struct record_key key,
                                const struct message *cause)
{
        struct hash128 *subjects;
        uint32_t count = store_get_decisions_of(engine->txn, batch->arena, record_key_hash(key), &subjects);

        for (uint32_t i = 0; i < count; i++) {
                struct decision decision = {0};
                struct text value;

                if (!store_get_decision(engine->txn, subjects[i], &value))
                        continue;
                if (engine_read_decision(batch->arena, value, &decision, engine->error) < 0 ||
                    (names_record(&decision, key) && !batch_find_subject(engine, batch, &decision)))
                        return ERR_FATAL;
        }
        for (size_t i = 0; i < batch->decided_count; i++) {
                struct decided_subject *subject = &batch->decided[i];

                if (!subject->stands || !names_record(&subject->about, key))
                        continue;
                subject->stands = false;
                subject->cause = cause;
        }
        return 0;
}

static uint64_t conflict_key(struct text conflict)
{
        return hash64_text(conflict, SEED_CONFLICT_KEY);
}

/* What the subject is about, for the index. */
static void index_subject(struct engine *engine, const struct decided_subject *subject, bool add)
{
        void (*const apply)(struct store_txn *, uint64_t, struct hash128) =
                add ? store_add_decision_of : store_delete_decision_of;
        const struct decision *about = &subject->about;

        for (uint32_t i = 0; i < about->record_count; i++) {
                apply(engine->txn, record_key_hash(about->records[i]), subject->hash);
                if (add)
                        mark_key(engine, about->records[i]);
        }
        if (about->conflict.length > 0)
                apply(engine->txn, conflict_key(about->conflict), subject->hash);
}

static int store_subject(struct engine *engine, struct decided_subject *subject)
{
        struct buffer value BUFFER_CLEANUP = {0};

        if (subject->stands)
                decision_write(&subject->now, &value);
        if (text_equal(buffer_view(&value), subject->old_value))
                return 0;
        subject->changed = true;
        if (subject->old_value.length > 0)
                engine->digest.records =
                        hash128_subtract(engine->digest.records,
                                         digest_entry(TEXT("records"), subject->key, subject->old_value));
        else
                index_subject(engine, subject, true);
        if (subject->stands) {
                engine->digest.records = hash128_add(engine->digest.records,
                                                     digest_entry(TEXT("records"), subject->key, buffer_view(&value)));
                store_put_decision(engine->txn, subject->hash, buffer_view(&value));
        } else {
                index_subject(engine, subject, false);
                store_delete_decision(engine->txn, subject->hash);
        }
        return engine_put_output(engine, &(struct output){
                                                 .topic = OUTPUT_RECORDS,
                                                 .key = subject->key,
                                                 .value = buffer_view(&value),
                                                 .tombstone = !subject->stands,
                                                 .cause = subject->cause,
                                         });
}

static void note_cause(struct engine *engine, struct batch *batch, const struct decided_subject *subject)
{
        for (uint32_t i = 0; subject->changed && i < subject->about.record_count; i++) {
                uint32_t number = store_find_record(engine->txn, subject->about.records[i]);

                if (number)
                        map_put(&batch->decided_causes, number, (uint32_t)(subject - batch->decided), NULL);
        }
}

static int compare_subjects(const void *left, const void *right)
{
        const struct decided_subject *const *a = left, *const *b = right;

        return text_compare((*a)->key, (*b)->key);
}

int batch_store_decisions(struct engine *engine, struct batch *batch)
{
        struct decided_subject **order = arena_alloc(batch->arena, (batch->decided_count + 1) * sizeof(*order));
        int r = 0;

        for (size_t i = 0; i < batch->decided_count; i++)
                order[i] = &batch->decided[i];
        qsort(order, batch->decided_count, sizeof(struct decided_subject *), compare_subjects);
        for (size_t i = 0; r == 0 && i < batch->decided_count; i++) {
                r = store_subject(engine, order[i]);
                note_cause(engine, batch, order[i]);
        }
        return r;
}

const struct message *decisions_cause_of(const struct batch *batch, const uint32_t *records, uint32_t count)
{
        const struct message *cause = NULL;

        for (uint32_t i = 0; batch->decided_causes.count > 0 && i < count; i++) {
                const uint32_t *subject = map_get(&batch->decided_causes, records[i]);

                if (subject)
                        cause = batch->decided[*subject].cause;
        }
        return cause;
}

/* ---- groups --------------------------------------------------------------------------------------------------------
 */

struct gathering {
        struct engine *engine;
        struct batch *batch;
        struct map members; /* hash of a key -> index */
        struct record_key *keys;
        size_t count, capacity;
        struct map seen; /* subjects */
        struct decision *decisions;
        size_t decision_count, decision_capacity;
};

static void gather_key(struct gathering *gathering, struct record_key key)
{
        bool inserted;

        map_put(&gathering->members, record_key_hash(key), (uint32_t)gathering->count, &inserted);
        if (inserted)
                *ARENA_PUSH(gathering->batch->arena, gathering->keys, gathering->count, gathering->capacity) = key;
}

static int gather_decisions_of(struct gathering *gathering, struct record_key key)
{
        struct engine *engine = gathering->engine;
        struct arena *arena = gathering->batch->arena;
        struct hash128 *subjects;
        uint32_t count = store_get_decisions_of(engine->txn, arena, record_key_hash(key), &subjects);

        for (uint32_t i = 0; i < count; i++) {
                struct decision decision = {0};
                struct text value;
                bool inserted;

                map_put(&gathering->seen, subjects[i].low, 1, &inserted);
                if (!inserted || !store_get_decision(engine->txn, subjects[i], &value))
                        continue;
                if (engine_read_decision(arena, value, &decision, engine->error) < 0)
                        return ERR_FATAL;
                if (!is_about_pair(decision.kind))
                        continue;
                *ARENA_PUSH(arena, gathering->decisions, gathering->decision_count, gathering->decision_capacity) =
                        decision;
                if (decision.kind == DECISION_SAME) {
                        gather_key(gathering, decision.records[0]);
                        gather_key(gathering, decision.records[1]);
                }
        }
        return 0;
}

static int compare_keys(const void *left, const void *right)
{
        const struct record_key *a = left, *b = right;

        return record_key_compare(*a, *b);
}

static uint32_t index_of(const struct decided_group *group, struct record_key key)
{
        const struct record_key *found = bsearch(&key, group->keys, group->count, sizeof(*group->keys), compare_keys);

        return found ? (uint32_t)(found - group->keys) : DECIDED_OUTSIDE;
}

/* A "different" with a record outside of the group contradicts nothing. */
static void settle_group(struct gathering *gathering, struct decided_group *group)
{
        struct arena *arena = gathering->batch->arena;
        struct pair_decision *inside = arena_alloc(arena, (gathering->decision_count + 1) * sizeof(*inside));
        uint32_t inside_count = 0;

        group->pairs = arena_alloc(arena, (gathering->decision_count + 1) * sizeof(*group->pairs));
        for (size_t i = 0; i < gathering->decision_count; i++) {
                const struct decision *decision = &gathering->decisions[i];
                struct pair_decision pair = {
                        .decision = decision,
                        .a = index_of(group, decision->records[0]),
                        .b = index_of(group, decision->records[1]),
                        .holds = true,
                };

                if (pair.a != DECIDED_OUTSIDE && pair.b != DECIDED_OUTSIDE)
                        inside[inside_count++] = pair;
                else
                        group->pairs[group->pair_count++] = pair;
        }
        steward_settle(arena, group->count, inside, inside_count);
        for (uint32_t i = 0; i < inside_count; i++)
                group->pairs[group->pair_count++] = inside[i];
}

/* The smallest member of each one's class: passes over what holds until nothing changes. */
static void name_classes(struct decided_group *group)
{
        bool changed = true;

        for (uint32_t i = 0; i < group->count; i++)
                group->classes[i] = i;
        while (changed) {
                changed = false;
                for (uint32_t i = 0; i < group->pair_count; i++) {
                        const struct pair_decision *pair = &group->pairs[i];
                        uint32_t *a, *b, low;

                        if (!pair->holds || pair->decision->kind != DECISION_SAME)
                                continue;
                        a = &group->classes[pair->a];
                        b = &group->classes[pair->b];
                        if (*a == *b)
                                continue;
                        low = *a < *b ? *a : *b;
                        *a = *b = low;
                        changed = true;
                }
        }
}

static struct decided_group *make_group(struct gathering *gathering)
{
        struct engine *engine = gathering->engine;
        struct arena *arena = gathering->batch->arena;
        struct decided_group *group = arena_calloc(arena, 1, sizeof(*group));

        group->keys = gathering->keys;
        group->count = (uint32_t)gathering->count;
        qsort(group->keys, group->count, sizeof(*group->keys), compare_keys);
        group->numbers = arena_calloc(arena, group->count, sizeof(*group->numbers));
        group->classes = arena_calloc(arena, group->count, sizeof(*group->classes));
        for (uint32_t i = 0; i < group->count; i++)
                group->numbers[i] = store_find_record(engine->txn, group->keys[i]);
        settle_group(gathering, group);
        name_classes(group);
        return group;
}

int engine_decided_group(struct engine *engine, struct batch *batch, struct record_key key,
                         const struct decided_group **out)
{
        const uint32_t *known = map_get(&batch->group_by_key, record_key_hash(key));
        struct gathering gathering = {.engine = engine, .batch = batch};
        struct decided_group *group;
        uint32_t index;

        if (known) {
                *out = batch->groups[*known];
                return 0;
        }
        map_init(&gathering.members, batch->arena);
        map_init(&gathering.seen, batch->arena);
        gather_key(&gathering, key);
        for (size_t i = 0; i < gathering.count; i++) {
                if (gather_decisions_of(&gathering, gathering.keys[i]) < 0)
                        return ERR_FATAL;
        }
        group = make_group(&gathering);
        index = (uint32_t)batch->group_count;
        *ARENA_PUSH(batch->arena, batch->groups, batch->group_count, batch->group_capacity) = group;
        for (uint32_t i = 0; i < group->count; i++)
                map_put(&batch->group_by_key, record_key_hash(group->keys[i]), index, NULL);
        *out = group;
        return 0;
}

int engine_decided_group_of(struct engine *engine, struct batch *batch, uint32_t record,
                            const struct decided_group **group, uint32_t *member)
{
        struct record decoded;

        *group = NULL;
        if (!engine_is_decided(engine, record))
                return 0;
        if (engine_load_record(engine, batch->arena, record, &decoded) < 0 ||
            engine_decided_group(engine, batch, decoded.key, group) < 0)
                return ERR_FATAL;
        *member = index_of(*group, decoded.key);
        return 0;
}

bool decided_stands_alone(const struct decided_group *group, uint32_t member)
{
        for (uint32_t i = 0; i < group->pair_count; i++) {
                const struct pair_decision *pair = &group->pairs[i];

                if (pair->holds && (pair->a == member || pair->b == member))
                        return true;
        }
        return false;
}

struct record_key decided_other(const struct pair_decision *pair, uint32_t member)
{
        return pair->decision->records[pair->a == member ? 1 : 0];
}

/* ---- conflicts -----------------------------------------------------------------------------------------------------
 */

int engine_find_verdict(struct engine *engine, struct arena *arena, struct text conflict, struct verdict *verdict)
{
        struct hash128 *subjects;
        uint32_t count = store_get_decisions_of(engine->txn, arena, conflict_key(conflict), &subjects);

        *verdict = (struct verdict){0};
        for (uint32_t i = 0; i < count; i++) {
                struct decision decision = {0};
                struct text value;

                if (!store_get_decision(engine->txn, subjects[i], &value))
                        continue;
                if (engine_read_decision(arena, value, &decision, engine->error) < 0)
                        return ERR_FATAL;
                if (!text_equal(decision.conflict, conflict))
                        continue;
                if (decision.kind == DECISION_DISMISS)
                        verdict->dismissed = true;
                else if (decision.kind == DECISION_ASSIGN)
                        verdict->assignee = decision.value;
                else if (decision.kind == DECISION_COMMENT)
                        verdict->comment = decision.value;
        }
        return 0;
}

int batch_load_judged(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->decided_count; i++) {
                const struct decided_subject *subject = &batch->decided[i];
                struct stored stored;
                struct hash128 id;
                struct text value;

                if (!subject->changed || !conflict_id_parse(subject->about.conflict, &id) ||
                    !store_get_conflict(engine->txn, id, &value))
                        continue;
                if (stored_decode(batch->arena, value, &stored, engine->error) < 0)
                        return ERR_FATAL;
                for (uint32_t j = 0; stored.type == batch->type && j < stored.member_count; j++) {
                        if (batch_load_entity(engine, batch, stored.members[j]) < 0)
                                return ERR_FATAL;
                }
        }
        return 0;
}

/* ---- what has to be solved anew ------------------------------------------------------------------------------------
 */

static int seed_group(struct engine *engine, struct batch *batch, struct record_key key)
{
        const struct decided_group *group;

        if (engine_decided_group(engine, batch, key, &group) < 0)
                return ERR_FATAL;
        for (uint32_t i = 0; i < group->count; i++) {
                struct record_state state = {0};

                if (group->numbers[i] && engine_get_state(engine, group->numbers[i], &state) &&
                    engine_node_type(engine, state.node) == batch->type)
                        number_push_once(batch->arena, &batch->seeds, &batch->seed_set, state.node);
        }
        return 0;
}

/* Its golden record is written anew. */
static void note_pinned(struct engine *engine, struct batch *batch, struct record_key key)
{
        uint32_t number = store_find_record(engine->txn, key);
        struct record_state state = {0};

        if (number && engine_get_state(engine, number, &state) && state.anchor &&
            engine_node_type(engine, state.node) == batch->type)
                number_push(batch->arena, &batch->golden_only, number);
}

int batch_seed_decided(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->decided_count; i++) {
                const struct decided_subject *subject = &batch->decided[i];

                if (subject->changed && is_about_value(subject->about.kind))
                        note_pinned(engine, batch, subject->about.records[0]);
                if (!is_about_pair(subject->about.kind))
                        continue;
                for (uint32_t j = 0; subject->changed && j < subject->about.record_count; j++) {
                        if (seed_group(engine, batch, subject->about.records[j]) < 0)
                                return ERR_FATAL;
                }
        }
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];

                if (work->changed && engine_is_decided(engine, work->number) &&
                    seed_group(engine, batch, work->record.key) < 0)
                        return ERR_FATAL;
        }
        return 0;
}
