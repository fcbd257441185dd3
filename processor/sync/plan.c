/* Planning: from the golden record and one record of the target to the fields that should change.
 *
 * A field is planned where the record lacks the golden value (`fill`) or says something else (`correct`). A record that
 * holds the golden value of an attribute with several values under another label is in order: its other numbers and
 * addresses are nobody's mistake. An address is compared and planned as a whole; a part that the golden address lacks
 * is emptied only where another part says that it is another address.
 *
 * Then the plan is carried out on a copy of the record, which is standardised, and what does not read back as it should
 * is taken out, until nothing is. That is what makes commands end: a field that the target cannot hold in this form
 * (too short, no such word, another country's number) is never commanded.
 */
#include "sync/plan.h"

#include <string.h>

void planner_init(struct planner *planner, struct arena *arena, const struct sync_input *input,
                  const struct json_node *golden)
{
        const struct vocabulary *vocabulary = &input->config->vocabulary;
        struct text country = golden_attribute(vocabulary, golden, ATTRIBUTE_ADDRESS_COUNTRY);
        struct text email = golden_attribute(vocabulary, golden, ATTRIBUTE_EMAIL);

        *planner = (struct planner){.arena = arena, .input = input, .golden = golden};
        if (country.length == 2)
                memcpy(planner->country, country.data, 2);
        planner->view = (struct filter_view){
                .vocabulary = vocabulary,
                .golden = golden,
                .role_account = email.length > 0 && standard_is_role_account(input->standard, arena, email),
        };
}

/* ---- what the golden record wants ----------------------------------------------------------------------------------
 */

static bool is_valid(const struct slot *slot)
{
        return slot && (slot->flags & SLOT_SET) && !(slot->flags & (SLOT_INVALID | SLOT_FAKE)) &&
               slot->value.length > 0;
}

static void read_lineage(const struct json_node *lineage, struct want *want)
{
        want->source = json_scalar_text(json_get(lineage, "source"));
        want->record_id = json_scalar_text(json_get(lineage, "record_id"));
        want->rule = json_scalar_text(json_get(lineage, "rule"));
}

/* Some member says @value under @label. */
static bool is_labelled(const struct planner *planner, uint16_t attribute, struct text label, struct text value)
{
        for (uint32_t i = 0; i < planner->input->member_count; i++) {
                const struct slot *slot = record_find(planner->input->members[i], attribute, label);

                if (is_valid(slot) && text_equal(slot->value, value))
                        return true;
        }
        return false;
}

/* The first of the golden record's values that some member has under the field's label. */
static bool find_labelled(const struct planner *planner, const struct sync_field *field, const char *name,
                          struct want *want)
{
        const struct json_node *attributes = json_get(planner->golden, "attributes");
        const struct json_node *lineage = json_get(planner->golden, "lineage");
        char others[ATTRIBUTE_NAME_MAX + 8] = "other_";
        const struct json_node *value, *origin;

        strncat(others, name, ATTRIBUTE_NAME_MAX);
        want->value = json_scalar_text(json_get(attributes, name));
        read_lineage(json_get(lineage, name), want);
        value = json_get(attributes, others);
        origin = json_get(lineage, others);
        value = value ? value->child : NULL;
        origin = origin ? origin->child : NULL;
        while (want->value.length > 0 &&
               !is_labelled(planner, field->mapping->attribute, field->values_of, want->value)) {
                if (!value || !origin)
                        return false;
                want->value = json_scalar_text(value);
                read_lineage(origin, want);
                value = value->next;
                origin = origin->next;
        }
        return want->value.length > 0;
}

static bool is_allowed(const struct sync_field *field, const struct want *want)
{
        for (uint32_t i = 0; i < field->from_count; i++) {
                if (text_equal(field->from[i], want->source))
                        return true;
        }
        return field->from_count == 0;
}

static bool find_want(const struct planner *planner, const struct sync_field *field, struct want *want)
{
        const struct attribute *attribute = &planner->input->config->vocabulary.attributes[field->mapping->attribute];
        const struct json_node *consent = json_get(planner->golden, "consent");

        *want = (struct want){0};
        if (attribute->kind == KIND_CONSENT) {
                const char *name = strncmp(attribute->name, "consent.", strlen("consent.")) == 0
                                           ? attribute->name + strlen("consent.")
                                           : attribute->name;

                consent = json_get(consent, name);
                want->value = json_scalar_text(json_get(consent, "value"));
                read_lineage(consent, want);
                if (text_equal(want->value, TEXT("unknown")))
                        return false;
        } else if (field->values_of.length > 0) {
                if (!find_labelled(planner, field, attribute->name, want))
                        return false;
        } else {
                want->value = json_scalar_text(json_get(json_get(planner->golden, "attributes"), attribute->name));
                read_lineage(json_get(json_get(planner->golden, "lineage"), attribute->name), want);
        }
        return want->value.length > 0 && is_allowed(field, want);
}

/* ---- comparing -----------------------------------------------------------------------------------------------------
 */

static bool same_value(const struct planner *planner, uint16_t attribute, struct text a, struct text b)
{
        struct standard *standard = planner->input->standard;

        return text_equal(a, b) || text_equal(standard_comparable(standard, planner->arena, attribute, a),
                                              standard_comparable(standard, planner->arena, attribute, b));
}

/* The record has the wanted value: in the field itself, or, of several, in any. */
static bool holds(const struct planner *planner, const struct record *record, const struct sync_field *field,
                  struct text value)
{
        const struct field_mapping *mapping = field->mapping;
        bool any_label =
                planner->input->config->vocabulary.attributes[mapping->attribute].multiple && !field->values_of.length;

        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];

                if (slot->attribute == mapping->attribute && is_valid(slot) &&
                    (any_label || text_equal(slot->label, mapping->label)) &&
                    same_value(planner, slot->attribute, slot->value, value))
                        return true;
        }
        return false;
}

static void push(struct planner *planner, struct plan *plan, const struct planned *planned)
{
        *ARENA_PUSH(planner->arena, plan->fields, plan->count, plan->capacity) = *planned;
}

static void plan_value(struct planner *planner, const struct sync_field *field, const struct record *record,
                       struct plan *plan)
{
        struct planned planned = {.mapping = field->mapping, .field = field};
        const struct slot *slot = record_find(record, field->mapping->attribute, field->mapping->label);

        if ((field->mode == WRITE_FILL && is_valid(slot)) || !find_want(planner, field, &planned.want) ||
            holds(planner, record, field, planned.want.value))
                return;
        if (render_value(planner, field, &planned))
                push(planner, plan, &planned);
}

/* ---- addresses -----------------------------------------------------------------------------------------------------
 */

static uint32_t part_of(const struct field_mapping *mapping)
{
        return (uint32_t)(mapping->attribute - ATTRIBUTE_ADDRESS_STREET);
}

/* The parts of the record's address under @label that @fields write. True if there are any. */
static bool record_address(const struct record *record, const struct sync_field *fields, uint32_t count,
                           struct text label, struct text parts[STANDARD_ADDRESS_PARTS])
{
        bool any = false;

        memset(parts, 0, STANDARD_ADDRESS_PARTS * sizeof(*parts));
        for (uint32_t i = 0; i < count; i++) {
                const struct slot *slot = record_find(record, fields[i].mapping->attribute, label);

                if (!is_valid(slot))
                        continue;
                parts[part_of(fields[i].mapping)] = slot->value;
                any = true;
        }
        return any;
}

static bool same_address(const struct planner *planner, const struct text a[STANDARD_ADDRESS_PARTS],
                         const struct text b[STANDARD_ADDRESS_PARTS])
{
        struct standard *standard = planner->input->standard;

        return text_equal(standard_comparable_address(standard, planner->arena, planner->country, a),
                          standard_comparable_address(standard, planner->arena, planner->country, b));
}

/* Parts that the golden address lacks say nothing against it: without them, is it the same? */
static bool covers_address(const struct planner *planner, const struct text record[STANDARD_ADDRESS_PARTS],
                           const struct text wanted[STANDARD_ADDRESS_PARTS])
{
        struct text masked[STANDARD_ADDRESS_PARTS];

        for (int i = 0; i < STANDARD_ADDRESS_PARTS; i++)
                masked[i] = wanted[i].length > 0 ? record[i] : TEXT_NONE;
        return same_address(planner, masked, wanted);
}

/* The wanted address is among the record's, under whatever label. */
static bool holds_address(const struct planner *planner, const struct record *record, const struct sync_field *fields,
                          uint32_t count, const struct text wanted[STANDARD_ADDRESS_PARTS])
{
        for (uint32_t i = 0; i < record->slot_count; i++) {
                const struct slot *slot = &record->slots[i];
                struct text parts[STANDARD_ADDRESS_PARTS];

                if (slot->attribute < ATTRIBUTE_ADDRESS_STREET || slot->attribute > ATTRIBUTE_ADDRESS_COUNTRY)
                        continue;
                record_address(record, fields, count, slot->label, parts);
                if (covers_address(planner, parts, wanted))
                        return true;
        }
        return false;
}

static void plan_address(struct planner *planner, const struct sync_field *fields, uint32_t count,
                         const struct record *record, struct plan *plan)
{
        struct text wanted[STANDARD_ADDRESS_PARTS] = {{0}}, current[STANDARD_ADDRESS_PARTS];
        bool has_current = record_address(record, fields, count, fields[0].mapping->label, current);
        struct planned planned[STANDARD_ADDRESS_PARTS] = {{0}};
        bool any = false;

        for (uint32_t i = 0; i < count; i++) {
                planned[i] = (struct planned){.mapping = fields[i].mapping, .field = &fields[i]};
                if (!find_want(planner, &fields[i], &planned[i].want))
                        continue;
                any = true;
                wanted[part_of(fields[i].mapping)] = planned[i].want.value;
                if (!render_value(planner, &fields[i], &planned[i]))
                        return; /* a part that the target cannot hold: half an address is none */
        }
        if (!any || (fields[0].mode == WRITE_FILL && has_current) ||
            holds_address(planner, record, fields, count, wanted))
                return;
        for (uint32_t i = 0; i < count; i++) {
                struct text now = current[part_of(fields[i].mapping)];

                planned[i].clears = planned[i].want.value.length == 0;
                if (planned[i].clears ? now.length > 0 : !text_equal(now, planned[i].want.value))
                        push(planner, plan, &planned[i]);
        }
}

/* ---- trying it out -------------------------------------------------------------------------------------------------
 */

static void set_slot(struct slot *slots, uint32_t *count, const struct planned *planned)
{
        struct slot slot = {
                .attribute = planned->mapping->attribute,
                .flags = planned->clears ? 0 : SLOT_SET,
                .label = planned->mapping->label,
                .raw = planned->clears ? TEXT_NONE : planned->raw,
        };
        uint32_t at = 0;

        while (at < *count && (slots[at].attribute < slot.attribute || (slots[at].attribute == slot.attribute &&
                                                                        text_compare(slots[at].label, slot.label) < 0)))
                at++;
        if (at == *count || slots[at].attribute != slot.attribute || !text_equal(slots[at].label, slot.label)) {
                memmove(&slots[at + 1], &slots[at], (*count - at) * sizeof(*slots));
                (*count)++;
        }
        slots[at] = slot;
}

/* The record as it would be, standardised. */
static struct record carry_out(struct planner *planner, const struct record *record, const struct plan *plan)
{
        struct features *features = arena_alloc(planner->arena, sizeof(*features));
        struct record copy = *record;

        copy.slots = arena_alloc(planner->arena, (record->slot_count + plan->count + 1) * sizeof(*copy.slots));
        if (record->slot_count > 0)
                memcpy(copy.slots, record->slots, record->slot_count * sizeof(*copy.slots));
        for (size_t i = 0; i < plan->count; i++)
                set_slot(copy.slots, &copy.slot_count, &plan->fields[i]);
        copy.slot_capacity = 0;
        standard_record(planner->input->standard, planner->arena, &copy, features);
        return copy;
}

static bool reads_back(struct planner *planner, const struct record *result, const struct planned *planned)
{
        const struct slot *slot = record_find(result, planned->mapping->attribute, planned->mapping->label);

        if (planned->clears)
                return true;
        return is_valid(slot) && same_value(planner, slot->attribute, slot->value, planned->want.value);
}

/* Takes out what would not read back. True if anything was. */
static bool drop_unfit(struct planner *planner, const struct record *record, struct plan *plan)
{
        struct record result = carry_out(planner, record, plan);
        bool address_fits = true;
        size_t kept = 0, before = plan->count;

        for (size_t i = 0; i < plan->count; i++) {
                if (plan->fields[i].field->address)
                        address_fits &= reads_back(planner, &result, &plan->fields[i]);
        }
        for (size_t i = 0; i < plan->count; i++) {
                if (plan->fields[i].field->address ? address_fits : reads_back(planner, &result, &plan->fields[i]))
                        plan->fields[kept++] = plan->fields[i];
        }
        plan->count = kept;
        return kept < before;
}

void plan_fields(struct planner *planner, const struct sync_entity *entity, const struct record *record,
                 struct plan *plan)
{
        for (uint32_t i = 0; i < entity->field_count;) {
                uint32_t to = i + 1;

                if (entity->fields[i].address) {
                        while (to < entity->field_count && entity->fields[to].address)
                                to++;
                        plan_address(planner, &entity->fields[i], to - i, record, plan);
                } else {
                        plan_value(planner, &entity->fields[i], record, plan);
                }
                i = to;
        }
        while (plan->count > 0 && drop_unfit(planner, record, plan))
                ;
}

void plan_removal(struct planner *planner, const struct sync_entity *entity, const struct record *record,
                  struct plan *plan)
{
        for (uint32_t i = 0; i < entity->set_count; i++) {
                const struct sync_set *set = &entity->set[i];
                const struct slot *slot = record_find(record, set->mapping->attribute, set->mapping->label);
                struct planned planned = {.mapping = set->mapping, .text = set->text, .raw = set->raw};

                if (slot && (slot->flags & SLOT_SET) && text_equal_ascii_case(slot->raw, set->raw))
                        continue;
                planned.boolean =
                        planner->input->config->vocabulary.attributes[set->mapping->attribute].kind == KIND_BOOLEAN;
                push(planner, plan, &planned);
        }
}
