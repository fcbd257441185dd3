/* The vocabulary: attributes that a configuration adds, and the search for one by name. */
#include "config/identity.h"
#include "config/load.h"

#include <string.h>

static bool is_attribute_name(struct text t)
{
        if (t.length == 0 || t.length >= ATTRIBUTE_NAME_MAX || t.data[0] < 'a' || t.data[0] > 'z')
                return false;
        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];
                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'))
                        return false;
        }
        return true;
}

/* Which types have the attribute; both if nothing is said. */
static void read_types(struct loader *loader, const struct node *node, const struct attribute_draft *draft,
                       bool has[TYPE_COUNT])
{
        const struct node *types = node_get(node, "types");
        memset(has, draft->type_count == 0, TYPE_COUNT * sizeof(has[0]));
        for (uint32_t i = 0; i < draft->type_count; i++) {
                enum record_type type;
                if (record_type_parse(draft->types[i], &type))
                        has[type] = true;
                else
                        problem_error(&loader->sink, types, "choose from person, organization",
                                      "unknown entity type \"%.*s\"", TEXT_ARG(draft->types[i]));
        }
}

static void read_attribute(struct loader *loader, const struct node *key, const struct node *value)
{
        struct attribute_draft draft = {0};
        struct node shorthand = {.kind = NODE_MAP, .line = value->line, .column = value->column, .count = 1};
        const struct node kind_key = {.kind = NODE_SCALAR, .text = TEXT("kind")};
        const struct node *keys[] = {&kind_key};
        const struct node *values[] = {value};
        if (value->kind == NODE_SCALAR) {
                shorthand.keys = keys;
                shorthand.values = values;
                value = &shorthand;
        }
        struct text what = arena_printf(loader->arena, "attribute %.*s", TEXT_ARG(key->text));
        options_set_defaults(loader, SCOPE_ATTRIBUTE, &draft);
        options_read(loader, SCOPE_ATTRIBUTE, value, what.data, &draft);

        if (!is_attribute_name(key->text)) {
                problem_error(&loader->sink, key,
                              "use lower-case letters, digits, '_' and '.', at most 63, a letter first",
                              "\"%.*s\" is no name for an attribute", TEXT_ARG(key->text));
                return;
        }
        struct vocabulary *vocabulary = &loader->config->vocabulary;
        uint16_t taken = vocabulary_find(vocabulary, key->text);
        if (taken != ATTRIBUTE_NONE) {
                problem_error(&loader->sink, key, "choose another name", "the attribute \"%.*s\" is %s",
                              TEXT_ARG(key->text), taken < ATTRIBUTE_BUILTIN_COUNT ? "built in" : "defined twice");
                return;
        }
        enum attribute_kind kind = KIND_TEXT;
        bool has[TYPE_COUNT];
        attribute_kind_parse(draft.kind_name, &kind);
        read_types(loader, value, &draft, has);
        if (vocabulary_add(vocabulary, key->text, kind, has[TYPE_PERSON], has[TYPE_ORGANIZATION], draft.multiple) ==
            ATTRIBUTE_NONE)
                problem_error(&loader->sink, key, "use fewer", "no room for the attribute \"%.*s\": 255 are possible",
                              TEXT_ARG(key->text));
}

void read_attributes(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        if (!loader_check_map(loader, node, "attributes"))
                return;
        for (uint32_t i = 0; i < node->count; i++)
                read_attribute(loader, node->keys[i], node->values[i]);
}

uint16_t find_attribute(struct loader *loader, const struct node *node, struct text name)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;
        uint16_t attribute = vocabulary_find(vocabulary, name);
        if (attribute != ATTRIBUTE_NONE)
                return attribute;
        problem_error(&loader->sink, node, NULL, "unknown attribute \"%.*s\"", TEXT_ARG(name));
        if (loader->sink.dropped > 0)
                return ATTRIBUTE_NONE;

        struct nearest nearest;
        struct text label;
        nearest_init(&nearest, name);
        for (uint32_t i = 1; i < vocabulary->count; i++)
                nearest_offer(&nearest, text_from(vocabulary->attributes[i].name));
        uint16_t alias = config_identity_attribute(loader->config, name, TYPE_COUNT, &label);
        if (alias != ATTRIBUTE_NONE)
                problem_remedy(&loader->sink, "did you mean \"%s%s%.*s\"?", vocabulary->attributes[alias].name,
                               label.length ? ":" : "", TEXT_ARG(label));
        else if (nearest_found(&nearest))
                problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
        else
                problem_remedy(&loader->sink, "choose one of docs/configuration.md, or define it under `attributes`");
        return ATTRIBUTE_NONE;
}
