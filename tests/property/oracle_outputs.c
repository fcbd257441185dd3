/* What a state of R and D says on the topics. */
#include "oracle_internal.h"

#include "conflict/conflict.h"
#include "feed/feed.h"
#include "sync/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_TIE 0x647572616e640007ULL /* between equally good pairs: processor/engine/conflicts.c */

/* A candidate for the row of a feed. */
struct oracle_row {
        const struct feed_config *feed;
        struct feed_row row;
};

struct writer {
        struct oracle *oracle;
        struct output_set *outputs;
        struct engine_counts *counts;
        struct oracle_row *rows;
        size_t row_count, row_capacity;
};

/* ---- records and refresh requests ----------------------------------------------------------------------------------
 */

static void write_refresh(struct writer *run, struct record_key key)
{
        struct arena *arena = &run->oracle->arena;
        struct buffer json = {0};

        sync_write_refresh(key, &json);
        output_set_put(run->outputs, arena_printf(arena, "sync.%.*s", TEXT_ARG(key.source)),
                       sync_record_key(arena, key), buffer_view(&json));
        run->counts->commands++;
        buffer_free(&json);
}

static void write_records(struct writer *run)
{
        const struct config *config = run->oracle->config;

        for (size_t i = 0; i < run->oracle->record_count; i++) {
                const struct record *record = &run->oracle->records[i].record;
                struct buffer key = {0}, json = {0};

                record_key_write_json(record->key, &key);
                record_write_json(&config->vocabulary, record, &json);
                output_set_put(run->outputs, TEXT("records"), buffer_view(&key), buffer_view(&json));
                buffer_free(&key);
                buffer_free(&json);
                run->counts->records += record->alive;
                if (sync_wants_refresh(config, record))
                        write_refresh(run, record->key);
        }
}

static void write_decisions(struct writer *run)
{
        for (size_t i = 0; i < run->oracle->decision_count; i++) {
                const struct standing_decision *standing = &run->oracle->decisions[i];
                struct buffer json BUFFER_CLEANUP = {0};

                decision_write(standing->decision, &json);
                output_set_put(run->outputs, TEXT("records"), standing->subject, buffer_view(&json));
        }
}

/* ---- golden records ------------------------------------------------------------------------------------------------
 */

static bool resolve(void *context, struct text source, struct text id, char out[ENTITY_ID_SIZE])
{
        const struct oracle *oracle = context;
        uint32_t record = oracle_find_reference(oracle, source, id, TYPE_ORGANIZATION);

        if (record == NOWHERE)
                return false;
        memcpy(out, oracle->wholes[oracle->records[record].entity].id, ENTITY_ID_SIZE);
        return true;
}

static void write_commands(struct writer *run, const struct whole *whole, const struct record **members,
                           struct text golden)
{
        struct oracle *oracle = run->oracle;
        struct sync_input input = {
                .config = oracle->config,
                .standard = oracle->standard,
                .type = whole->type,
                .golden = golden,
                .members = members,
                .member_count = whole->member_count,
        };
        struct sync_commands commands = {0};
        struct error error;

        if (sync_derive(&oracle->arena, &input, &commands, &error) < 0) {
                fprintf(stderr, "%s\n", error.text);
                abort();
        }
        for (size_t i = 0; i < commands.count; i++) {
                const struct sync_command *command = &commands.items[i];

                output_set_put(run->outputs,
                               arena_printf(&oracle->arena, command->preview ? "sync-preview.%.*s" : "sync.%.*s",
                                            TEXT_ARG(command->target)),
                               command->key, command->json);
                run->counts->commands++;
        }
}

/* Which row a feed makes of an entity, for the choice among all at the end. */
static void collect_rows(struct writer *run, const struct whole *whole, struct text golden)
{
        struct oracle *oracle = run->oracle;

        for (uint32_t i = 0; i < oracle->config->feed_count; i++) {
                const struct feed_config *feed = &oracle->config->feeds[i];
                struct feed_row row;
                struct error error;
                bool found;

                if (feed->type != whole->type)
                        continue;
                if (feed_derive(&oracle->arena, oracle->config, oracle->standard, feed,
                                arena_text(&oracle->arena, golden), &row, &found, &error) < 0) {
                        fprintf(stderr, "%s\n", error.text);
                        abort();
                }
                if (found)
                        *ARENA_PUSH(&oracle->arena, run->rows, run->row_count, run->row_capacity) =
                                (struct oracle_row){feed, row};
        }
}

/* A row is published unless another candidate has its value and comes before it. */
static void write_rows(struct writer *run)
{
        for (size_t i = 0; i < run->row_count; i++) {
                const struct oracle_row *row = &run->rows[i];
                bool first = true;

                for (size_t j = 0; j < run->row_count; j++) {
                        const struct oracle_row *other = &run->rows[j];

                        if (other->feed == row->feed && row->feed->unique != ATTRIBUTE_NONE &&
                            text_equal(other->row.unique, row->row.unique) && feed_is_before(&other->row, &row->row))
                                first = false;
                }
                if (!first)
                        continue;
                output_set_put(run->outputs, arena_printf(&run->oracle->arena, "feed.%.*s", TEXT_ARG(row->feed->name)),
                               row->row.key, row->row.json);
                run->counts->feed_rows++;
        }
}

/* The last pin of each attribute on any member. */
static uint32_t find_pins(struct oracle *oracle, const struct whole *whole, struct golden_pin *pins)
{
        uint32_t count = 0;

        for (uint16_t attribute = 1; attribute < oracle->config->vocabulary.count; attribute++) {
                const struct decision *best = NULL;
                struct record *record;
                struct features features;
                char *id;

                for (size_t i = 0; i < oracle->decision_count; i++) {
                        const struct decision *decision = oracle->decisions[i].decision;
                        bool ours = decision->kind == DECISION_PIN &&
                                    vocabulary_find(&oracle->config->vocabulary, decision->attribute) == attribute;

                        for (uint32_t j = 0; ours && j < whole->member_count; j++) {
                                if (record_key_equal(oracle->records[whole->members[j]].record.key,
                                                     decision->records[0]) &&
                                    (!best || decision_compare(decision, best) > 0))
                                        best = decision;
                        }
                }
                if (!best)
                        continue;
                record = arena_calloc(&oracle->arena, 1, sizeof(*record));
                *record = (struct record){.key = best->records[0],
                                          .declared_type = whole->type,
                                          .first_time_ms = TIME_UNKNOWN_MS,
                                          .alive = true,
                                          .ever_updated = true,
                                          .updated = {.time_ms = best->at_ms},
                                          .slot_count = 1,
                                          .slots = arena_calloc(&oracle->arena, 1, sizeof(struct slot))};
                record->slots[0] = (struct slot){.attribute = attribute,
                                                 .flags = SLOT_SET,
                                                 .raw = best->value,
                                                 .value = best->value,
                                                 .version = {.time_ms = best->at_ms}};
                standard_record(oracle->standard, &oracle->arena, record, &features);
                id = arena_alloc(&oracle->arena, DECISION_ID_SIZE);
                decision_id(best, id);
                pins[count++] = (struct golden_pin){.record = record, .decision = text_from(id)};
        }
        return count;
}

static void put_conflict(struct writer *run, struct conflict *conflict)
{
        char id[CONFLICT_ID_SIZE];
        struct buffer json = {0};

        if (run->oracle->config->ignored_kinds & 1U << conflict->kind)
                return;
        conflict_id_text(conflict->id, id);
        for (size_t i = 0; i < run->oracle->decision_count; i++) {
                const struct decision *decision = run->oracle->decisions[i].decision;

                if (!text_equal(decision->conflict, text_from(id)))
                        continue;
                if (decision->kind == DECISION_DISMISS)
                        return;
                if (decision->kind == DECISION_ASSIGN)
                        conflict->assignee = decision->value;
                else
                        conflict->comment = decision->value;
        }
        conflict_write_json(&run->oracle->arena, run->oracle->config, conflict, &json);
        output_set_put(run->outputs, TEXT("conflicts"), text_from(id), buffer_view(&json));
        buffer_free(&json);
        run->counts->conflicts++;
}

static void write_golden(struct writer *run, const struct whole *whole)
{
        struct oracle *oracle = run->oracle;
        const struct record **members = arena_alloc(&oracle->arena, (whole->member_count + 1) * sizeof(*members));
        struct golden_input input = {
                .config = oracle->config,
                .type = whole->type,
                .anchor = whole->anchor,
                .members = members,
                .member_count = whole->member_count,
                .ghosts = whole->ghosts,
                .ghost_count = (uint32_t)whole->ghost_count,
                .resolve = resolve,
                .resolve_context = oracle,
        };
        struct golden_pin pins[ATTRIBUTE_MAX];
        const struct conflict *found;
        struct buffer json = {0};

        input.pin_count = find_pins(oracle, whole, pins);
        input.pins = pins;
        for (uint32_t i = 0; i < whole->member_count; i++)
                members[i] = &oracle->records[whole->members[i]].record;
        golden_write_json(&oracle->arena, &input, &json);
        output_set_put(run->outputs, arena_printf(&oracle->arena, "golden.%s", record_type_name(whole->type)),
                       text_from(whole->id), buffer_view(&json));
        for (uint32_t i = 0, count = conflict_find(&oracle->arena, &input, &found); i < count; i++) {
                struct conflict conflict = found[i];

                put_conflict(run, &conflict);
        }
        write_commands(run, whole, members, buffer_view(&json));
        collect_rows(run, whole, buffer_view(&json));
        buffer_free(&json);
        run->counts->entities[whole->type]++;
}

/* ---- conflicts -----------------------------------------------------------------------------------------------------
 */

static uint64_t tie_order(const struct oracle *oracle, uint32_t a, uint32_t b)
{
        uint64_t x = hash64_text(oracle->nodes[a].bytes, SEED_TIE), y = hash64_text(oracle->nodes[b].bytes, SEED_TIE);

        return x < y ? hash64_mix(x, y) : hash64_mix(y, x);
}

struct best_pair {
        const struct node_edge *edge;
        uint32_t first, second; /* nodes of the entity with the smaller id, and of the other */
};

static void offer(const struct oracle *oracle, struct best_pair *best, const struct node_edge *edge, uint32_t first,
                  uint32_t second)
{
        int32_t better;
        uint64_t order, best_order;

        if (best->edge) {
                better = edge->score.posterior_mbit - best->edge->score.posterior_mbit;
                order = tie_order(oracle, first, second);
                best_order = tie_order(oracle, best->first, best->second);
                if (better < 0 || (better == 0 && order > best_order) ||
                    (better == 0 && order == best_order &&
                     text_compare(oracle->nodes[first].bytes, oracle->nodes[best->first].bytes) >= 0))
                        return;
        }
        *best = (struct best_pair){.edge = edge, .first = first, .second = second};
}

static void add_side(const struct oracle *oracle, const struct whole *whole, struct conflict *conflict,
                     const struct record **records)
{
        for (uint32_t i = 0; i < whole->member_count && i < CONFLICT_RECORDS_MAX / 2; i++)
                records[conflict->record_count++] = &oracle->records[whole->members[i]].record;
        conflict->record_total += whole->member_count;
}

static void add_evidence(struct oracle *oracle, const struct score_detail *detail, struct conflict *conflict)
{
        struct conflict_evidence *evidence = arena_calloc(&oracle->arena, detail->step_count + 1, sizeof(*evidence));

        for (uint32_t i = 0; i < detail->step_count; i++) {
                const struct score_step *step = &detail->steps[i];

                evidence[i] = (struct conflict_evidence){step->attribute, step->level,       step->value_a,
                                                         step->value_b,   step->weight_mbit, true};
        }
        conflict->evidence = evidence;
        conflict->evidence_count = detail->step_count;
        conflict->contradiction = detail->contradiction;
}

static bool node_is_in(const struct oracle *oracle, uint32_t node, uint32_t entity)
{
        for (uint32_t i = 0; i < oracle->nodes[node].member_count; i++) {
                if (oracle->records[oracle->nodes[node].members[i]].entity == entity)
                        return true;
        }
        return false;
}

static uint64_t unique_sources(const struct oracle *oracle, const struct whole *whole)
{
        uint64_t bits = 0;

        for (uint32_t i = 0; i < whole->member_count; i++)
                bits |= oracle->records[whole->members[i]].unique;
        return bits;
}

/* A steward told a record of the one from a record of the other. */
static bool are_told_apart(const struct oracle *oracle, const struct whole *one, const struct whole *two)
{
        for (uint32_t i = 0; i < one->member_count; i++) {
                for (uint32_t j = 0; j < two->member_count; j++) {
                        if (oracle_are_told_apart(oracle, one->members[i], two->members[j]))
                                return true;
                }
        }
        return false;
}

static void write_pair(struct writer *run, uint32_t x, uint32_t y)
{
        struct oracle *oracle = run->oracle;
        bool ordered = strcmp(oracle->wholes[x].id, oracle->wholes[y].id) <= 0;
        uint32_t one = ordered ? x : y, two = ordered ? y : x;
        const struct record *records[CONFLICT_RECORDS_MAX];
        struct conflict conflict = {.type = oracle->wholes[x].type, .records = records, .scored = true};
        struct best_pair best = {0};
        struct score_detail detail;
        struct score_pair pair;

        for (size_t i = 0; i < oracle->edge_count; i++) {
                const struct node_edge *edge = &oracle->edges[i];

                if (node_is_in(oracle, edge->a, one) && node_is_in(oracle, edge->b, two))
                        offer(oracle, &best, edge, edge->a, edge->b);
                if (node_is_in(oracle, edge->b, one) && node_is_in(oracle, edge->a, two))
                        offer(oracle, &best, edge, edge->b, edge->a);
        }
        if (!best.edge || are_told_apart(oracle, &oracle->wholes[one], &oracle->wholes[two]) ||
            (unique_sources(oracle, &oracle->wholes[one]) & unique_sources(oracle, &oracle->wholes[two])))
                return;
        oracle_fill_pair(oracle, best.first, best.second, &pair);
        score_explain(oracle->scorer, &pair, &oracle->arena, &detail);
        if (best.edge->a == best.edge->b || !best.edge->score.cannot_link)
                conflict.kind = CONFLICT_POSSIBLE_DUPLICATE;
        else if (detail.contradiction.length > 0)
                conflict.kind = CONFLICT_CONTRADICTING_IDENTIFIERS;
        else
                return; /* establishments of one company */
        conflict.posterior_mbit = best.edge->score.posterior_mbit;
        conflict.rule = detail.rule ? detail.rule->name : TEXT_NONE;
        add_evidence(oracle, &detail, &conflict);
        conflict.entities[0] = text_from(oracle->wholes[one].id);
        conflict.entities[1] = text_from(oracle->wholes[two].id);
        add_side(oracle, &oracle->wholes[one], &conflict, records);
        conflict.first_count = conflict.record_count;
        add_side(oracle, &oracle->wholes[two], &conflict, records);
        conflict.id = conflict_id(conflict.kind, conflict.entities[0], conflict.entities[1]);
        conflict_offer_verdicts(&oracle->arena, &conflict);
        put_conflict(run, &conflict);
}

static bool is_identifying(const struct oracle *oracle, uint16_t attribute)
{
        enum attribute_kind kind = oracle->config->vocabulary.attributes[attribute].kind;

        return kind == KIND_IDENTIFIER || kind == KIND_EMAIL || kind == KIND_PHONE || kind == KIND_DATE;
}

static void write_invalid(struct writer *run, const struct whole *whole, const struct record *record)
{
        struct oracle *oracle = run->oracle;
        struct conflict_evidence evidence[16];
        struct conflict conflict = {
                .kind = CONFLICT_INVALID_IDENTIFYING_DATA,
                .type = whole->type,
                .entities = {text_from(whole->id)},
                .records = &record,
                .record_count = 1,
                .record_total = 1,
                .evidence = evidence,
        };
        struct buffer key = {0};

        for (uint32_t i = 0; i < record->slot_count && conflict.evidence_count < 16; i++) {
                const struct slot *slot = &record->slots[i];

                if ((slot->flags & SLOT_SET) && (slot->flags & (SLOT_INVALID | SLOT_FAKE)) &&
                    is_identifying(oracle, slot->attribute))
                        evidence[conflict.evidence_count++] =
                                (struct conflict_evidence){.attribute = text_from(oracle->config->vocabulary
                                                                                          .attributes[slot->attribute]
                                                                                          .name),
                                                           .level = text_from(
                                                                   standard_invalid_reason(oracle->standard, slot)),
                                                           .value_a = slot->raw};
        }
        if (conflict.evidence_count == 0)
                return;
        record_key_write_json(record->key, &key);
        conflict.id = conflict_id(conflict.kind, buffer_view(&key), TEXT_NONE);
        put_conflict(run, &conflict);
        buffer_free(&key);
}

static void write_over_merge(struct writer *run, const struct whole *whole)
{
        const struct record *records[CONFLICT_RECORDS_MAX];
        struct conflict conflict = {.kind = CONFLICT_OVER_MERGE,
                                    .type = whole->type,
                                    .entities = {text_from(whole->id)},
                                    .records = records,
                                    .record_total = whole->member_count};

        if (whole->member_count <= (uint64_t)run->oracle->config->cluster_records_max)
                return;
        for (uint32_t i = 0; i < whole->member_count && i < CONFLICT_RECORDS_MAX; i++)
                records[conflict.record_count++] = &run->oracle->records[whole->members[i]].record;
        conflict.id = conflict_id(conflict.kind, conflict.entities[0], TEXT_NONE);
        put_conflict(run, &conflict);
}

/* A decision that does not hold, about those of its records that live. */
static void write_overruled(struct writer *run, const struct decision *decision)
{
        struct oracle *oracle = run->oracle;
        const struct record *records[2];
        struct conflict_evidence evidence =
                conflict_decision_evidence(&oracle->arena, decision_kind_name(decision->kind), decision->by,
                                           decision->reason);
        struct conflict conflict = {.kind = CONFLICT_CONTRADICTING_DECISIONS,
                                    .type = TYPE_COUNT,
                                    .records = records,
                                    .evidence = &evidence,
                                    .evidence_count = 1};
        const struct whole *wholes[2] = {NULL, NULL};
        struct buffer subject BUFFER_CLEANUP = {0};

        for (uint32_t i = 0; i < 2; i++) {
                for (size_t j = 0; j < oracle->record_count; j++) {
                        const struct known_record *known = &oracle->records[j];

                        if (known->node == NOWHERE || !record_key_equal(known->record.key, decision->records[i]))
                                continue;
                        if (conflict.type == TYPE_COUNT)
                                conflict.type = oracle->nodes[known->node].type;
                        if (oracle->nodes[known->node].type != conflict.type)
                                continue;
                        records[conflict.record_count++] = &known->record;
                        wholes[wholes[0] ? 1 : 0] = &oracle->wholes[known->entity];
                }
        }
        if (!wholes[0])
                return;
        conflict.record_total = conflict.record_count;
        conflict.entities[0] = text_from(wholes[0]->id);
        if (wholes[1] && wholes[1] != wholes[0]) {
                bool ordered = strcmp(wholes[0]->id, wholes[1]->id) <= 0;

                conflict.entities[0] = text_from(wholes[ordered ? 0 : 1]->id);
                conflict.entities[1] = text_from(wholes[ordered ? 1 : 0]->id);
        }
        decision_write_subject(decision, &subject);
        conflict.id = conflict_id(conflict.kind, buffer_view(&subject), TEXT_NONE);
        put_conflict(run, &conflict);
}

static void write_members(struct writer *run, const struct whole *whole, struct output_set *members)
{
        for (uint32_t i = 0; i < whole->member_count; i++) {
                struct buffer key = {0};

                record_key_write_json(run->oracle->records[whole->members[i]].record.key, &key);
                output_set_put(members, text_from(record_type_name(whole->type)), buffer_view(&key),
                               text_from(whole->id));
                buffer_free(&key);
        }
}

void oracle_write_outputs(struct oracle *oracle, struct oracle_result *result)
{
        struct writer run = {.oracle = oracle, .outputs = &result->outputs, .counts = &result->counts};

        result->counts = (struct engine_counts){0};
        write_records(&run);
        write_decisions(&run);
        for (uint32_t i = 0; i < oracle->whole_count; i++) {
                const struct whole *whole = &oracle->wholes[i];

                write_golden(&run, whole);
                write_members(&run, whole, &result->members);
                write_over_merge(&run, whole);
                for (uint32_t j = 0; j < whole->member_count; j++)
                        write_invalid(&run, whole, &oracle->records[whole->members[j]].record);
                for (uint32_t j = 0; j < i; j++) {
                        if (oracle->wholes[j].type == whole->type)
                                write_pair(&run, j, i);
                }
        }
        for (uint32_t i = 0; i < oracle->pair_count; i++) {
                if (!oracle->pairs[i].holds)
                        write_overruled(&run, oracle->pairs[i].decision);
        }
        write_rows(&run);
}
