/* Collecting what an attribute could be, and ranking it.
 *
 * All valid values of all members become candidates in one array, which is sorted by (attribute, rank). Address parts
 * are no candidates by themselves: the parts that one record gives under one label are one candidate address. What a
 * rule looks at beyond the value itself (age, frequency, what it goes with) is worked out only where some rule does.
 */
#include "golden/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- collecting ----------------------------------------------------------------------------------------------------
 */

bool is_address_part(uint16_t attribute)
{
        return attribute >= ATTRIBUTE_ADDRESS_STREET && attribute <= ATTRIBUTE_ADDRESS_COUNTRY;
}

static bool belongs_to_type(const struct attribute *attribute, enum record_type type)
{
        return !attribute->hidden && (type == TYPE_PERSON ? attribute->person : attribute->organization);
}

static bool may_survive(const struct golden_input *input, const struct slot *slot)
{
        return (slot->flags & SLOT_SET) && !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) && slot->value.length > 0 &&
               belongs_to_type(&input->config->vocabulary.attributes[slot->attribute], input->type);
}

/* "M" or "M.": keeps its place only where nobody knows the name. */
static bool is_initial(struct text value)
{
        return value.length == 1 || (value.length == 2 && value.data[1] == '.');
}

static uint32_t characters(struct text value)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < value.length; i++)
                count += ((unsigned char)value.data[i] & 0xc0) != 0x80; /* continuation bytes of UTF-8 */
        return count;
}

static uint32_t trust_in(const struct config *config, struct text source, uint16_t attribute)
{
        const struct source_config *found = config_find_source(config, source);

        return found ? source_trust(found, attribute) * 1000U : 0;
}

static struct standing stand(const struct field *field, const struct record *record, uint32_t member,
                             const struct slot *slot)
{
        const struct golden_input *input = field->input;
        const struct attribute *attribute = &input->config->vocabulary.attributes[slot->attribute];
        struct standing standing = {
                .how = &input->config->survivorship[input->type][slot->attribute],
                .record = record,
                .label = slot->label,
                .value = slot->value,
                .version = slot->version,
                .member = member,
                .poor = attribute->kind == KIND_NAME && is_initial(slot->value),
        };

        if (attribute->kind == KIND_CONSENT)
                consent_judge(&standing, slot);
        if (attribute->kind == KIND_NUMBER && standing.how->rule != SURVIVE_TRUST)
                standing.poor = !decimal_parse(slot->value, &standing.number);
        if (standing.how->rule == SURVIVE_LONGEST)
                standing.fullness = characters(slot->value);
        return standing;
}

static void add_candidate(struct field *field, const struct slot *slot, struct standing standing)
{
        *ARENA_PUSH(field->arena, field->candidates, field->candidate_count, field->candidate_capacity) =
                (struct candidate){.slot = slot, .standing = standing};
}

static struct address *add_address(struct field *field, const struct record *record, uint32_t member, struct text label)
{
        struct address *address =
                ARENA_PUSH(field->arena, field->addresses, field->address_count, field->address_capacity);
        const struct golden_input *input = field->input;

        *address = (struct address){
                .standing = {.how = &input->config->survivorship[input->type][ATTRIBUTE_ADDRESS_STREET],
                             .record = record,
                             .member = member,
                             .label = label,
                             .version = VERSION_NONE}};
        return address;
}

static void put_part(struct address *address, const struct slot *slot)
{
        const struct slot **part = &address->parts[slot->attribute - ATTRIBUTE_ADDRESS_STREET];

        address->part_count += !*part;
        *part = slot;
        if (slot->version.time_ms > address->standing.version.time_ms)
                address->standing.version.time_ms = slot->version.time_ms;
}

static void collect_address_part(struct field *field, const struct record *record, uint32_t member,
                                 const struct slot *slot)
{
        struct address *address = NULL;

        for (size_t i = field->address_count; i > 0 && !address && field->addresses[i - 1].standing.member == member;
             i--) {
                if (text_equal(field->addresses[i - 1].standing.label, slot->label))
                        address = &field->addresses[i - 1];
        }
        if (!address) {
                address = add_address(field, record, member, slot->label);
                address->standing.trust_milli =
                        trust_in(field->input->config, record->key.source, ATTRIBUTE_ADDRESS_STREET);
        }
        put_part(address, slot);
}

static void collect_record(struct field *field, const struct record *record, uint32_t member)
{
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                struct standing standing;

                if (!may_survive(field->input, slot))
                        continue;
                if (is_address_part(slot->attribute)) {
                        collect_address_part(field, record, member, slot);
                        continue;
                }
                standing = stand(field, record, member, slot);
                standing.trust_milli = trust_in(field->input->config, record->key.source, slot->attribute);
                add_candidate(field, slot, standing);
        }
}

static const struct slot *slot_of_pin(const struct field *field, const struct golden_pin *pin)
{
        const struct slot *slot = pin->record->slot_count == 1 ? pin->record->slots : NULL;

        return slot && may_survive(field->input, slot) ? slot : NULL;
}

static void collect_pin(struct field *field, const struct golden_pin *pin)
{
        const struct slot *slot = slot_of_pin(field, pin);
        struct standing standing;

        if (!slot || is_address_part(slot->attribute))
                return;
        standing = stand(field, pin->record, 0, slot);
        standing.pin = pin->decision;
        add_candidate(field, slot, standing);
}

/* A pinned part stands in the primary address, whatever that is; without one it is the address. */
static void pin_address_part(struct field *field, const struct golden_pin *pin)
{
        const struct slot *slot = slot_of_pin(field, pin);
        struct address *address;

        if (!slot || !is_address_part(slot->attribute))
                return;
        address = field->address_count > 0 ? &field->addresses[0] : add_address(field, pin->record, 0, TEXT_NONE);
        put_part(address, slot);
        address->pins[slot->attribute - ATTRIBUTE_ADDRESS_STREET] = pin;
}

/* ---- what some rules ask for ---------------------------------------------------------------------------------------
 */

/* Trust by age: t / (1 + age / half life), so that it is a half after one half life and a third after two. A value of
 * unknown age is older than all. */
static uint32_t age_trust(uint32_t trust_milli, int64_t half_life_ms, int64_t newest_ms, int64_t time_ms)
{
        uint64_t age;

        if (half_life_ms == 0 || time_ms == newest_ms)
                return trust_milli;
        if (time_ms == TIME_UNKNOWN_MS)
                return 0;
        age = (uint64_t)newest_ms - (uint64_t)time_ms;
        return (uint32_t)((uint64_t)half_life_ms * trust_milli / ((uint64_t)half_life_ms + age));
}

static void age_candidates(struct field *field)
{
        int64_t *newest = arena_alloc(field->arena, ATTRIBUTE_MAX * sizeof(*newest));

        for (size_t i = 0; i < ATTRIBUTE_MAX; i++)
                newest[i] = TIME_UNKNOWN_MS;
        for (size_t i = 0; i < field->candidate_count; i++) {
                const struct candidate *candidate = &field->candidates[i];

                if (candidate->standing.version.time_ms > newest[candidate->slot->attribute])
                        newest[candidate->slot->attribute] = candidate->standing.version.time_ms;
        }
        for (size_t i = 0; i < field->candidate_count; i++) {
                struct standing *standing = &field->candidates[i].standing;

                standing->trust_milli =
                        age_trust(standing->trust_milli, standing->how->half_life_ms,
                                  newest[field->candidates[i].slot->attribute], standing->version.time_ms);
        }
}

static void age_addresses(struct field *field)
{
        int64_t newest = TIME_UNKNOWN_MS;

        for (size_t i = 0; i < field->address_count; i++) {
                if (field->addresses[i].standing.version.time_ms > newest)
                        newest = field->addresses[i].standing.version.time_ms;
        }
        for (size_t i = 0; i < field->address_count; i++) {
                struct standing *standing = &field->addresses[i].standing;

                standing->trust_milli = age_trust(standing->trust_milli, standing->how->half_life_ms, newest,
                                                  standing->version.time_ms);
        }
}

static int compare_values(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;
        int order;

        if (a->slot->attribute != b->slot->attribute)
                return a->slot->attribute < b->slot->attribute ? -1 : 1;
        order = text_compare(a->slot->value, b->slot->value);
        if (order == 0)
                order = (a->standing.member > b->standing.member) - (a->standing.member < b->standing.member);
        return order;
}

/* A record that says a value twice counts once; a pin is no record. */
static void count_candidates(struct field *field)
{
        struct candidate *items = field->candidates;
        size_t from = 0;

        qsort(items, field->candidate_count, sizeof(*items), compare_values);
        while (from < field->candidate_count) {
                uint32_t records = 0;
                size_t to = from;

                for (; to < field->candidate_count && items[to].slot->attribute == items[from].slot->attribute &&
                       text_equal(items[to].slot->value, items[from].slot->value);
                     to++)
                        records += to == from || items[to].standing.member != items[to - 1].standing.member;
                for (; from < to; from++)
                        items[from].standing.frequency = records;
        }
}

static int compare_parts(const struct address *a, const struct address *b)
{
        int order = 0;

        for (int i = 0; i < ADDRESS_PARTS && order == 0; i++)
                order = text_compare(a->parts[i] ? a->parts[i]->value : TEXT_NONE,
                                     b->parts[i] ? b->parts[i]->value : TEXT_NONE);
        return order;
}

bool is_same_address(const struct address *a, const struct address *b)
{
        return compare_parts(a, b) == 0;
}

static int compare_addresses(const void *left, const void *right)
{
        const struct address *a = left, *b = right;
        int order = compare_parts(a, b);

        if (order == 0)
                order = (a->standing.member > b->standing.member) - (a->standing.member < b->standing.member);
        return order;
}

static void count_addresses(struct field *field)
{
        struct address *items = field->addresses;
        size_t from = 0;

        if (field->address_count > 1)
                qsort(items, field->address_count, sizeof(*items), compare_addresses);
        while (from < field->address_count) {
                uint32_t records = 0;
                size_t to = from;

                for (; to < field->address_count && is_same_address(&items[to], &items[from]); to++)
                        records += to == from || items[to].standing.member != items[to - 1].standing.member;
                for (; from < to; from++)
                        items[from].standing.frequency = records;
        }
}

/* Parts first; where the rule asks for the longest, the characters of addresses with equally many parts. */
static void measure_addresses(struct field *field)
{
        for (size_t i = 0; i < field->address_count; i++) {
                struct address *address = &field->addresses[i];

                address->standing.fullness = (uint32_t)address->part_count << 24;
                if (address->standing.how->rule != SURVIVE_LONGEST)
                        continue;
                for (int part = 0; part < ADDRESS_PARTS; part++) {
                        if (address->parts[part])
                                address->standing.fullness += characters(address->parts[part]->value);
                }
        }
}

/* ---- ranking -------------------------------------------------------------------------------------------------------
 */

static int rank_candidates(const void *left, const void *right)
{
        const struct candidate *a = left, *b = right;

        if (a->slot->attribute != b->slot->attribute)
                return a->slot->attribute < b->slot->attribute ? -1 : 1;
        return standing_compare(&a->standing, &b->standing, NULL);
}

static int rank_addresses(const void *left, const void *right)
{
        const struct address *a = left, *b = right;

        return standing_compare(&a->standing, &b->standing, NULL);
}

size_t field_end(const struct field *field, size_t from)
{
        size_t to = from;

        while (to < field->candidate_count &&
               field->candidates[to].slot->attribute == field->candidates[from].slot->attribute)
                to++;
        return to;
}

const struct candidate *field_best(const struct field *field, uint16_t attribute)
{
        for (size_t i = 0; i < field->candidate_count; i++) {
                if (field->candidates[i].slot->attribute == attribute)
                        return &field->candidates[i];
        }
        return NULL;
}

/* The record that gave @attribute, or NULL. */
static const struct record *giver_of(const struct field *field, uint16_t attribute)
{
        const struct candidate *best = field_best(field, attribute);

        if (is_address_part(attribute))
                return field->address_count > 0 ? field->addresses[0].standing.record : NULL;
        return best ? best->standing.record : NULL;
}

/* Ranks the attributes anew that go with another one, now that its record is known. */
static void rank_followers(struct field *field)
{
        for (size_t from = 0, to; from < field->candidate_count; from = to) {
                struct candidate *items = field->candidates + from;
                const struct record *giver =
                        items->standing.how->with ? giver_of(field, items->standing.how->with) : NULL;

                to = field_end(field, from);
                if (!giver)
                        continue;
                for (size_t i = 0; i < to - from; i++)
                        items[i].standing.apart = !record_key_equal(items[i].standing.record->key, giver->key);
                qsort(items, to - from, sizeof(*items), rank_candidates);
        }
}

void field_collect(struct field *field, struct arena *arena, const struct golden_input *input)
{
        bool ages = false, counts = false, follows = false;

        *field = (struct field){.input = input, .arena = arena};
        for (uint32_t i = 0; i < input->member_count; i++)
                collect_record(field, input->members[i], i);
        for (size_t i = 0; i < field->candidate_count; i++) {
                const struct survivorship *how = field->candidates[i].standing.how;

                ages |= how->half_life_ms > 0;
                counts |= how->rule == SURVIVE_FREQUENT;
                follows |= how->with != ATTRIBUTE_NONE;
        }
        if (ages)
                age_candidates(field);
        if (counts)
                count_candidates(field);
        for (uint32_t i = 0; i < input->pin_count; i++)
                collect_pin(field, &input->pins[i]);
        if (field->candidate_count > 1)
                qsort(field->candidates, field->candidate_count, sizeof(*field->candidates), rank_candidates);

        age_addresses(field);
        if (field->address_count > 0 && field->addresses[0].standing.how->rule == SURVIVE_FREQUENT)
                count_addresses(field);
        measure_addresses(field);
        if (field->address_count > 1)
                qsort(field->addresses, field->address_count, sizeof(*field->addresses), rank_addresses);
        for (uint32_t i = 0; i < input->pin_count; i++)
                pin_address_part(field, &input->pins[i]);
        if (follows)
                rank_followers(field);
}
