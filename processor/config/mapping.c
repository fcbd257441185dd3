/* Entities and their fields: which field of a source is which attribute.
 *
 * Drafts first, because an entity may be described twice: by a preset and by the author, who extends or corrects it
 * field by field. A field of the author replaces the preset's field of the same name; two fields that fill one slot
 * (attribute and label) are a mistake, as one would silently win. A preset itself may spell one fact in several ways
 * (MailingCity, MailingAddress.City): events have one of them.
 */
#include "config/identity.h"
#include "config/load.h"

#include <string.h>

/* --- fields */

void read_values(struct loader *loader, const struct node *node, void *target)
{
        struct field_draft *field = target;
        if (!loader_check_map(loader, node, "values"))
                return;
        if (node->count > VALUES_MAX) {
                problem_error(&loader->sink, node, "use fewer", "%u values; 512 are possible", (unsigned)node->count);
                return;
        }
        struct value_mapping *values = arena_calloc(loader->arena, node->count ? node->count : 1, sizeof(*values));
        uint32_t count = 0;
        for (uint32_t i = 0; i < node->count; i++) {
                values[count].from = node->keys[i]->text;
                if (loader_read_text(loader, node->values[i], "a value", &values[count].to))
                        count++;
        }
        field->mapping.values = values;
        field->mapping.value_count = count;
}

/* "phone:mobile" is an attribute and a label. */
static void split_label(struct field_draft *field)
{
        int64_t colon = text_find_byte(field->attribute_name, ':', 0);
        if (colon < 0)
                return;
        struct text whole = field->attribute_name;
        field->attribute_name = text_trim(text_slice(whole, 0, (uint32_t)colon));
        if (field->mapping.label.length == 0)
                field->mapping.label = text_trim(text_slice(whole, (uint32_t)colon + 1, whole.length));
}

static void check_transform(struct loader *loader, struct field_draft *field, const struct node *node, const char *what)
{
        const struct attribute *attribute = &loader->config->vocabulary.attributes[field->mapping.attribute];
        int transforms = field->opt_out + field->opt_in + (field->mapping.value_count > 0);
        if (transforms > 1)
                problem_error(&loader->sink, node, "keep one of them",
                              "%s: opt_out, opt_in and values exclude each other", what);
        if ((field->opt_out || field->opt_in) && attribute->kind != KIND_CONSENT)
                problem_error(&loader->sink, node, "use consent.email, consent.phone or consent.marketing",
                              "%s: opt_out and opt_in are for consents, and %s is of kind %s", what, attribute->name,
                              attribute_kind_name(attribute->kind));
        if (field->opt_out)
                field->mapping.transform = TRANSFORM_OPT_OUT;
        else if (field->opt_in)
                field->mapping.transform = TRANSFORM_OPT_IN;
        else if (field->mapping.value_count > 0)
                field->mapping.transform = TRANSFORM_VALUES;
}

static void check_reference(struct loader *loader, const struct field_draft *field, const struct node *node,
                            const char *what)
{
        const struct attribute *attribute = &loader->config->vocabulary.attributes[field->mapping.attribute];
        if (field->mapping.reference_source.length == 0)
                return;
        if (attribute->kind != KIND_REFERENCE)
                problem_error(&loader->sink, node, "remove `source`, or map to same_as, employer_ref or parent",
                              "%s: source is for references, and %s is of kind %s", what, attribute->name,
                              attribute_kind_name(attribute->kind));
        const struct node *source = node_get(node, "source");
        struct reference_check *check =
                ARENA_PUSH(loader->arena, loader->references, loader->reference_count, loader->reference_capacity);
        *check = (struct reference_check){.node = source ? source : node, .source = field->mapping.reference_source};
}

/* True for "email: mail_addr" where "mail_addr: email" was meant: an attribute stands left, and what stands right is
 * neither another attribute's usual name nor the same word misspelt. */
static bool is_reversed(struct loader *loader, struct text left, struct text right)
{
        struct text label;
        struct nearest nearest;
        uint16_t attribute = vocabulary_find(&loader->config->vocabulary, left);
        uint16_t alias = config_identity_attribute(loader->config, right, TYPE_COUNT, &label);
        if (attribute == ATTRIBUTE_NONE || alias != ATTRIBUTE_NONE)
                return attribute != ATTRIBUTE_NONE && alias == attribute;
        nearest_init(&nearest, right);
        nearest_offer(&nearest, left);
        return !nearest_found(&nearest);
}

/* Reads what stands right of the colon. False if no attribute comes out. */
static bool read_field(struct loader *loader, const struct node *key, const struct node *node,
                       struct field_draft *field)
{
        struct text what = arena_printf(loader->arena, "field %.*s", TEXT_ARG(key->text));
        *field = (struct field_draft){.mapping.field = key->text, .node = key, .preset = loader->preset};
        if (node->kind == NODE_SCALAR)
                field->attribute_name = node_is_null(node) ? TEXT_NONE : text_trim(node->text);
        else
                options_read(loader, SCOPE_FIELD, node, what.data, field);
        if (node->kind == NODE_LIST)
                return false;
        if (text_equal(field->attribute_name, TEXT("ignore"))) {
                field->ignored = true;
                return true;
        }
        split_label(field);
        if (field->attribute_name.length == 0) {
                problem_error(&loader->sink, key, NULL, "%s names no attribute", what.data);
                problem_remedy(&loader->sink, "write `%.*s: attribute`, or `ignore`", TEXT_ARG(key->text));
                return false;
        }
        const struct node *name = node_get(node, "attribute");
        field->mapping.attribute = find_attribute(loader, name ? name : node, field->attribute_name);
        if (field->mapping.attribute == ATTRIBUTE_NONE) {
                if (is_reversed(loader, key->text, field->attribute_name))
                        problem_remedy(&loader->sink, "the source's field comes first: `%.*s: %.*s`",
                                       TEXT_ARG(field->attribute_name), TEXT_ARG(key->text));
                return false;
        }
        const struct attribute *attribute = &loader->config->vocabulary.attributes[field->mapping.attribute];
        if (field->mapping.label.length > 0 && !attribute->multiple)
                problem_error(&loader->sink, node, "remove the label", "%s: %s has one value and takes no label",
                              what.data, attribute->name);
        check_transform(loader, field, node, what.data);
        check_reference(loader, field, node, what.data);
        return true;
}

static bool same_slot(const struct field_draft *a, const struct field_draft *b)
{
        return !a->ignored && !b->ignored && a->mapping.attribute == b->mapping.attribute &&
               text_equal(a->mapping.label, b->mapping.label);
}

/* Reports @field if one that stays fills the same slot. */
static void check_slot(struct loader *loader, const struct entity_draft *entity, const struct field_draft *field)
{
        if (loader->preset)
                return;
        for (size_t i = 0; i < entity->field_count; i++) {
                const struct field_draft *other = &entity->fields[i];
                if (!same_slot(other, field))
                        continue;
                const char *name = loader->config->vocabulary.attributes[field->mapping.attribute].name;
                struct text label = field->mapping.label;
                problem_error(&loader->sink, field->node, NULL, "the fields %.*s and %.*s both fill %s%s%.*s",
                              TEXT_ARG(other->mapping.field), TEXT_ARG(field->mapping.field), name,
                              label.length ? ":" : "", TEXT_ARG(label));
                bool labelled = loader->config->vocabulary.attributes[field->mapping.attribute].multiple;
                const char *verb = other->preset ? "switch the preset's off" : "drop one";
                if (labelled)
                        problem_remedy(&loader->sink,
                                       "give it a label of its own (`%.*s: %s:other`), or %s (`%.*s: ignore`)",
                                       TEXT_ARG(field->mapping.field), name, verb, TEXT_ARG(other->mapping.field));
                else
                        problem_remedy(&loader->sink, "%s: %s has one value (`%.*s: ignore`)", verb, name,
                                       TEXT_ARG(other->mapping.field));
                return;
        }
}

static void add_field(struct loader *loader, struct entity_draft *entity, const struct field_draft *field)
{
        for (size_t i = 0; i < entity->field_count; i++) {
                struct field_draft *other = &entity->fields[i];
                if (!text_equal(other->mapping.field, field->mapping.field))
                        continue;
                if (other->preset && !loader->preset)
                        *other = *field;
                return; /* a repeated key has been reported */
        }
        if (entity->field_count == FIELDS_MAX) {
                problem_error(&loader->sink, field->node, "use fewer", "more than 1024 fields of one entity");
                return;
        }
        *ARENA_PUSH(loader->arena, entity->fields, entity->field_count, entity->field_capacity) = *field;
}

static bool is_ellipsis(const struct node *key, const struct node *value)
{
        return text_equal(key->text, TEXT("...")) && node_is_null(value);
}

void read_fields(struct loader *loader, const struct node *node, void *target)
{
        struct entity_draft *entity = target;
        if (!loader_check_map(loader, node, "fields"))
                return;
        entity->fields_given = node->count > 0;
        /* What the author takes off or replaces goes first, so that the order of lines makes no difference. */
        struct field_draft *drafts = arena_calloc(loader->arena, node->count ? node->count : 1, sizeof(*drafts));
        uint32_t count = 0;
        for (uint32_t i = 0; i < node->count; i++) {
                if (is_ellipsis(node->keys[i], node->values[i]))
                        entity->all_by_name = true;
                else if (read_field(loader, node->keys[i], node->values[i], &drafts[count]))
                        count++;
        }
        for (uint32_t i = 0; i < count; i++) {
                for (size_t j = 0; j < entity->field_count; j++) {
                        if (entity->fields[j].preset && !loader->preset &&
                            text_equal(entity->fields[j].mapping.field, drafts[i].mapping.field))
                                entity->fields[j].ignored = true;
                }
        }
        for (uint32_t i = 0; i < count; i++) {
                if (!drafts[i].ignored)
                        check_slot(loader, entity, &drafts[i]);
                add_field(loader, entity, &drafts[i]);
        }
}

/* --- entities */

static struct entity_draft *find_entity(struct loader *loader, struct source_draft *source, const struct node *key)
{
        for (size_t i = 0; i < source->entity_count; i++) {
                struct entity_draft *entity = &source->entities[i];
                if (!text_equal(entity->mapping.entity, key->text))
                        continue;
                if (!entity->preset && !loader->preset)
                        problem_error(&loader->sink, key, "keep one of the two",
                                      "the entity %.*s is described twice: line %d has it already", TEXT_ARG(key->text),
                                      entity->node->line);
                return entity;
        }
        if (source->entity_count == ENTITIES_MAX) {
                problem_error(&loader->sink, key, "use fewer", "more than 512 entities of one source");
                return NULL;
        }
        struct entity_draft *entity =
                ARENA_PUSH(loader->arena, source->entities, source->entity_count, source->entity_capacity);
        *entity = (struct entity_draft){.mapping.entity = key->text, .node = key, .preset = loader->preset};
        return entity;
}

void read_entities(struct loader *loader, const struct node *node, void *target)
{
        struct source_draft *source = target;
        if (!loader_check_map(loader, node, "entities"))
                return;
        for (uint32_t i = 0; i < node->count; i++) {
                struct entity_draft *entity = find_entity(loader, source, node->keys[i]);
                if (!entity)
                        return;
                struct text what = arena_printf(loader->arena, "entity %.*s", TEXT_ARG(node->keys[i]->text));
                if (!loader->preset)
                        entity->node = node->keys[i];
                if (node_get(node->values[i], "type"))
                        entity->type_given = true;
                entity->cut = node->values[i]->cut;
                if (!node_is_null(node->values[i]))
                        options_read(loader, SCOPE_ENTITY, node->values[i], what.data, entity);
        }
}

/* Attributes that golden records of the type never have are mapped in vain, except where content decides the type. */
static void check_types(struct loader *loader, const struct entity_draft *entity)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;
        for (size_t i = 0; i < entity->field_count; i++) {
                if (!entity->fields[i].ignored && entity->fields[i].mapping.attribute == ATTRIBUTE_PERSON_ACCOUNT)
                        return;
        }
        for (size_t i = 0; i < entity->field_count; i++) {
                const struct field_draft *field = &entity->fields[i];
                const struct attribute *attribute = &vocabulary->attributes[field->mapping.attribute];
                bool fits = entity->mapping.type == TYPE_PERSON ? attribute->person : attribute->organization;
                /* A family name makes a person of an organization's record. */
                bool decides = field->mapping.attribute == ATTRIBUTE_FAMILY_NAME;
                if (decides && entity->mapping.type == TYPE_ORGANIZATION)
                        return;
                if (!fits && !field->preset && !field->ignored)
                        problem_warning(&loader->sink, field->node, "check the attribute, or the type of the entity",
                                        "field %.*s: %s is no attribute of a golden %s", TEXT_ARG(field->mapping.field),
                                        attribute->name, record_type_name(entity->mapping.type));
        }
}

static void finish_entity(struct loader *loader, const struct source_draft *source, struct entity_draft *entity)
{
        struct entity_mapping *mapping = &entity->mapping;
        bool has_type = record_type_parse(entity->type_name, &mapping->type);
        if (!has_type && !entity->type_given && !entity->cut)
                problem_error(&loader->sink, entity->node, "add `type: person` or `type: organization`",
                              "entity %.*s has no type", TEXT_ARG(mapping->entity));
        mapping->identity = entity->all_by_name || source->config.identity;

        struct field_mapping *fields =
                arena_calloc(loader->arena, entity->field_count ? entity->field_count : 1, sizeof(*fields));
        uint32_t count = 0;
        for (size_t i = 0; i < entity->field_count; i++) {
                if (!entity->fields[i].ignored)
                        fields[count++] = entity->fields[i].mapping;
        }
        mapping->fields = fields;
        mapping->field_count = count;
        if (count == 0 && !mapping->identity && !entity->fields_given && !entity->cut)
                problem_error(&loader->sink, entity->node, "list them under `fields`, or write `fields: {...: }`",
                              "entity %.*s maps no fields", TEXT_ARG(mapping->entity));
        if (mapping->key_field_count > 0 && source->config.dialect == DIALECT_SALESFORCE_CDC && !entity->preset)
                problem_warning(&loader->sink, entity->node, "remove `key`",
                                "entity %.*s: change events of Salesforce name their record ids, key has no effect",
                                TEXT_ARG(mapping->entity));
        if (has_type)
                check_types(loader, entity);
}

void finish_entities(struct loader *loader, struct source_draft *source)
{
        size_t count = source->entity_count;
        struct entity_mapping *entities = arena_calloc(loader->arena, count ? count : 1, sizeof(*entities));
        for (size_t i = 0; i < count; i++) {
                finish_entity(loader, source, &source->entities[i]);
                entities[i] = source->entities[i].mapping;
        }
        source->config.entities = entities;
        source->config.entity_count = (uint32_t)count;
}
