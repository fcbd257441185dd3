/* Survivorship and the golden record's JSON.
 *
 * All valid values of all members become candidates in one array, which is sorted once by (attribute, rank). Everything
 * that is published is then a walk over that array. Address parts are not candidates by themselves: the parts that one
 * record gives under one label are one candidate address.
 */
#include "golden/golden.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct candidate {
        const struct slot *slot;
        const struct record *record;
        uint32_t member;
        uint8_t trust;
        bool poor;       /* says little: an initial in place of a name */
        struct text pin; /* id of the decision that pinned it; empty: a record's own word */
};

#define ADDRESS_PARTS 6

struct address {
        const struct slot *parts[ADDRESS_PARTS]; /* by attribute - ATTRIBUTE_ADDRESS_STREET */
        const struct record *record;
        struct text label;
        int64_t time_ms; /* of its newest part */
        uint32_t member;
        uint8_t trust;
        uint8_t part_count;
        const struct golden_pin *pins[ADDRESS_PARTS]; /* of pinned parts */
};

struct draft {
        const struct golden_input *input;
        struct arena *arena;
        struct json_writer writer;
        struct candidate *candidates;
        size_t candidate_count, candidate_capacity;
        struct address *addresses;
        size_t address_count, address_capacity;
};

static const char *const id_prefixes[TYPE_COUNT] = {"p-", "o-"};

void golden_entity_id(enum record_type type, struct record_key anchor, char out[ENTITY_ID_SIZE])
{
        memcpy(out, id_prefixes[type], 2);
        hash128_to_id(record_key_hash128(anchor), out + 2);
}

/* ---- collecting ----------------------------------------------------------------------------------------------------
 */

static bool is_address_part(uint16_t attribute)
{
        return attribute >= ATTRIBUTE_ADDRESS_STREET && attribute <= ATTRIBUTE_ADDRESS_COUNTRY;
}

static bool belongs_to_type(const struct attribute *attribute, enum record_type type)
{
        return !attribute->hidden && (type == TYPE_PERSON ? attribute->person : attribute->organization);
}

/* "M" or "M.": keeps its place only where nobody knows the name. */
static bool is_initial(struct text value)
{
        return value.length == 1 || (value.length == 2 && value.data[1] == '.');
}

static uint8_t trust_of(const struct config *config, struct text source, uint16_t attribute)
{
        const struct source_config *found = config_find_source(config, source);

        return found ? source_trust(found, attribute) : 0;
}

static void collect_address_part(struct draft *draft, const struct record *record, uint32_t member,
                                 const struct slot *slot)
{
        struct address *address = draft->address_count ? &draft->addresses[draft->address_count - 1] : NULL;
        bool known = false;

        for (size_t i = draft->address_count; i > 0 && !known && draft->addresses[i - 1].member == member; i--) {
                address = &draft->addresses[i - 1];
                known = text_equal(address->label, slot->label);
        }
        if (!known) {
                address = ARENA_PUSH(draft->arena, draft->addresses, draft->address_count, draft->address_capacity);
                *address = (struct address){
                        .record = record,
                        .member = member,
                        .label = slot->label,
                        .time_ms = TIME_UNKNOWN_MS,
                        .trust = trust_of(draft->input->config, record->key.source, ATTRIBUTE_ADDRESS_STREET),
                };
        }
        address->parts[slot->attribute - ATTRIBUTE_ADDRESS_STREET] = slot;
        address->part_count++;
        if (slot->version.time_ms > address->time_ms)
                address->time_ms = slot->version.time_ms;
}

static bool may_survive(const struct golden_input *input, const struct slot *slot)
{
        return (slot->flags & SLOT_SET) && !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) && slot->value.length > 0 &&
               belongs_to_type(&input->config->vocabulary.attributes[slot->attribute], input->type);
}

static void collect_record(struct draft *draft, const struct record *record, uint32_t member)
{
        const struct golden_input *input = draft->input;

        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                const struct attribute *attribute = &input->config->vocabulary.attributes[slot->attribute];
                struct candidate *candidate;

                if (!may_survive(input, slot))
                        continue;
                if (is_address_part(slot->attribute)) {
                        collect_address_part(draft, record, member, slot);
                        continue;
                }
                candidate =
                        ARENA_PUSH(draft->arena, draft->candidates, draft->candidate_count, draft->candidate_capacity);
                *candidate = (struct candidate){
                        .slot = slot,
                        .record = record,
                        .member = member,
                        .trust = trust_of(input->config, record->key.source, slot->attribute),
                        .poor = attribute->kind == KIND_NAME && is_initial(slot->value),
                };
        }
}

static void collect_pin(struct draft *draft, const struct golden_pin *pin)
{
        const struct slot *slot = pin->record->slot_count == 1 ? pin->record->slots : NULL;

        if (!slot || !may_survive(draft->input, slot) || is_address_part(slot->attribute))
                return;
        *ARENA_PUSH(draft->arena, draft->candidates, draft->candidate_count, draft->candidate_capacity) =
                (struct candidate){.slot = slot, .record = pin->record, .pin = pin->decision};
}

/* A pinned part stands in the primary address, whatever that is; without one it is the address. */
static void pin_address_part(struct draft *draft, const struct golden_pin *pin)
{
        const struct slot *slot = pin->record->slot_count == 1 ? pin->record->slots : NULL;
        struct address *address;
        int part;

        if (!slot || !may_survive(draft->input, slot) || !is_address_part(slot->attribute))
                return;
        if (draft->address_count == 0)
                *ARENA_PUSH(draft->arena, draft->addresses, draft->address_count, draft->address_capacity) =
                        (struct address){.record = pin->record, .time_ms = slot->version.time_ms};
        address = &draft->addresses[0];
        part = slot->attribute - ATTRIBUTE_ADDRESS_STREET;
        address->part_count += !address->parts[part];
        address->parts[part] = slot;
        address->pins[part] = pin;
}

/* ---- ranking -------------------------------------------------------------------------------------------------------
 */

static int newer_first(int64_t a, int64_t b)
{
        return a == b ? 0 : a > b ? -1 : 1;
}

static int rank_candidates(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;
        int order;

        if (a->slot->attribute != b->slot->attribute)
                return a->slot->attribute < b->slot->attribute ? -1 : 1;
        if ((a->pin.length > 0) != (b->pin.length > 0))
                return a->pin.length > 0 ? -1 : 1;
        if (a->poor != b->poor)
                return a->poor ? 1 : -1;
        if (a->trust != b->trust)
                return a->trust > b->trust ? -1 : 1;
        if ((order = version_compare(b->slot->version, a->slot->version)) != 0)
                return order;
        if (a->member != b->member)
                return a->member < b->member ? -1 : 1;
        return text_compare(a->slot->label, b->slot->label);
}

static int rank_addresses(const void *left, const void *right)
{
        const struct address *a = left, *b = right;
        int order;

        if (a->trust != b->trust)
                return a->trust > b->trust ? -1 : 1;
        if ((order = newer_first(a->time_ms, b->time_ms)) != 0)
                return order;
        if (a->part_count != b->part_count)
                return a->part_count > b->part_count ? -1 : 1;
        if (a->member != b->member)
                return a->member < b->member ? -1 : 1;
        return text_compare(a->label, b->label);
}

/* How much a statement about consent decides, the strongest first. */
enum statement {
        STATEMENT_DECISION, /* denied, or granted by who meant it */
        STATEMENT_DEFAULT,  /* granted only because nobody opted out */
        STATEMENT_UNKNOWN
};

/* True if the value came with the record, or in a row that repeats every value: then nobody need have touched it. */
static bool is_in_passing(const struct candidate *candidate)
{
        const struct record *record = candidate->record;
        struct version version = candidate->slot->version;

        return version.time_ms == record->first_time_ms ||
               (record->ever_complete && version_compare(version, record->complete) == 0);
}

static bool is_denied(const struct candidate *candidate)
{
        return text_equal(candidate->slot->value, TEXT("denied"));
}

static enum statement statement_of(const struct candidate *candidate)
{
        if (text_equal(candidate->slot->value, TEXT("unknown")))
                return STATEMENT_UNKNOWN;
        return text_equal(candidate->slot->raw, TEXT(CONSENT_NO_OBJECTION)) && is_in_passing(candidate)
                       ? STATEMENT_DEFAULT
                       : STATEMENT_DECISION;
}

/* Since when it has been said, as far as that is known: a denial counts from its last repetition, a grant that rows
 * repeat from the record's beginning, so that a row in the night never outdoes who unsubscribed by day. */
static int64_t said_at(const struct candidate *candidate)
{
        return is_denied(candidate) || !is_in_passing(candidate) ? candidate->slot->version.time_ms
                                                                 : candidate->record->first_time_ms;
}

/* Newest explicit decision first; of equally new ones the denial, then trust. Defaults only where nobody decided. */
static int rank_consent(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;
        enum statement a_says = statement_of(a), b_says = statement_of(b);
        int order;

        if (a_says != b_says)
                return a_says < b_says ? -1 : 1;
        if ((order = newer_first(said_at(a), said_at(b))) != 0)
                return order;
        if (is_denied(a) != is_denied(b))
                return is_denied(a) ? -1 : 1;
        return rank_candidates(left, right);
}

/* A denial first, whenever it was said; then as above. */
static int rank_restrictive(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;

        if (is_denied(a) != is_denied(b))
                return is_denied(a) ? -1 : 1;
        return rank_consent(left, right);
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

/* @pin is the id of the decision that pinned the value, or empty. */
static void write_origin(struct json_writer *writer, struct record_key key, int64_t time_ms, const char *rule,
                         struct text pin)
{
        char time[TIME_TEXT_SIZE];

        json_write_object(writer);
        json_write_name(writer, "source");
        json_write_text(writer, key.source);
        json_write_name(writer, "record_id");
        json_write_text(writer, key.record_id);
        if (time_ms != TIME_UNKNOWN_MS) {
                time_format_iso(time_ms, time);
                json_write_name(writer, "time");
                json_write_string(writer, time);
        }
        json_write_name(writer, "rule");
        json_write_string(writer, pin.length > 0 ? "pinned" : rule);
        if (pin.length > 0) {
                json_write_name(writer, "decision");
                json_write_text(writer, pin);
        }
        json_write_object_end(writer);
}

/* One past the last candidate of the attribute at @from. */
static size_t same_attribute(const struct draft *draft, size_t from)
{
        size_t to = from;

        while (to < draft->candidate_count &&
               draft->candidates[to].slot->attribute == draft->candidates[from].slot->attribute)
                to++;
        return to;
}

static bool is_repeat(const struct draft *draft, size_t from, size_t at)
{
        for (size_t i = from; i < at; i++) {
                if (text_equal(draft->candidates[i].slot->value, draft->candidates[at].slot->value))
                        return true;
        }
        return false;
}

/* The best candidate whose reference resolves; its entity id goes to @id. */
static const struct candidate *resolve_reference(const struct draft *draft, size_t from, size_t to, char *id)
{
        const struct golden_input *input = draft->input;

        for (size_t i = from; i < to; i++) {
                const struct candidate *candidate = &draft->candidates[i];
                struct text value = candidate->slot->value;
                struct text source = candidate->record->key.source;
                int64_t separator = text_find_byte(value, 0x1f, 0);

                if (separator >= 0) {
                        source = text_slice(value, 0, (uint32_t)separator);
                        value = text_slice(value, (uint32_t)separator + 1, value.length);
                }
                if (input->resolve && input->resolve(input->resolve_context, source, value, id))
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
                                 attribute_name(draft, draft->candidates[from].slot->attribute));
                        json_write_name_text(writer, text_from(name));
                        json_write_array(writer);
                        open = true;
                }
                if (section == SECTION_ATTRIBUTES)
                        json_write_text(writer, draft->candidates[i].slot->value);
                else
                        write_origin(writer, draft->candidates[i].record->key,
                                     draft->candidates[i].slot->version.time_ms, "further_value", TEXT_NONE);
        }
        if (open)
                json_write_array_end(writer);
}

static void write_attribute(struct draft *draft, size_t from, size_t to, enum section section)
{
        const struct candidate *best = &draft->candidates[from];
        const struct attribute *attribute = attribute_of(draft, best);
        struct json_writer *writer = &draft->writer;
        char id[ENTITY_ID_SIZE];
        struct text value = best->slot->value;

        if (attribute->kind == KIND_CONSENT)
                return;
        if (attribute->kind == KIND_REFERENCE) {
                best = resolve_reference(draft, from, to, id);
                if (!best)
                        return;
                value = text_from(id);
        }
        json_write_name_text(writer, text_from(attribute->name));
        if (section == SECTION_ATTRIBUTES)
                json_write_text(writer, value);
        else
                write_origin(writer, best->record->key, best->slot->version.time_ms, "trust_then_recency", best->pin);
        if (attribute->multiple && attribute->kind != KIND_REFERENCE)
                write_others(draft, from, to, section);
}

static bool same_address(const struct address *a, const struct address *b)
{
        for (int i = 0; i < ADDRESS_PARTS; i++) {
                struct text left = a->parts[i] ? a->parts[i]->value : TEXT_NONE;
                struct text right = b->parts[i] ? b->parts[i]->value : TEXT_NONE;

                if (!text_equal(left, right))
                        return false;
        }
        return true;
}

static void write_primary_address(struct draft *draft, enum section section)
{
        const struct address *address = &draft->addresses[0];

        for (int i = 0; i < ADDRESS_PARTS; i++) {
                const struct slot *part = address->parts[i];
                const struct golden_pin *pin = address->pins[i];

                if (!part)
                        continue;
                json_write_name_text(&draft->writer, text_from(attribute_name(draft, part->attribute)));
                if (section == SECTION_ATTRIBUTES)
                        json_write_text(&draft->writer, part->value);
                else
                        write_origin(&draft->writer, pin ? pin->record->key : address->record->key,
                                     part->version.time_ms, "whole_address", pin ? pin->decision : TEXT_NONE);
        }
}

static void write_other_address(struct draft *draft, const struct address *address, enum section section)
{
        if (section == SECTION_LINEAGE) {
                write_origin(&draft->writer, address->record->key, address->time_ms, "further_value", TEXT_NONE);
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

        if (draft->address_count == 0)
                return;
        write_primary_address(draft, section);
        for (size_t i = 1; i < draft->address_count; i++) {
                bool repeat = false;

                for (size_t j = 0; j < i && !repeat; j++)
                        repeat = same_address(&draft->addresses[i], &draft->addresses[j]);
                if (repeat)
                        continue;
                if (!open) {
                        json_write_name(&draft->writer, "other_address");
                        json_write_array(&draft->writer);
                        open = true;
                }
                write_other_address(draft, &draft->addresses[i], section);
        }
        if (open)
                json_write_array_end(&draft->writer);
}

static void write_section(struct draft *draft, enum section section, const char *name)
{
        bool addresses_written = false;

        json_write_name(&draft->writer, name);
        json_write_object(&draft->writer);
        for (size_t from = 0, to; from < draft->candidate_count; from = to) {
                if (!addresses_written && draft->candidates[from].slot->attribute > ATTRIBUTE_ADDRESS_STREET) {
                        write_addresses(draft, section);
                        addresses_written = true;
                }
                to = same_attribute(draft, from);
                write_attribute(draft, from, to, section);
        }
        if (!addresses_written)
                write_addresses(draft, section);
        json_write_object_end(&draft->writer);
}

static const char *rule_of_consent(const struct candidate *best, bool restrictive)
{
        if (restrictive && is_denied(best))
                return "most_restrictive";
        return statement_of(best) == STATEMENT_DEFAULT ? "default" : "newest_explicit";
}

static void write_consent(struct draft *draft)
{
        struct json_writer *writer = &draft->writer;
        bool restrictive = draft->input->config->consent_restrictive;

        json_write_name(writer, "consent");
        json_write_object(writer);
        for (size_t from = 0, to; from < draft->candidate_count; from = to) {
                struct candidate *best = &draft->candidates[from];
                char time[TIME_TEXT_SIZE];

                to = same_attribute(draft, from);
                if (attribute_of(draft, best)->kind != KIND_CONSENT)
                        continue;
                qsort(best, to - from, sizeof(*best), restrictive ? rank_restrictive : rank_consent);
                json_write_name_text(writer,
                                     text_from(attribute_name(draft, best->slot->attribute) + strlen("consent.")));
                json_write_object(writer);
                json_write_name(writer, "value");
                json_write_text(writer, best->slot->value);
                json_write_name(writer, "source");
                json_write_text(writer, best->record->key.source);
                json_write_name(writer, "record_id");
                json_write_text(writer, best->record->key.record_id);
                if (best->slot->version.time_ms != TIME_UNKNOWN_MS) {
                        time_format_iso(best->slot->version.time_ms, time);
                        json_write_name(writer, "time");
                        json_write_string(writer, time);
                }
                json_write_name(writer, "rule");
                json_write_string(writer, rule_of_consent(best, restrictive));
                if (best->pin.length > 0) {
                        json_write_name(writer, "decision");
                        json_write_text(writer, best->pin);
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
                return draft->address_count > 0 && draft->addresses[0].parts[attribute - ATTRIBUTE_ADDRESS_STREET];
        for (size_t i = 0; i < draft->candidate_count; i++) {
                if (draft->candidates[i].slot->attribute == attribute)
                        return true;
        }
        return false;
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

        for (uint32_t i = 0; i < input->member_count; i++)
                collect_record(&draft, input->members[i], i);
        for (uint32_t i = 0; i < input->pin_count; i++)
                collect_pin(&draft, &input->pins[i]);
        if (draft.candidate_count > 1)
                qsort(draft.candidates, draft.candidate_count, sizeof(*draft.candidates), rank_candidates);
        if (draft.address_count > 1)
                qsort(draft.addresses, draft.address_count, sizeof(*draft.addresses), rank_addresses);
        for (uint32_t i = 0; i < input->pin_count; i++)
                pin_address_part(&draft, &input->pins[i]);

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
