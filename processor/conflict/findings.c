/* Conflicts that the records of one entity show by themselves.
 *
 * Each function looks for one kind and adds what it finds; all are pure, so whoever derives them gets the same.
 */
#include "conflict/conflict.h"
#include "golden/golden.h"

#include <stdlib.h>
#include <string.h>

#define EVIDENCE_MAX 16

struct search {
        struct arena *arena;
        const struct golden_input *input;
        struct text entity_id;
        struct conflict *items;
        size_t count, capacity;
};

static bool is_wanted(const struct search *search, enum conflict_kind kind)
{
        return !(search->input->config->ignored_kinds & 1U << kind);
}

static const char *attribute_name(const struct search *search, uint16_t attribute)
{
        return search->input->config->vocabulary.attributes[attribute].name;
}

/* A conflict of @kind about the entity, told from others of its kind by @subject. Its lists can grow to EVIDENCE_MAX.
 */
struct finding {
        struct conflict_evidence *evidence;
        struct conflict_choice *choices;
        const struct record **records;
        uint32_t count, choice_count;
};

static struct finding begin(struct search *search)
{
        return (struct finding){
                .evidence = arena_calloc(search->arena, EVIDENCE_MAX, sizeof(struct conflict_evidence)),
                .choices = arena_calloc(search->arena, EVIDENCE_MAX, sizeof(struct conflict_choice)),
                .records = arena_calloc(search->arena, EVIDENCE_MAX, sizeof(struct record *)),
        };
}

/* One record's word about an attribute. */
static void add_word(struct search *search, struct finding *finding, uint16_t attribute, const struct record *record,
                     struct text value, const char *saying)
{
        if (finding->count == EVIDENCE_MAX)
                return;
        finding->records[finding->count] = record;
        finding->evidence[finding->count++] = (struct conflict_evidence){
                .attribute = text_from(attribute_name(search, attribute)),
                .level = arena_printf(search->arena, "%s %.*s/%.*s", saying, TEXT_ARG(record->key.source),
                                      TEXT_ARG(record->key.record_id)),
                .value_a = value,
        };
}

static void offer_pin(struct search *search, struct finding *finding, uint16_t attribute, const struct record *record,
                      struct text value)
{
        if (finding->choice_count == EVIDENCE_MAX)
                return;
        finding->choices[finding->choice_count++] = (struct conflict_choice){
                .decision = "pin",
                .records = {record->key},
                .record_count = 1,
                .attribute = text_from(attribute_name(search, attribute)),
                .value = value,
                .effect = TEXT("it is the value until the pin is released, whatever the records say"),
        };
}

static int compare_record_pointers(const void *left, const void *right)
{
        const struct record *const *a = left, *const *b = right;

        return record_key_compare((*a)->key, (*b)->key);
}

/* Records stand in canonical order, each once. */
static uint32_t tidy_records(const struct record **records, uint32_t count)
{
        uint32_t kept = 0;

        qsort(records, count, sizeof(*records), compare_record_pointers);
        for (uint32_t i = 0; i < count; i++) {
                if (kept == 0 || !record_key_equal(records[kept - 1]->key, records[i]->key))
                        records[kept++] = records[i];
        }
        return kept < CONFLICT_RECORDS_MAX ? kept : CONFLICT_RECORDS_MAX;
}

static void add_finding(struct search *search, enum conflict_kind kind, const struct finding *finding,
                        struct text subject)
{
        uint32_t records = tidy_records(finding->records, finding->count);

        *ARENA_PUSH(search->arena, search->items, search->count, search->capacity) = (struct conflict){
                .kind = kind,
                .id = conflict_id(kind, search->entity_id, subject),
                .type = search->input->type,
                .entities = {search->entity_id},
                .records = finding->records,
                .record_count = records,
                .record_total = records,
                .evidence = finding->evidence,
                .evidence_count = finding->count,
                .choices = finding->choices,
                .choice_count = finding->choice_count,
        };
}

/* ---- disagreeing values --------------------------------------------------------------------------------------------
 */

static void find_disagreeing(struct search *search)
{
        const struct golden_choice *choices;
        uint32_t count;

        if (!search->input->config->asks_steward[search->input->type] ||
            !is_wanted(search, CONFLICT_DISAGREEING_VALUES))
                return;
        count = golden_explain(search->arena, search->input, &choices);
        for (uint32_t i = 0; i < count; i++) {
                struct finding finding;
                const struct golden_candidate *last = NULL;

                if (!choices[i].disputed)
                        continue;
                finding = begin(search);
                for (uint32_t j = 0; j < choices[i].count; j++) {
                        const struct golden_candidate *candidate = &choices[i].candidates[j];
                        bool repeats = last && text_equal(last->value, candidate->value);

                        add_word(search, &finding, choices[i].attribute, candidate->record, candidate->value,
                                 "said by");
                        if (!repeats && choices[i].attribute != ATTRIBUTE_ADDRESS_STREET)
                                offer_pin(search, &finding, choices[i].attribute, candidate->record, candidate->value);
                        last = candidate;
                }
                add_finding(search, CONFLICT_DISAGREEING_VALUES, &finding,
                            text_from(attribute_name(search, choices[i].attribute)));
        }
}

/* ---- concurrent edits ----------------------------------------------------------------------------------------------
 */

/* Somebody set a value: not in passing, and when is known. */
struct edit {
        const struct record *record;
        const struct slot *slot;
};

/* Of an attribute with several labelled values nothing is lost, and a consent has its own rule. */
static bool can_collide(const struct search *search, const struct record *record, const struct slot *slot)
{
        const struct attribute *attribute = &search->input->config->vocabulary.attributes[slot->attribute];

        return (slot->flags & SLOT_SET) && !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) && !attribute->multiple &&
               !attribute->hidden && attribute->kind != KIND_CONSENT && attribute->kind != KIND_REFERENCE &&
               attribute->kind != KIND_TIME && slot->version.time_ms != TIME_UNKNOWN_MS &&
               !record_says_in_passing(record, slot->version);
}

/* By attribute, the latest first. */
static int compare_edits(const void *left, const void *right)
{
        const struct edit *a = left, *b = right;
        int order;

        if (a->slot->attribute != b->slot->attribute)
                return a->slot->attribute < b->slot->attribute ? -1 : 1;
        order = version_compare(b->slot->version, a->slot->version);
        return order != 0 ? order : record_key_compare(a->record->key, b->record->key);
}

/* The edits of one attribute: those of other systems that collide with the latest one. */
static void find_collision(struct search *search, const struct edit *edits, size_t count)
{
        const struct edit *latest = &edits[0];
        uint16_t attribute = latest->slot->attribute;
        struct finding finding;

        if (count < 2)
                return;
        finding = begin(search);
        for (size_t i = 0; i < count; i++) {
                int64_t apart = latest->slot->version.time_ms - edits[i].slot->version.time_ms;
                bool other = !text_equal(edits[i].record->key.source, latest->record->key.source) &&
                             !text_equal(edits[i].slot->value, latest->slot->value);

                if (apart > search->input->config->concurrent_ms || (i > 0 && !other))
                        continue;
                add_word(search, &finding, attribute, edits[i].record, edits[i].slot->value, "set by");
                offer_pin(search, &finding, attribute, edits[i].record, edits[i].slot->value);
        }
        if (finding.count > 1)
                add_finding(search, CONFLICT_CONCURRENT_EDITS, &finding, text_from(attribute_name(search, attribute)));
}

static void find_concurrent(struct search *search)
{
        const struct golden_input *input = search->input;
        struct edit *edits = NULL;
        size_t count = 0, capacity = 0;

        if (input->member_count < 2 || input->config->concurrent_ms == 0 ||
            !is_wanted(search, CONFLICT_CONCURRENT_EDITS))
                return;
        for (uint32_t i = 0; i < input->member_count; i++) {
                const struct record *record = input->members[i];

                for (uint32_t j = 0; j < record->slot_count; j++) {
                        if (can_collide(search, record, &record->slots[j]))
                                *ARENA_PUSH(search->arena, edits, count, capacity) =
                                        (struct edit){.record = record, .slot = &record->slots[j]};
                }
        }
        if (count < 2)
                return;
        qsort(edits, count, sizeof(*edits), compare_edits);
        for (size_t from = 0, to; from < count; from = to) {
                for (to = from; to < count && edits[to].slot->attribute == edits[from].slot->attribute;)
                        to++;
                find_collision(search, edits + from, to - from);
        }
}

/* ---- orphan references ---------------------------------------------------------------------------------------------
 */

/* Organizations of a source that does not bring any here are unknown for another reason. */
static bool brings_organizations(const struct config *config, struct text name)
{
        const struct source_config *source = config_find_source(config, name);

        for (uint32_t i = 0; source && i < source->entity_count; i++) {
                if (source->entities[i].type == TYPE_ORGANIZATION)
                        return true;
        }
        return false;
}

static void find_orphans_of(struct search *search, const struct record *record)
{
        static const uint16_t references[] = {ATTRIBUTE_EMPLOYER_REF, ATTRIBUTE_PARENT};
        const struct golden_input *input = search->input;
        struct finding finding = {0};

        for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
                const struct slot *slot = record_first(record, references[i]);
                char entity[ENTITY_ID_SIZE];
                struct text source, id;

                if (!slot || slot->value.length == 0)
                        continue;
                record_split_reference(slot->value, record->key.source, &source, &id);
                if (!brings_organizations(input->config, source) || !input->resolve ||
                    input->resolve(input->resolve_context, source, id, entity))
                        continue;
                if (finding.count == 0)
                        finding = begin(search);
                add_word(search, &finding, references[i], record, id, "said by");
        }
        if (finding.count > 0)
                add_finding(search, CONFLICT_ORPHAN_REFERENCE, &finding,
                            arena_printf(search->arena, "%.*s/%.*s/%.*s", TEXT_ARG(record->key.source),
                                         TEXT_ARG(record->key.entity), TEXT_ARG(record->key.record_id)));
}

static void find_orphans(struct search *search)
{
        if (!is_wanted(search, CONFLICT_ORPHAN_REFERENCE))
                return;
        for (uint32_t i = 0; i < search->input->member_count; i++)
                find_orphans_of(search, search->input->members[i]);
}

/* ---- closed companies ----------------------------------------------------------------------------------------------
 */

/* What registers and ledgers call a company that has ended; other words are mapped to one of them (`values`). */
static bool says_closed(struct text status)
{
        static const char *const words[] = {"closed",   "ceased",    "dissolved",  "liquidated", "in liquidation",
                                            "bankrupt", "insolvent", "struck off", "defunct",    "cessée",
                                            "cessee",   "radiée",    "radiee",     "fermée",     "fermee",
                                            "liquidée", "erloschen", "gelöscht",   "aufgelöst",  "disuelta",
                                            "cesada",   "cessata"};

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                if (text_equal_ascii_case(status, text_from(words[i])))
                        return true;
        }
        return false;
}

static const struct record *find_closed_record(const struct golden_input *input)
{
        for (uint32_t i = 0; i < input->member_count; i++) {
                const struct slot *slot = record_first(input->members[i], ATTRIBUTE_STATUS);

                if (slot && says_closed(slot->value))
                        return input->members[i];
        }
        return NULL;
}

static void find_closed(struct search *search)
{
        const struct golden_input *input = search->input;
        const struct record *closed = input->type == TYPE_ORGANIZATION && is_wanted(search, CONFLICT_CLOSED_COMPANY)
                                              ? find_closed_record(input)
                                              : NULL;
        struct finding finding;
        bool contradicted = false;

        if (!closed)
                return;
        finding = begin(search);
        for (uint32_t i = 0; i < input->member_count; i++) {
                const struct record *record = input->members[i];
                const struct slot *slot = record_first(record, ATTRIBUTE_STATUS);
                struct text status = slot ? slot->value : TEXT("no status");

                contradicted |= !text_equal(record->key.source, closed->key.source) && !says_closed(status);
                add_word(search, &finding, ATTRIBUTE_STATUS, record, status, "said by");
        }
        if (contradicted)
                add_finding(search, CONFLICT_CLOSED_COMPANY, &finding, TEXT_NONE);
}

uint32_t conflict_find(struct arena *arena, const struct golden_input *input, const struct conflict **found)
{
        struct search search = {.arena = arena, .input = input};
        char *id = arena_alloc(arena, ENTITY_ID_SIZE);

        golden_entity_id(input->type, input->anchor, id);
        search.entity_id = text_from(id);
        find_disagreeing(&search);
        find_concurrent(&search);
        find_orphans(&search);
        find_closed(&search);
        *found = search.items;
        return (uint32_t)search.count;
}
