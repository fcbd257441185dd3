/* The section `survivorship`: which rule chooses an attribute's value.
 *
 * A rule is refused where it could only disappoint: a sum of names, a minimum of a consent, an attribute that follows
 * one that follows another.
 */
#include "config/load.h"

#include <string.h>

#define KIND(kind) (1U << (kind))
#define ORDERED (KIND(KIND_DATE) | KIND(KIND_TIME) | KIND(KIND_NUMBER) | KIND(KIND_TEXT) | KIND(KIND_CODE))
#define ANY (~KIND(KIND_CONSENT))

/* Each rule with the kinds of attributes that it is for, and what to do with others. */
static const struct {
        const char *name;
        uint32_t kinds;
        const char *remedy;
} rules[SURVIVE_RULE_COUNT] = {
        [SURVIVE_TRUST] = {"trust", ANY, "of a consent, choose newest_explicit or most_restrictive"},
        [SURVIVE_STEWARD] = {"steward", ANY & ~KIND(KIND_REFERENCE), "a steward can decide about values only"},
        [SURVIVE_NEWEST] = {"newest", ANY, "of a consent, choose newest_explicit or most_restrictive"},
        [SURVIVE_OLDEST] = {"oldest", ANY, "of a consent, choose newest_explicit or most_restrictive"},
        [SURVIVE_FREQUENT] = {"most_frequent", ANY, "of a consent, choose newest_explicit or most_restrictive"},
        [SURVIVE_LONGEST] = {"longest", KIND(KIND_TEXT) | KIND(KIND_NAME) | KIND(KIND_ADDRESS) | KIND(KIND_URL),
                             "it is for names, texts and addresses"},
        [SURVIVE_MINIMUM] = {"minimum", ORDERED, "it is for numbers, dates, times, texts and codes"},
        [SURVIVE_MAXIMUM] = {"maximum", ORDERED, "it is for numbers, dates, times, texts and codes"},
        [SURVIVE_ANY_TRUE] = {"any_true", KIND(KIND_BOOLEAN), "it is for booleans"},
        [SURVIVE_ALL_TRUE] = {"all_true", KIND(KIND_BOOLEAN), "it is for booleans"},
        [SURVIVE_SUM] = {"sum", KIND(KIND_NUMBER), "it is for numbers"},
        [SURVIVE_EXPLICIT] = {"newest_explicit", KIND(KIND_CONSENT), "it is for consents"},
        [SURVIVE_RESTRICT] = {"most_restrictive", KIND(KIND_CONSENT), "it is for consents"},
};

const char *survivorship_rule_name(enum survivorship_rule rule)
{
        return rules[rule].name;
}

bool survivorship_is_default(const struct survivorship *survivorship)
{
        return (survivorship->rule == SURVIVE_TRUST || survivorship->rule == SURVIVE_EXPLICIT) &&
               survivorship->half_life_ms == 0 && survivorship->with == ATTRIBUTE_NONE;
}

static enum survivorship_rule parse_rule(struct text name)
{
        enum survivorship_rule rule = SURVIVE_TRUST;

        for (int i = 0; i < SURVIVE_RULE_COUNT; i++) {
                if (text_equal(name, text_from(rules[i].name)))
                        rule = (enum survivorship_rule)i;
        }
        return rule;
}

static bool has_type(const struct attribute *attribute, enum record_type type)
{
        return !attribute->hidden && (type == TYPE_PERSON ? attribute->person : attribute->organization);
}

/* --- one attribute */

static void check_with(struct loader *loader, const struct node *at, enum record_type type, struct text name,
                       const struct survivorship_draft *draft)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;
        const struct attribute *leader = &vocabulary->attributes[draft->survivorship.with];
        uint16_t own = vocabulary_find(vocabulary, name);

        if (own == draft->survivorship.with)
                problem_error(&loader->sink, at, "name the attribute that leads", "%.*s cannot go with itself",
                              TEXT_ARG(name));
        else if (own == ATTRIBUTE_NONE || vocabulary->attributes[own].multiple || leader->multiple ||
                 leader->kind == KIND_CONSENT || vocabulary->attributes[own].kind == KIND_CONSENT)
                problem_error(&loader->sink, at, "parts of an address go together by themselves",
                              "only attributes with a single value can go together, and no consents");
        else if (!has_type(leader, type))
                problem_error(&loader->sink, at, "name an attribute of the same entity type", "no %s has %s",
                              record_type_name(type), leader->name);
}

/* Reads what @node says into @draft; false after a report. Written both ways: `phone: newest`, `phone: {rule: newest}`.
 */
static bool read_draft(struct loader *loader, enum record_type type, const struct node *key, const struct node *node,
                       struct survivorship_draft *draft)
{
        struct node shorthand = {.kind = NODE_MAP, .line = node->line, .column = node->column, .count = 1};
        const struct node rule_key = {.kind = NODE_SCALAR, .text = TEXT("rule")};
        const struct node *keys[] = {&rule_key};
        const struct node *values[] = {node};
        struct text what = arena_printf(loader->arena, "survivorship of %.*s", TEXT_ARG(key->text));
        uint32_t errors = loader->sink.errors;
        const struct node *at = node_get(node, "with");

        if (node->kind == NODE_SCALAR) {
                shorthand.keys = keys;
                shorthand.values = values;
                node = &shorthand;
        }
        options_set_defaults(loader, SCOPE_SURVIVORSHIP, draft);
        options_read(loader, SCOPE_SURVIVORSHIP, node, what.data, draft);
        draft->survivorship.rule = parse_rule(draft->rule_name);
        if (draft->with_name.length > 0)
                draft->survivorship.with = find_attribute(loader, at, draft->with_name);
        if (draft->survivorship.with != ATTRIBUTE_NONE)
                check_with(loader, at, type, key->text, draft);
        if (draft->survivorship.half_life_ms > 0 && draft->survivorship.rule > SURVIVE_STEWARD)
                problem_error(&loader->sink, node_get(node, "half_life"), "leave it out, or choose trust",
                              "%s: half_life is about trust, and the rule is %s", what.data,
                              survivorship_rule_name(draft->survivorship.rule));
        return loader->sink.errors == errors;
}

static bool is_meant(struct text attribute, struct text name)
{
        return text_equal(attribute, name) || (text_starts_with(attribute, name) && attribute.length > name.length &&
                                               attribute.data[name.length] == '.');
}

/* False after a report. */
static bool may_survive(struct loader *loader, enum record_type type, const struct node *key, const struct node *node,
                        const struct attribute *attribute, enum survivorship_rule rule)
{
        bool typed = has_type(attribute, type), fits = rules[rule].kinds & KIND(attribute->kind);

        if (!typed)
                problem_error(&loader->sink, key, "take it out", "no golden %s has %s", record_type_name(type),
                              attribute->name);
        else if (!fits)
                problem_error(&loader->sink, node, rules[rule].remedy, "%s is of kind %s and cannot survive by %s",
                              attribute->name, attribute_kind_name(attribute->kind), rules[rule].name);
        return typed && fits;
}

static void read_attribute_rule(struct loader *loader, enum record_type type, const struct node *key,
                                const struct node *node)
{
        struct config *config = loader->config;
        struct survivorship_draft draft = {0};
        bool found = false;

        if (text_starts_with(key->text, TEXT("address."))) {
                problem_error(&loader->sink, key, "write `address`", "an address is taken whole");
                return;
        }
        if (!read_draft(loader, type, key, node, &draft))
                return;
        for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                const struct attribute *attribute = &config->vocabulary.attributes[i];

                if (!is_meant(text_from(attribute->name), key->text))
                        continue;
                found = true;
                if (!may_survive(loader, type, key, node, attribute, draft.survivorship.rule))
                        return;
                config->survivorship[type][i] = draft.survivorship;
        }
        if (!found)
                find_attribute(loader, key, key->text);
}

/* --- the section */

static void check_chains(struct loader *loader, const struct node *node, enum record_type type)
{
        const struct survivorship *all = loader->config->survivorship[type];

        for (uint32_t i = 0; i < node->count; i++) {
                uint16_t attribute = vocabulary_find(&loader->config->vocabulary, node->keys[i]->text);
                uint16_t leader = attribute == ATTRIBUTE_NONE ? ATTRIBUTE_NONE : all[attribute].with;

                if (leader != ATTRIBUTE_NONE && all[leader].with != ATTRIBUTE_NONE)
                        problem_error(&loader->sink, node->keys[i], "let both go with the one that leads",
                                      "%.*s goes with %s, which itself goes with another",
                                      TEXT_ARG(node->keys[i]->text),
                                      loader->config->vocabulary.attributes[leader].name);
        }
}

static void read_survivorship(struct loader *loader, const struct node *node, enum record_type type)
{
        if (!loader_check_map(loader, node, "survivorship"))
                return;
        for (uint32_t i = 0; i < node->count; i++)
                read_attribute_rule(loader, type, node->keys[i], node->values[i]);
        check_chains(loader, node, type);
}

void read_survivorship_of_persons(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        read_survivorship(loader, node, TYPE_PERSON);
}

void read_survivorship_of_organizations(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        read_survivorship(loader, node, TYPE_ORGANIZATION);
}

void finish_survivorship(struct config *config)
{
        enum survivorship_rule consents = parse_rule(config->consent_rule_name);

        for (int type = 0; type < TYPE_COUNT; type++) {
                for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                        struct survivorship *how = &config->survivorship[type][i];

                        config->asks_steward[type] |= how->rule == SURVIVE_STEWARD;
                        if (config->vocabulary.attributes[i].kind == KIND_CONSENT && how->rule == SURVIVE_TRUST)
                                how->rule = consents;
                }
        }
}
