/* The section `sync`: which fields of which target may be written, compiled against the target's own mapping.
 *
 * A policy names attributes; which field of the target holds one is what the source's mapping says, read backwards.
 * Where a preset spells one fact in two ways (MailingAddress.City of events, MailingCity of the API), the flat spelling
 * is the one that can be written.
 */
#include "config/policy_load.h"

#include <string.h>

/* ---- which field holds an attribute --------------------------------------------------------------------------------
 */

/* The field of the target that is written for a slot: a flat name rather than a part of a compound. */
static const struct field_mapping *find_field(const struct entity_mapping *mapping, uint16_t attribute,
                                              struct text label)
{
        const struct field_mapping *best = NULL;

        for (uint32_t i = 0; i < mapping->field_count; i++) {
                const struct field_mapping *field = &mapping->fields[i];
                bool flat = text_find_byte(field->field, '.', 0) < 0;

                if (field->attribute != attribute || !text_equal(field->label, label))
                        continue;
                if (!best || (flat && text_find_byte(best->field, '.', 0) >= 0))
                        best = field;
        }
        return best;
}

/* The label that the target keeps the value under: the given one, the same as the value's, or the first that it maps.
 */
static struct text choose_label(const struct target_entity_draft *draft, const bool *attributes,
                                const struct write_draft *write, struct text wanted)
{
        bool has_wanted = false;
        struct text first = TEXT_NONE;
        bool any = false;

        if (write->label.length > 0)
                return write->label;
        for (uint32_t i = 0; i < draft->mapping->field_count; i++) {
                const struct field_mapping *field = &draft->mapping->fields[i];

                if (!attributes[field->attribute])
                        continue;
                if (!any)
                        first = field->label;
                any = true;
                has_wanted |= text_equal(field->label, wanted);
        }
        return has_wanted ? wanted : first;
}

/* Marks the attributes that @name stands for: itself, or all parts of "address" or "consent". True if there are any. */
static bool mark_attributes(const struct vocabulary *vocabulary, struct text name, bool attributes[ATTRIBUTE_MAX],
                            bool *group)
{
        bool found = false;

        *group = false;
        for (uint32_t i = 1; i < vocabulary->count; i++) {
                struct text known = text_from(vocabulary->attributes[i].name);
                bool is_part =
                        known.length > name.length && known.data[name.length] == '.' && text_starts_with(known, name);

                attributes[i] = is_part || text_equal(known, name);
                *group |= is_part;
                found |= attributes[i];
        }
        return found;
}

static bool is_before(const struct sync_field *a, const struct sync_field *b)
{
        if (a->mapping->attribute != b->mapping->attribute)
                return a->mapping->attribute < b->mapping->attribute;
        return text_compare(a->mapping->label, b->mapping->label) < 0;
}

/* In the order of the vocabulary: how a policy is written makes no difference. */
static void add_field(struct loader *loader, struct target_entity_draft *draft, const struct node *node,
                      const struct sync_field *field)
{
        size_t at;

        for (size_t i = 0; i < draft->field_count; i++) {
                if (draft->fields[i].mapping->attribute != field->mapping->attribute ||
                    !text_equal(draft->fields[i].mapping->label, field->mapping->label))
                        continue;
                problem_error(&loader->sink, node, "keep one of them, or give it a label that the target has",
                              "the field %.*s is written by two entries", TEXT_ARG(field->mapping->field));
                return;
        }
        ARENA_PUSH(loader->arena, draft->fields, draft->field_count, draft->field_capacity);
        for (at = draft->field_count - 1; at > 0 && is_before(field, &draft->fields[at - 1]); at--)
                draft->fields[at] = draft->fields[at - 1];
        draft->fields[at] = *field;
}

static bool check_kind(struct loader *loader, const struct node *node, enum record_type type, uint16_t attribute)
{
        const struct attribute *described = &loader->config->vocabulary.attributes[attribute];

        if (loader->config->survivorship[type][attribute].rule == SURVIVE_SUM) {
                problem_error(&loader->sink, node, "write it to no source that it is read from, or choose another rule",
                              "%s survives as a sum: what is written would be summed up again", described->name);
                return false;
        }
        if (described->kind != KIND_REFERENCE && !described->hidden)
                return true;
        problem_error(&loader->sink, node, "remove it: an id of one system means nothing in another",
                      "%s cannot be written to a target", described->name);
        return false;
}

static void check_from(struct loader *loader, const struct node *node, const struct write_draft *write)
{
        for (uint32_t i = 0; i < write->from_count; i++) {
                if (!config_find_source(loader->config, write->from[i]))
                        problem_error(&loader->sink, node, "name sources of this file", "there is no source \"%.*s\"",
                                      TEXT_ARG(write->from[i]));
        }
}

static void compile_write(struct loader *loader, struct target_entity_draft *draft, const struct node *key,
                          const struct write_draft *write)
{
        bool attributes[ATTRIBUTE_MAX] = {false};
        int64_t colon = text_find_byte(key->text, ':', 0);
        struct text name = colon < 0 ? key->text : text_slice(key->text, 0, (uint32_t)colon);
        struct text wanted = colon < 0 ? TEXT_NONE : text_slice(key->text, (uint32_t)colon + 1, key->text.length);
        struct text label;
        bool group;
        size_t before = draft->field_count;

        if (!mark_attributes(&loader->config->vocabulary, name, attributes, &group)) {
                find_attribute(loader, key, name);
                return;
        }
        label = choose_label(draft, attributes, write, wanted);
        for (uint16_t i = 1; i < loader->config->vocabulary.count; i++) {
                struct sync_field field = {
                        .mapping = attributes[i] ? find_field(draft->mapping, i, label) : NULL,
                        .values_of = wanted,
                        .mode = text_equal(write->mode, TEXT("fill")) ? WRITE_FILL : WRITE_CORRECT,
                        .from = write->from,
                        .from_count = write->from_count,
                        .max_length = write->max_length,
                        .values = write->values,
                        .value_count = write->value_count,
                        .address = i >= ATTRIBUTE_ADDRESS_STREET && i <= ATTRIBUTE_ADDRESS_COUNTRY,
                };

                if (field.address && i != ATTRIBUTE_ADDRESS_COUNTRY)
                        field.value_count = 0; /* words are for the country: nobody lists streets */
                if (text_equal(write->format, TEXT("international")))
                        field.phone = PHONE_FORMAT_INTERNATIONAL;
                else if (text_equal(write->format, TEXT("national")))
                        field.phone = PHONE_FORMAT_NATIONAL;
                if (field.mapping && check_kind(loader, key, draft->mapping->type, i))
                        add_field(loader, draft, key, &field);
                else if (field.mapping)
                        return;
        }
        if (draft->field_count > before)
                return;
        problem_error(&loader->sink, key, NULL, "%.*s has no field for %.*s%s%.*s", TEXT_ARG(draft->entity.entity),
                      TEXT_ARG(name), label.length ? " with the label " : "", TEXT_ARG(label));
        problem_remedy(&loader->sink, "map one under the source's `entities`, or remove the entry");
}

/* Parts of an address move as a whole, so they share one entry. */
static bool is_lone_part(struct loader *loader, const struct node *key)
{
        if (!text_starts_with(key->text, TEXT("address.")) && !text_starts_with(key->text, TEXT("address:")))
                return false;
        problem_error(&loader->sink, key, "write `address`, with `label` where the target has several",
                      "an address is written as a whole, \"%.*s\" is no entry", TEXT_ARG(key->text));
        return true;
}

/* Written both ways: `email: fill`, `email: {mode: fill, from: [erp]}`. */
static void read_write(struct loader *loader, struct target_entity_draft *draft, const struct node *key,
                       const struct node *value)
{
        struct node shorthand = {.kind = NODE_MAP, .line = value->line, .column = value->column, .count = 1};
        const struct node mode_key = {.kind = NODE_SCALAR, .text = TEXT("mode")};
        const struct node *keys[] = {&mode_key};
        const struct node *values[] = {value};
        struct text what = arena_printf(loader->arena, "write %.*s", TEXT_ARG(key->text));
        struct write_draft write = {0};

        if (value->kind == NODE_SCALAR) {
                shorthand.keys = keys;
                shorthand.values = values;
                value = &shorthand;
        }
        options_set_defaults(loader, SCOPE_WRITE, &write);
        options_read(loader, SCOPE_WRITE, value, what.data, &write);
        check_from(loader, value, &write);
        if (draft->mapping && !is_lone_part(loader, key))
                compile_write(loader, draft, key, &write);
}

void read_writes(struct loader *loader, const struct node *node, void *target)
{
        if (!loader_check_map(loader, node, "write"))
                return;
        for (uint32_t i = 0; i < node->count; i++)
                read_write(loader, target, node->keys[i], node->values[i]);
}

void read_write_values(struct loader *loader, const struct node *node, void *target)
{
        struct write_draft *write = target;
        struct field_draft field = {0};

        read_values(loader, node, &field);
        write->values = field.mapping.values;
        write->value_count = field.mapping.value_count;
}

/* ---- create, remove ------------------------------------------------------------------------------------------------
 */

const struct filter *load_filter(struct loader *loader, const struct node *node, const char *path, struct text text)
{
        const struct node *at = node_path(node, path);
        struct error error;
        const struct filter *filter;

        if (text.length == 0)
                return NULL;
        filter = filter_compile(loader->arena, &loader->config->vocabulary, text, &error);
        if (!filter)
                problem_error(&loader->sink, at ? at : node, "docs/configuration.md, \"Filters\", has the grammar",
                              "%s: %s", path, error.text);
        return filter;
}

static struct text map_text(const struct field_mapping *mapping, struct text text)
{
        for (uint32_t i = 0; i < mapping->value_count; i++) {
                if (text_equal(mapping->values[i].from, text))
                        return mapping->values[i].to;
        }
        return text;
}

void read_sets(struct loader *loader, const struct node *node, void *target)
{
        struct target_entity_draft *draft = target;
        struct sync_set *sets = arena_calloc(loader->arena, node->count + 1, sizeof(*sets));

        if (!loader_check_map(loader, node, "remove.set") || !draft->mapping)
                return;
        for (uint32_t i = 0; i < node->count; i++) {
                struct sync_set *set = &sets[draft->entity.set_count];

                for (uint32_t j = 0; j < draft->mapping->field_count; j++) {
                        if (text_equal(draft->mapping->fields[j].field, node->keys[i]->text))
                                set->mapping = &draft->mapping->fields[j];
                }
                if (!set->mapping || set->mapping->transform == TRANSFORM_OPT_IN ||
                    set->mapping->transform == TRANSFORM_OPT_OUT) {
                        problem_error(&loader->sink, node->keys[i],
                                      "map it to an attribute first, so that it shows when it has been set",
                                      "remove.set: %.*s maps no field \"%.*s\"", TEXT_ARG(draft->entity.entity),
                                      TEXT_ARG(node->keys[i]->text));
                        continue;
                }
                if (!loader_read_text(loader, node->values[i], "remove.set", &set->text))
                        continue;
                set->raw = map_text(set->mapping, set->text);
                draft->entity.set_count++;
        }
        draft->entity.set = sets;
}

static void compile_required(struct loader *loader, struct target_entity_draft *draft)
{
        const struct sync_field **required =
                arena_calloc(loader->arena, draft->create_required_count + 1, sizeof(struct sync_field *));

        for (uint32_t i = 0; i < draft->create_required_count; i++) {
                const struct sync_field *found = NULL;

                for (size_t j = 0; j < draft->field_count; j++) {
                        if (text_equal(draft->fields[j].mapping->field, draft->create_required[i]))
                                found = &draft->fields[j];
                }
                if (!found)
                        problem_error(&loader->sink, node_path(draft->node, "create.required"),
                                      "add its attribute to `write`", "create.required: nothing writes %.*s",
                                      TEXT_ARG(draft->create_required[i]));
                else
                        required[draft->entity.create_required_count++] = found;
        }
        draft->entity.create_required = required;
}

/* ---- entities and targets ------------------------------------------------------------------------------------------
 */

static const struct entity_mapping *find_mapping(struct loader *loader, const struct target_draft *draft,
                                                 const struct node *key)
{
        const struct source_config *source = draft->target.source;
        struct nearest nearest;

        nearest_init(&nearest, key->text);
        for (uint32_t i = 0; source && i < source->entity_count; i++) {
                if (text_equal(source->entities[i].entity, key->text))
                        return &source->entities[i];
                nearest_offer(&nearest, source->entities[i].entity);
        }
        if (!source)
                return NULL;
        problem_error(&loader->sink, key, NULL, "the source %.*s maps no entity \"%.*s\"", TEXT_ARG(source->name),
                      TEXT_ARG(key->text));
        if (nearest_found(&nearest))
                problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
        else
                problem_remedy(&loader->sink, "list it with its fields under the source's `entities`");
        return NULL;
}

/* In the order of enum merge_rule. */
static const char *const merge_words[] = {"never", "oldest", "newest", "fullest"};

static enum merge_rule merge_rule_of(struct text word)
{
        for (int i = 0; i < 4; i++) {
                if (text_equal(word, text_from(merge_words[i])))
                        return (enum merge_rule)i;
        }
        return MERGE_NEVER;
}

static void read_target_entity(struct loader *loader, struct target_draft *target, const struct node *key,
                               const struct node *node)
{
        struct text what = arena_printf(loader->arena, "entity %.*s", TEXT_ARG(key->text));
        struct target_entity_draft draft = {.mapping = find_mapping(loader, target, key), .node = node};

        draft.entity.entity = key->text;
        options_set_defaults(loader, SCOPE_TARGET_ENTITY, &draft);
        if (!node_is_null(node))
                options_read(loader, SCOPE_TARGET_ENTITY, node, what.data, &draft);
        if (!draft.mapping)
                return;
        draft.entity.type = draft.mapping->type;
        draft.entity.fields = draft.fields;
        draft.entity.field_count = (uint32_t)draft.field_count;
        draft.entity.creates = node_get(node, "create") != NULL;
        draft.entity.create_when = load_filter(loader, node, "create.when", draft.create_when);
        draft.entity.removes = node_get(node, "remove") != NULL;
        draft.entity.remove_when = load_filter(loader, node, "remove.when", draft.remove_when);
        draft.entity.merge = merge_rule_of(draft.merge);
        compile_required(loader, &draft);
        if (draft.entity.removes && draft.remove_when.length == 0)
                problem_error(&loader->sink, node_get(node, "remove"), "add `when`, a filter over golden records",
                              "remove has no condition: it would hold for every record");
        *ARENA_PUSH(loader->arena, target->entities, target->entity_count, target->entity_capacity) = draft.entity;
}

void read_target_entities(struct loader *loader, const struct node *node, void *target)
{
        if (!loader_check_map(loader, node, "entities"))
                return;
        for (uint32_t i = 0; i < node->count; i++)
                read_target_entity(loader, target, node->keys[i], node->values[i]);
}

static const struct source_config *find_source(struct loader *loader, const struct node *key)
{
        const struct config *config = loader->config;
        struct nearest nearest;

        nearest_init(&nearest, key->text);
        for (uint32_t i = 0; i < config->source_count; i++) {
                if (text_equal(config->sources[i].name, key->text))
                        return &config->sources[i];
                nearest_offer(&nearest, config->sources[i].name);
        }
        problem_error(&loader->sink, key, NULL, "sync: there is no source \"%.*s\"", TEXT_ARG(key->text));
        if (nearest_found(&nearest))
                problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
        else
                problem_remedy(&loader->sink, "name one of the sources of this file");
        return NULL;
}

void read_sync(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        struct sync_target *targets;

        if (!loader_check_map(loader, node, "sync"))
                return;
        targets = arena_calloc(loader->arena, node->count + 1, sizeof(*targets));
        for (uint32_t i = 0; i < node->count; i++) {
                struct text what = arena_printf(loader->arena, "target %.*s", TEXT_ARG(node->keys[i]->text));
                struct target_draft draft = {.target.source = find_source(loader, node->keys[i])};

                options_set_defaults(loader, SCOPE_TARGET, &draft);
                if (!node_is_null(node->values[i]))
                        options_read(loader, SCOPE_TARGET, node->values[i], what.data, &draft);
                if (!draft.target.source)
                        continue;
                if (text_equal(draft.mode, TEXT("preview")))
                        draft.target.mode = SYNC_PREVIEW;
                else if (text_equal(draft.mode, TEXT("read_only")))
                        draft.target.mode = SYNC_READ_ONLY;
                draft.target.entities = draft.entities;
                draft.target.entity_count = (uint32_t)draft.entity_count;
                targets[config->sync_count++] = draft.target;
        }
        config->sync = targets;
}
