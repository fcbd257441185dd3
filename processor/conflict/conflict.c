/* Conflicts as JSON.
 *
 * One table says for each kind how severe it is and what a steward is advised to do. Records are shown with their
 * canonical values only: what a steward compares is what Durand compared.
 */
#include "conflict/conflict.h"

#include <stdio.h>
#include <string.h>

#define SEED_CONFLICT 0x647572616e640002ULL

static const struct {
        const char *severity;
        const char *suggestion;
} kinds[CONFLICT_KIND_COUNT] = {
        [CONFLICT_POSSIBLE_DUPLICATE] = {"medium",
                                         "decide whether these records are the same: the evidence is not enough "
                                         "for a merge and too much to ignore"},
        [CONFLICT_CONTRADICTING_IDENTIFIERS] = {"high", "correct the wrong identifier at its source, or confirm that "
                                                        "these are two different companies or people"},
        [CONFLICT_INVALID_IDENTIFYING_DATA] = {"low", "correct the value at its source; until then it is not used as "
                                                      "evidence"},
        [CONFLICT_OVER_MERGE] = {"high",
                                 "check whether these records really are one: more of them agree than is usual"},
        [CONFLICT_CONTRADICTING_DECISIONS] = {"medium", "withdraw this decision, or the later ones that contradict it"},
        [CONFLICT_DISAGREEING_VALUES] = {"medium",
                                         "pin the value that is right, or correct the wrong one at its source"},
        [CONFLICT_CONCURRENT_EDITS] = {"low",
                                       "check which of the two edits was meant to stay; the other system does not "
                                       "know of it"},
        [CONFLICT_ORPHAN_REFERENCE] = {"low", "restore the organization, or correct the reference at its source"},
        [CONFLICT_CLOSED_COMPANY] = {"medium", "stop selling to it, or correct the status at its source"},
};

struct hash128 conflict_id(enum conflict_kind kind, struct text first, struct text second)
{
        char bytes[2 * (RECORD_ID_MAX + 1024) + 2];
        size_t at = 0;

        if (text_compare(first, second) > 0) {
                struct text swap = first;

                first = second;
                second = swap;
        }
        bytes[at++] = (char)kind;
        if (first.length + second.length + 2 > sizeof(bytes))
                second.length = 0; /* subjects are ids of bounded length */
        if (first.length > 0)
                memcpy(bytes + at, first.data, first.length);
        at += first.length;
        bytes[at++] = 0x1f;
        if (second.length > 0)
                memcpy(bytes + at, second.data, second.length);
        at += second.length;
        return hash128_of_id_bits(hash128(bytes, at, SEED_CONFLICT));
}

bool conflict_id_parse(struct text text, struct hash128 *id)
{
        return text_starts_with(text, TEXT("c-")) && hash128_from_id(text.data + 2, text.length - 2, id);
}

void conflict_id_text(struct hash128 id, char out[CONFLICT_ID_SIZE])
{
        memcpy(out, "c-", 2);
        hash128_to_id(id, out + 2);
}

struct conflict_evidence conflict_decision_evidence(struct arena *arena, const char *decided, struct text by,
                                                    struct text reason)
{
        return (struct conflict_evidence){
                .attribute = TEXT("decision"),
                .level = TEXT("later decisions overrule it"),
                .value_a = arena_printf(arena, "%.*s: %s (%.*s)", TEXT_ARG(by), decided, TEXT_ARG(reason)),
        };
}

/* 1000 * 2^b / (1 + 2^b) at quarter bits from 0 to 10; the other half follows from symmetry. */
static const uint16_t probability_quarters[] = {
        500, 543, 586, 627, 667, 704, 739, 771, 800, 826, 850, 871, 889, 905, 919, 931, 941, 950, 958, 964, 970,
        974, 978, 982, 985, 987, 989, 991, 992, 993, 994, 995, 996, 997, 997, 998, 998, 998, 999, 999, 999,
};

uint32_t conflict_probability_milli(int32_t posterior_mbit)
{
        uint32_t size = posterior_mbit < 0 ? 0 - (uint32_t)posterior_mbit : (uint32_t)posterior_mbit;
        uint32_t quarter = (size + 125) / 250;
        uint32_t probability;

        if (quarter >= sizeof(probability_quarters) / sizeof(probability_quarters[0]))
                probability = 999;
        else
                probability = probability_quarters[quarter];
        return posterior_mbit < 0 ? 1000 - probability : probability;
}

static void write_record(const struct config *config, struct json_writer *writer, const struct record *record)
{
        json_write_object(writer);
        json_write_name(writer, "source");
        json_write_text(writer, record->key.source);
        json_write_name(writer, "entity");
        json_write_text(writer, record->key.entity);
        json_write_name(writer, "record_id");
        json_write_text(writer, record->key.record_id);
        json_write_name(writer, "values");
        json_write_object(writer);
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                const struct attribute *attribute = &config->vocabulary.attributes[slot->attribute];
                char name[ATTRIBUTE_NAME_MAX + 128];

                if (!(slot->flags & SLOT_SET) || attribute->hidden)
                        continue;
                if (slot->label.length > 0 && slot->label.length < 120)
                        snprintf(name, sizeof(name), "%s/%.*s", attribute->name, TEXT_ARG(slot->label));
                else
                        snprintf(name, sizeof(name), "%s", attribute->name);
                json_write_name_text(writer, text_from(name));
                json_write_text(writer, slot->value);
        }
        json_write_object_end(writer);
        json_write_object_end(writer);
}

static void write_evidence(struct json_writer *writer, const struct conflict *conflict)
{
        json_write_name(writer, "evidence");
        json_write_array(writer);
        for (uint32_t i = 0; i < conflict->evidence_count; i++) {
                const struct conflict_evidence *evidence = &conflict->evidence[i];

                json_write_object(writer);
                json_write_name(writer, "attribute");
                json_write_text(writer, evidence->attribute);
                json_write_name(writer, evidence->weighed ? "level" : "reason");
                json_write_text(writer, evidence->level);
                if (evidence->value_a.length > 0 || evidence->value_b.length > 0) {
                        json_write_name(writer, "values");
                        json_write_array(writer);
                        json_write_text(writer, evidence->value_a);
                        if (evidence->weighed)
                                json_write_text(writer, evidence->value_b);
                        json_write_array_end(writer);
                }
                if (evidence->weighed) {
                        json_write_name(writer, "weight_bits");
                        json_write_milli(writer, evidence->weight_mbit);
                }
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_record_name(struct json_writer *writer, struct arena *arena, struct record_key key)
{
        json_write_text(writer, arena_printf(arena, "%.*s/%.*s/%.*s", TEXT_ARG(key.source), TEXT_ARG(key.entity),
                                             TEXT_ARG(key.record_id)));
}

static void write_choices(struct json_writer *writer, struct arena *arena, const struct conflict *conflict)
{
        json_write_name(writer, "choices");
        json_write_array(writer);
        for (uint32_t i = 0; i < conflict->choice_count; i++) {
                const struct conflict_choice *choice = &conflict->choices[i];

                json_write_object(writer);
                json_write_name(writer, "decision");
                json_write_string(writer, choice->decision);
                json_write_name(writer, "records");
                json_write_array(writer);
                for (uint32_t j = 0; j < choice->record_count; j++)
                        write_record_name(writer, arena, choice->records[j]);
                json_write_array_end(writer);
                if (choice->attribute.length > 0) {
                        json_write_name(writer, "attribute");
                        json_write_text(writer, choice->attribute);
                        json_write_name(writer, "value");
                        json_write_text(writer, choice->value);
                }
                json_write_name(writer, "effect");
                json_write_text(writer, choice->effect);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

void conflict_write_json(struct arena *arena, const struct config *config, const struct conflict *conflict,
                         struct buffer *out)
{
        struct json_writer writer;
        char id[CONFLICT_ID_SIZE];

        conflict_id_text(conflict->id, id);
        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "conflict_id");
        json_write_string(&writer, id);
        json_write_name(&writer, "kind");
        json_write_string(&writer, conflict_kind_name(conflict->kind));
        json_write_name(&writer, "severity");
        json_write_string(&writer, kinds[conflict->kind].severity);
        json_write_name(&writer, "queue");
        json_write_text(&writer, conflict_queue(arena, config, conflict));
        json_write_name(&writer, "summary");
        json_write_text(&writer, conflict_summary(arena, conflict));
        json_write_name(&writer, "entity_type");
        json_write_string(&writer, record_type_name(conflict->type));
        json_write_name(&writer, "entities");
        json_write_array(&writer);
        for (int i = 0; i < 2; i++) {
                if (conflict->entities[i].length > 0)
                        json_write_text(&writer, conflict->entities[i]);
        }
        json_write_array_end(&writer);
        if (conflict->scored) {
                json_write_name(&writer, "posterior_bits");
                json_write_milli(&writer, conflict->posterior_mbit);
                json_write_name(&writer, "probability");
                json_write_milli(&writer, conflict_probability_milli(conflict->posterior_mbit));
        }
        if (conflict->contradiction.length > 0) {
                json_write_name(&writer, "contradiction");
                json_write_text(&writer, conflict->contradiction);
        }
        write_evidence(&writer, conflict);
        json_write_name(&writer, "records");
        json_write_array(&writer);
        for (uint32_t i = 0; i < conflict->record_count && i < CONFLICT_RECORDS_MAX; i++)
                write_record(config, &writer, conflict->records[i]);
        json_write_array_end(&writer);
        json_write_name(&writer, "record_count");
        json_write_i64(&writer, conflict->record_total);
        json_write_name(&writer, "suggestion");
        json_write_string(&writer, kinds[conflict->kind].suggestion);
        write_choices(&writer, arena, conflict);
        if (conflict->assignee.length > 0) {
                json_write_name(&writer, "assignee");
                json_write_text(&writer, conflict->assignee);
        }
        if (conflict->comment.length > 0) {
                json_write_name(&writer, "comment");
                json_write_text(&writer, conflict->comment);
        }
        json_write_object_end(&writer);
}
