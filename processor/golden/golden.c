/* The golden record's JSON: a walk over the ranked candidates. */
#include "golden/internal.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct draft {
        const struct golden_input *input;
        struct arena *arena;
        struct json_writer writer;
        struct field field;
};

static const char *const id_prefixes[TYPE_COUNT] = {"p-", "o-"};

void golden_entity_id(enum record_type type, struct record_key anchor, char out[ENTITY_ID_SIZE])
{
        memcpy(out, id_prefixes[type], 2);
        hash128_to_id(record_key_hash128(anchor), out + 2);
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static const char *attribute_name(const struct draft *draft, uint16_t attribute)
{
        return draft->input->config->vocabulary.attributes[attribute].name;
}

static const struct attribute *attribute_of(const struct draft *draft, const struct candidate *candidate)
{
        return &draft->input->config->vocabulary.attributes[candidate->slot->attribute];
}

/* Where a value comes from. */
struct origin {
        struct record_key key;
        int64_t time_ms;
        const char *rule;
        struct text pin;  /* id of the decision that pinned the value, or empty */
        uint32_t records; /* of a sum: how many gave a part of it */
};

static void write_origin(struct json_writer *writer, const struct origin *origin)
{
        char time[TIME_TEXT_SIZE];

        json_write_object(writer);
        json_write_name(writer, "source");
        json_write_text(writer, origin->key.source);
        json_write_name(writer, "record_id");
        json_write_text(writer, origin->key.record_id);
        if (origin->time_ms != TIME_UNKNOWN_MS) {
                time_format_iso(origin->time_ms, time);
                json_write_name(writer, "time");
                json_write_string(writer, time);
        }
        json_write_name(writer, "rule");
        json_write_string(writer, origin->pin.length > 0 ? "pinned" : origin->rule);
        if (origin->records > 0) {
                json_write_name(writer, "records");
                json_write_i64(writer, origin->records);
        }
        if (origin->pin.length > 0) {
                json_write_name(writer, "decision");
                json_write_text(writer, origin->pin);
        }
        json_write_object_end(writer);
}

static bool is_repeat(const struct draft *draft, size_t from, size_t at)
{
        for (size_t i = from; i < at; i++) {
                if (text_equal(draft->field.candidates[i].slot->value, draft->field.candidates[at].slot->value))
                        return true;
        }
        return false;
}

/* The best candidate whose reference resolves; its entity id goes to @id. */
static const struct candidate *resolve_reference(const struct draft *draft, size_t from, size_t to, char *id)
{
        const struct golden_input *input = draft->input;

        for (size_t i = from; i < to; i++) {
                const struct candidate *candidate = &draft->field.candidates[i];
                struct text source, id_there;

                record_split_reference(candidate->slot->value, candidate->standing.record->key.source, &source,
                                       &id_there);
                if (input->resolve && input->resolve(input->resolve_context, source, id_there, id))
                        return candidate;
        }
        return NULL;
}

/* What part of the golden record a walk over the candidates writes. */
enum section {
        SECTION_ATTRIBUTES,
        SECTION_LINEAGE
};

static void write_others(struct draft *draft, size_t from, size_t to, enum section section)
{
        struct json_writer *writer = &draft->writer;
        char name[ATTRIBUTE_NAME_MAX + 8];
        bool open = false;

        for (size_t i = from + 1; i < to; i++) {
                if (is_repeat(draft, from, i))
                        continue;
                if (!open) {
                        snprintf(name, sizeof(name), "other_%s",
                                 attribute_name(draft, draft->field.candidates[from].slot->attribute));
                        json_write_name_text(writer, text_from(name));
                        json_write_array(writer);
                        open = true;
                }
                if (section == SECTION_ATTRIBUTES)
                        json_write_text(writer, draft->field.candidates[i].slot->value);
                else
                        write_origin(writer, &(struct origin){
                                                     .key = draft->field.candidates[i].standing.record->key,
                                                     .time_ms = draft->field.candidates[i].slot->version.time_ms,
                                                     .rule = "further_value",
                                             });
        }
        if (open)
                json_write_array_end(writer);
}

/* The default rule is called by what it does. */
static const char *rule_in_lineage(const struct survivorship *how)
{
        return how->rule == SURVIVE_TRUST ? "trust_then_recency" : survivorship_rule_name(how->rule);
}

/* The sum of what the records say; gives how many said a number. */
static uint32_t sum_up(const struct draft *draft, size_t from, size_t to, struct text *value)
{
        struct decimal sum = {0};
        uint32_t records = 0;

        for (size_t i = from; i < to; i++) {
                const struct standing *standing = &draft->field.candidates[i].standing;

                if (standing->poor)
                        continue;
                sum = decimal_add(sum, standing->number);
                records++;
        }
        if (records > 0)
                *value = decimal_text(draft->arena, sum);
        return records;
}

static void write_attribute(struct draft *draft, size_t from, size_t to, enum section section)
{
        const struct candidate *best = &draft->field.candidates[from];
        const struct attribute *attribute = attribute_of(draft, best);
        struct json_writer *writer = &draft->writer;
        char id[ENTITY_ID_SIZE];
        struct text value = best->slot->value;

        uint32_t summands = 0;

        if (attribute->kind == KIND_CONSENT || best->standing.apart)
                return;
        if (attribute->kind == KIND_REFERENCE) {
                best = resolve_reference(draft, from, to, id);
                if (!best)
                        return;
                value = text_from(id);
        }
        if (best->standing.how->rule == SURVIVE_SUM && best->standing.pin.length == 0)
                summands = sum_up(draft, from, to, &value);
        json_write_name_text(writer, text_from(attribute->name));
        if (section == SECTION_ATTRIBUTES)
                json_write_text(writer, value);
        else
                write_origin(writer, &(struct origin){
                                             .key = best->standing.record->key,
                                             .time_ms = best->slot->version.time_ms,
                                             .rule = rule_in_lineage(best->standing.how),
                                             .pin = best->standing.pin,
                                             .records = summands,
                                     });
        if (attribute->multiple && attribute->kind != KIND_REFERENCE)
                write_others(draft, from, to, section);
}

static const char *rule_of_address(const struct address *address)
{
        return address->standing.how->rule == SURVIVE_TRUST ? "whole_address"
                                                            : survivorship_rule_name(address->standing.how->rule);
}

static void write_primary_address(struct draft *draft, enum section section)
{
        const struct address *address = &draft->field.addresses[0];

        for (int i = 0; i < ADDRESS_PARTS; i++) {
                const struct slot *part = address->parts[i];
                const struct golden_pin *pin = address->pins[i];

                if (!part)
                        continue;
                json_write_name_text(&draft->writer, text_from(attribute_name(draft, part->attribute)));
                if (section == SECTION_ATTRIBUTES)
                        json_write_text(&draft->writer, part->value);
                else
                        write_origin(&draft->writer,
                                     &(struct origin){
                                             .key = pin ? pin->record->key : address->standing.record->key,
                                             .time_ms = part->version.time_ms,
                                             .rule = rule_of_address(address),
                                             .pin = pin ? pin->decision : TEXT_NONE,
                                     });
        }
}

static void write_other_address(struct draft *draft, const struct address *address, enum section section)
{
        if (section == SECTION_LINEAGE) {
                write_origin(&draft->writer, &(struct origin){
                                                     .key = address->standing.record->key,
                                                     .time_ms = address->standing.version.time_ms,
                                                     .rule = "further_value",
                                             });
                return;
        }
        json_write_object(&draft->writer);
        for (int i = 0; i < ADDRESS_PARTS; i++) {
                if (!address->parts[i])
                        continue;
                json_write_name_text(&draft->writer, text_from(attribute_name(draft, address->parts[i]->attribute) +
                                                               strlen("address.")));
                json_write_text(&draft->writer, address->parts[i]->value);
        }
        json_write_object_end(&draft->writer);
}

static void write_addresses(struct draft *draft, enum section section)
{
        bool open = false;

        if (draft->field.address_count == 0)
                return;
        write_primary_address(draft, section);
        for (size_t i = 1; i < draft->field.address_count; i++) {
                bool repeat = false;

                for (size_t j = 0; j < i && !repeat; j++)
                        repeat = is_same_address(&draft->field.addresses[i], &draft->field.addresses[j]);
                if (repeat)
                        continue;
                if (!open) {
                        json_write_name(&draft->writer, "other_address");
                        json_write_array(&draft->writer);
                        open = true;
                }
                write_other_address(draft, &draft->field.addresses[i], section);
        }
        if (open)
                json_write_array_end(&draft->writer);
}

static void write_section(struct draft *draft, enum section section, const char *name)
{
        bool addresses_written = false;

        json_write_name(&draft->writer, name);
        json_write_object(&draft->writer);
        for (size_t from = 0, to; from < draft->field.candidate_count; from = to) {
                if (!addresses_written && draft->field.candidates[from].slot->attribute > ATTRIBUTE_ADDRESS_STREET) {
                        write_addresses(draft, section);
                        addresses_written = true;
                }
                to = field_end(&draft->field, from);
                write_attribute(draft, from, to, section);
        }
        if (!addresses_written)
                write_addresses(draft, section);
        json_write_object_end(&draft->writer);
}

static const char *rule_of_consent(const struct standing *best)
{
        if (best->how->rule == SURVIVE_RESTRICT && best->denied)
                return "most_restrictive";
        return best->statement == STATEMENT_DEFAULT ? "default" : "newest_explicit";
}

static void write_consent(struct draft *draft)
{
        struct json_writer *writer = &draft->writer;

        json_write_name(writer, "consent");
        json_write_object(writer);
        for (size_t from = 0, to; from < draft->field.candidate_count; from = to) {
                const struct candidate *best = &draft->field.candidates[from];
                char time[TIME_TEXT_SIZE];

                to = field_end(&draft->field, from);
                if (attribute_of(draft, best)->kind != KIND_CONSENT)
                        continue;
                json_write_name_text(writer,
                                     text_from(attribute_name(draft, best->slot->attribute) + strlen("consent.")));
                json_write_object(writer);
                json_write_name(writer, "value");
                json_write_text(writer, best->slot->value);
                json_write_name(writer, "source");
                json_write_text(writer, best->standing.record->key.source);
                json_write_name(writer, "record_id");
                json_write_text(writer, best->standing.record->key.record_id);
                if (best->slot->version.time_ms != TIME_UNKNOWN_MS) {
                        time_format_iso(best->slot->version.time_ms, time);
                        json_write_name(writer, "time");
                        json_write_string(writer, time);
                }
                json_write_name(writer, "rule");
                json_write_string(writer, rule_of_consent(&best->standing));
                if (best->standing.pin.length > 0) {
                        json_write_name(writer, "decision");
                        json_write_text(writer, best->standing.pin);
                }
                json_write_object_end(writer);
        }
        json_write_object_end(writer);
}

static void write_members(struct draft *draft)
{
        const struct golden_input *input = draft->input;
        struct json_writer *writer = &draft->writer;

        json_write_name(writer, "members");
        json_write_array(writer);
        for (uint32_t i = 0; i < input->member_count && i < GOLDEN_MEMBERS_MAX; i++) {
                struct record_key key = input->members[i]->key;

                json_write_object(writer);
                json_write_name(writer, "source");
                json_write_text(writer, key.source);
                json_write_name(writer, "entity");
                json_write_text(writer, key.entity);
                json_write_name(writer, "record_id");
                json_write_text(writer, key.record_id);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static int compare_ids(const void *left, const void *right)
{
        return memcmp(left, right, ENTITY_ID_SIZE);
}

/* The ids that every other member and ghost would give, so that whoever kept an older id can be redirected. */
static void write_superseded(struct draft *draft)
{
        const struct golden_input *input = draft->input;
        size_t count = 0;
        char(*ids)[ENTITY_ID_SIZE] =
                arena_calloc(draft->arena, (size_t)input->member_count + input->ghost_count + 1, ENTITY_ID_SIZE);

        for (uint32_t i = 0; i < input->member_count && i < GOLDEN_MEMBERS_MAX; i++) {
                if (!record_key_equal(input->members[i]->key, input->anchor))
                        golden_entity_id(input->type, input->members[i]->key, ids[count++]);
        }
        for (uint32_t i = 0; i < input->ghost_count; i++) {
                if (!record_key_equal(input->ghosts[i], input->anchor))
                        golden_entity_id(input->type, input->ghosts[i], ids[count++]);
        }
        qsort(ids, count, ENTITY_ID_SIZE, compare_ids);
        json_write_name(&draft->writer, "superseded");
        json_write_array(&draft->writer);
        for (size_t i = 0; i < count; i++)
                json_write_string(&draft->writer, ids[i]);
        json_write_array_end(&draft->writer);
}

/* Attributes that a useful record has; each entry counts once if any of its attributes is there. */
static const uint16_t useful[TYPE_COUNT][8][3] = {
        [TYPE_PERSON] = {{ATTRIBUTE_FAMILY_NAME, ATTRIBUTE_FULL_NAME},
                         {ATTRIBUTE_GIVEN_NAME, ATTRIBUTE_FULL_NAME},
                         {ATTRIBUTE_EMAIL},
                         {ATTRIBUTE_PHONE},
                         {ATTRIBUTE_ADDRESS_STREET},
                         {ATTRIBUTE_ADDRESS_CITY, ATTRIBUTE_ADDRESS_POSTAL_CODE},
                         {ATTRIBUTE_EMPLOYER, ATTRIBUTE_EMPLOYER_REF},
                         {ATTRIBUTE_JOB_TITLE}},
        [TYPE_ORGANIZATION] = {{ATTRIBUTE_NAME, ATTRIBUTE_LEGAL_NAME},
                               {ATTRIBUTE_SIREN, ATTRIBUTE_SIRET, ATTRIBUTE_VAT_ID},
                               {ATTRIBUTE_EMAIL},
                               {ATTRIBUTE_PHONE},
                               {ATTRIBUTE_ADDRESS_STREET},
                               {ATTRIBUTE_ADDRESS_CITY, ATTRIBUTE_ADDRESS_POSTAL_CODE},
                               {ATTRIBUTE_WEBSITE},
                               {ATTRIBUTE_INDUSTRY_CODE}},
};

static bool has_attribute(const struct draft *draft, uint16_t attribute)
{
        if (is_address_part(attribute))
                return draft->field.address_count > 0 &&
                       draft->field.addresses[0].parts[attribute - ATTRIBUTE_ADDRESS_STREET];
        return field_best(&draft->field, attribute) != NULL;
}

static void write_quality(struct draft *draft)
{
        const struct golden_input *input = draft->input;
        const size_t total = sizeof(useful[0]) / sizeof(useful[0][0]);
        uint32_t sources = 1;
        int64_t filled = 0;

        for (size_t i = 0; i < total; i++) {
                bool has = false;

                for (size_t j = 0; j < 3 && !has; j++)
                        has = useful[input->type][i][j] && has_attribute(draft, useful[input->type][i][j]);
                filled += has;
        }
        for (uint32_t i = 1; i < input->member_count; i++)
                sources += !text_equal(input->members[i]->key.source, input->members[i - 1]->key.source);
        json_write_name(&draft->writer, "quality");
        json_write_object(&draft->writer);
        json_write_name(&draft->writer, "completeness");
        json_write_milli(&draft->writer, filled * 1000 / (int64_t)total);
        json_write_name(&draft->writer, "records");
        json_write_i64(&draft->writer, input->member_count);
        json_write_name(&draft->writer, "sources");
        json_write_i64(&draft->writer, sources);
        json_write_object_end(&draft->writer);
}

void golden_write_json(struct arena *arena, const struct golden_input *input, struct buffer *out)
{
        struct draft draft = {.input = input, .arena = arena};
        char id[ENTITY_ID_SIZE];

        field_collect(&draft.field, arena, input);
        golden_entity_id(input->type, input->anchor, id);
        json_writer_init(&draft.writer, out);
        json_write_object(&draft.writer);
        json_write_name(&draft.writer, "entity_id");
        json_write_string(&draft.writer, id);
        json_write_name(&draft.writer, "entity_type");
        json_write_string(&draft.writer, record_type_name(input->type));
        write_section(&draft, SECTION_ATTRIBUTES, "attributes");
        write_section(&draft, SECTION_LINEAGE, "lineage");
        write_members(&draft);
        write_superseded(&draft);
        write_consent(&draft);
        write_quality(&draft);
        json_write_object_end(&draft.writer);
}
